import { amsden, fitzhardinge, lazyMmu, vmi, xenHeader } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const DIRECT_PAGING: Story = {
  id: 'direct-paging',
  title: 'Guests that help: direct paging and lazy queues',
  about:
    'What changes when the guest knows of the hypervisor: no shadow, or a shadow that is told; and what may wait.',
  level: 'advanced',
  minutes: 10,
  passages: [
    ...scene(
      'direct-paging-refuses',
      {
        at: BEGINNING,
        text: 'So far the guest knew nothing. A paravirtual guest does: it has been written to run on a hypervisor. Under direct paging there is no shadow at all. The guest fills its tables with machine frames, and the processor walks the guest’s own tables. What keeps guests apart is that they may only read their tables: the hypervisor makes every change for them.',
        look: 'One set of tables, above. In the dark half there is nothing to show.',
        sources: [xenHeader('mmu_update, direct paging')],
      },
      {
        at: '0:3:mmuext_pin_table.pin',
        text: 'Before a frame may serve as a page table it is validated: every entry in it must name a frame of this guest, and no entry anywhere may let the guest write the frame. Here the guest asks for frame 0x050 while it still has it mapped writable. Refused, and nothing changes. Two kinds of use exclude each other: written by the guest, or walked by the processor.',
        look: 'Frame 0x050 is mapped writable in two places.',
        sources: [xenHeader('MMUEXT_PIN_L1_TABLE')],
      },
      {
        at: '0:4:ptwr_emulate.refuse',
        text: 'A plain store is judged in the same way. It faults, because tables are read-only; the hypervisor sees what it would write, and this entry would let the guest write a page table. So it is not performed, and the guest gets the page fault that it has caused. Safety does not depend on the guest’s good will, only on every change passing through here.',
        look: 'The store’s value is looked at, and nothing in memory changes.',
        sources: [xenHeader('writable page tables')],
      },
      {
        at: '0:7:mmuext_pin_table.pin',
        text: 'After both writable mappings were made read-only, the frame is accepted as a table. From now on the processor may walk it, at full speed and without any copy. There is nothing to keep in sync. All the cost lies in changing: each change is a call, or a trap.',
        look: 'Frame 0x050 is a page table now.',
        sources: [xenHeader('MMUEXT_PIN_L1_TABLE')],
      },
    ),
    ...scene(
      'trap-per-store',
      {
        at: '0:0:ptwr_emulate.write',
        text: 'What does mprotect cost, the system call that changes the rights of pages? Linux exchanges each entry for zero, so that the processor can set no mark in it meanwhile, and then writes the new value. Both are stores to a table, and both trap into Xen, which decodes the instruction and carries it out. Two traps per page: this is where the discussion of May 2008 began.',
        look: 'The exchange faults, and the entry is written from below.',
        sources: [fitzhardinge('cost of mprotect')],
      },
      {
        at: '0:0:done',
        text: 'Four pages, eight traps. A trap costs far more than the store it stands for, and a program that protects its heap does it for thousands of pages. The way out is the one of every interface that is too chatty: say many things at once. But may an update of a page table wait? That is the question of the rest of this story.',
        look: 'Eight triangles above the lanes, one for each fault: two for each entry.',
        sources: [fitzhardinge('cost of mprotect'), amsden('batching')],
      },
    ),
    ...scene(
      'vmi-queue',
      {
        at: '0:0:pv_queue_update.add',
        text: 'VMware’s interface is another world: the guest’s tables are ordinary memory, over a shadow. The guest stores directly, without any trap, and only tells the hypervisor that it did. In lazy mode even the telling waits: updates gather in a queue, until the guest leaves the mode.',
        look: 'The band between the halves holds the queue: one update waits.',
        sources: [vmi('SetLazyMode'), lazyMmu('commit message')],
      },
      {
        at: '0:0:pv_queue_update.add#7',
        text: 'Eight updates wait. The guest’s table says what is new, the shadow what was. The processor walks the shadow, so for now nothing has really changed. This is allowed for the reason that you know from tables out of sync: until the guest flushes the TLB, no processor has a right to the new state. To be late is no error.',
        look: 'Above the new rights, below the old ones, and between them the queue, in which eight updates wait.',
        sources: [vmi('deferred updates'), lazyMmu('commit message')],
      },
      {
        at: '0:0:flush_tlb_range.local',
        text: 'One call delivered all eight, just before the page-table lock was given back, and the flush of the TLB was another. Two entries into the hypervisor instead of eight traps, and the number does not grow with the pages. The figure quoted in 2008 for what batching gains is about seven times; of what exactly, the mails do not agree.',
        look: 'The queue is empty and the halves agree.',
        sources: [amsden('the gain from batching'), fitzhardinge('7x')],
      },
    ),
    ...scene('flush-before-unlock', {
      at: '0:0:sys_mprotect.unlock',
      text: 'Why before the lock is given back? The page-table lock keeps other software away from this table. As long as it is held, nobody else can change the same entries and tell the hypervisor about it. So the updates that wait and those of others cannot come in the wrong order: the queue is empty before anybody else may begin.',
      look: 'The queue is emptied, and only then the lock’s lane ends.',
      sources: [amsden('ordering on SMP'), lazyMmu('rules of lazy mode')],
    }),
    ...scene(
      'flush-after-unlock',
      {
        at: '1:0:done',
        text: 'Here the queue is emptied later, at the flush of the TLB. Between the two, vCPU 1 has taken the page away: its table entry is gone, the hypervisor was told at once, and the frame was written to disk and freed. All as it should be. But two updates of vCPU 0 still wait, and they say what was true before.',
        look: 'The queue of vCPU 0 in the band still holds two updates.',
        sources: [amsden('ordering on SMP')],
      },
      {
        at: '0:1:done',
        text: 'The late updates made the shadow map frame 0x040 once more, which belongs to another process by now, and the program reads somebody else’s data. So the rule has two halves. To be late is allowed, until the flush. To change the order is not allowed, ever: what is delivered late must not overwrite what is newer.',
        look: 'The entry above names no frame; the entry below maps 0x040.',
        sources: [amsden('ordering on SMP'), vmi('ordering of updates')],
      },
    ),
  ],
};
