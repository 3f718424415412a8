import { kvmMmu, sdm, xenFast, xenFixups, xenLockless, xenUnsync } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const WRITE_PROTECTION: Story = {
  id: 'write-protection',
  title: 'Page tables may not be written',
  about:
    'How a hypervisor hears of every change to a page table, what that costs, and how a shadow becomes stale.',
  level: 'intro',
  minutes: 11,
  passages: [
    ...scene(
      'the-guest-writes-its-own-table',
      {
        at: BEGINNING,
        text: 'Page tables are memory, and the guest’s kernel writes them as it writes anything else: with a plain store to an address that its own tables map. There is no instruction that says “I change a page table now”. If nobody watched, the shadow would go on saying what the guest said yesterday, and the processor, which walks the shadow, would follow yesterday’s map.',
        look: 'The guest’s L1 table 0x013, and its shadow straight below it.',
        sources: [kvmMmu('Overview, write protection'), xenUnsync('multi.c: sh_page_fault')],
      },
      {
        at: '0:0:hardware_walk.read#3',
        text: 'The kernel stores through its direct map, a part of its address space in which all memory appears in a row. There entry 013 maps frame 0x013: the page table, seen as an ordinary page of data. In the guest’s tables this mapping is writable. In the shadow it is read-only, and this is the trick: whatever frame is known to be a page table, no shadow entry lets anybody write it.',
        look: 'The walk goes through other tables, those of the direct map, and ends in the frame of a page table.',
        sources: [kvmMmu('Write protection'), xenUnsync('multi.c: _sh_propagate')],
      },
      {
        at: '0:0:guest_access.fault',
        text: 'So the store faults, with error code 3: present, a write, from the kernel. Again the guest has done nothing wrong, and again the fault is the hypervisor’s affair. Write protection turns a store to a page table into an exit. It is the only alarm there is, and it must not be missing anywhere: one forgotten writable mapping of the frame would let the guest change the table unheard.',
        look: 'A small triangle above the lanes marks the page fault, which the guest never sees.',
        sources: [xenUnsync('multi.c: sh_page_fault'), sdm('Page-fault exceptions: error code')],
      },
      {
        at: '0:0:sh_page_fault.decide',
        text: 'The hypervisor classifies the fault. The guest’s tables allow the write; only the shadow forbids it; and the frame behind the address is a page table. So the instruction must not simply be tried again: it would fault for ever. In this scenario the oldest answer is taken, emulation. The hypervisor decodes the guest’s instruction and performs the store itself.',
        look: 'The caption says why: frame 0x013 is a page table and may not be written.',
        sources: [
          xenUnsync('multi.c: sh_page_fault, emulation'),
          xenFast('multi.c: sh_page_fault, fast emulation'),
        ],
      },
      {
        at: '0:0:sh_validate_guest_entry.set',
        text: 'The new value stands in the guest’s table, and in the same breath the entry of the shadow is derived again. A lock was held all the while, so that no other processor’s fault can find one without the other. This is what in sync means: for every present entry of the shadow, deriving it anew from the guest’s entry would give the same.',
        look: 'Entry 004 above and entry 004 below change together.',
        sources: [xenUnsync('common.c: sh_validate_guest_entry; multi.c: sh_x86_emulate_write')],
      },
      {
        at: '0:1:guest_access.memory',
        text: 'The new page is used at once, and nothing faults: the shadow had its entry before the guest could ask. Emulation is always right. It is also expensive: an exit, a walk, decoding an instruction, for 8 bytes. A guest that forks a process writes 512 entries of a table in a row. Every later invention in these pages is an attempt to pay less than that.',
        look: 'This load ran entirely in the guest’s lane.',
        sources: [xenUnsync('commit message'), xenFast('commit message')],
      },
      {
        at: '0:2:sh_validate_guest_entry.set',
        text: 'The guest takes an entry away, and the shadow loses it as well. Xen leaves a special value in its place, a magic entry, that says: the guest has nothing here. If a processor walks into it, the fault can be handed to the guest without any look at the guest’s tables. But note what has not happened: the TLB was not told anything.',
        look: 'Entry 003 below says gnp, guest not present. To the processor it is an entry with a bit set that must be zero: it faults there.',
        sources: [
          xenUnsync('types.h: sh_l1e_gnp; multi.c: sh_page_fault'),
          sdm('Page-fault exceptions: reserved bit'),
        ],
      },
      {
        at: '0:3:hvm_invlpg.hardware',
        text: 'The guest says INVLPG for the address, as it would on a bare machine, and now the TLB forgets it. An operating system never expects an entry it cleared to vanish from the TLB before it says so. Keep this in mind. Until its flush the guest has no right to expect the new state, so a shadow that is a little behind does no more harm than a TLB that is a little behind.',
        look: 'On the right, under TLBs: one line is struck out. The tables do not change at all.',
        sources: [
          sdm('Paging: invalidation of TLBs and paging-structure caches'),
          kvmMmu('Synchronized and unsynchronized pages'),
        ],
      },
    ),
    ...scene(
      'protected-but-not-flushed',
      {
        at: '0:0:sh_page_fault.decide',
        text: 'Another guest, with two processors, vCPU 0 and vCPU 1. A fault has shown that frame 0x030 is a page table, and the hypervisor has taken W out of the shadow entry that maps it. But a processor that wrote the page before remembers in its TLB that it may, and looks at no entry. So every TLB must be made to forget as well: it is flushed. Here the flush was switched off, to see what it is for.',
        look: 'The sentence in red on the right; under TLBs, the line of vCPU 1 that still says rw for frame 0x030.',
        sources: [xenLockless('multi.c: gw_remove_write_accesses, sh_page_fault')],
      },
      {
        at: '0:2:done',
        text: 'vCPU 1 has stored into the table by its old translation, and nothing faulted. The table counts as in sync, so nobody will ever compare it again. vCPU 0 has flushed the address, as it should, and still reads frame 0x100, which the guest has given up. The shadow is stale for good: this is not slow but wrong, and it is the kind of error that these pages are about.',
        look: 'Entry 005: the guest’s says 0x101, the shadow’s still says 0x100.',
        sources: [xenLockless('multi.c: sh_page_fault'), sdm('Paging: caching translation information')],
      },
    ),
    ...scene(
      'a-page-table-may-drift',
      {
        at: '1:0:guest_access.memory',
        text: 'The other way to be stale is deliberate. Instead of emulating, the hypervisor has let page table 0x02e go: it is out of sync, and the guest may write it freely. The guest’s entry 007 now names frame 0x045; the shadow’s does not. That is allowed, because the guest has not flushed. What must never happen is that the guest flushes and the shadow is still behind.',
        look: 'The violet band between the halves holds a copy of the table as it was, and counts what differs.',
        sources: [
          xenUnsync('common.c: sh_unsync; commit message'),
          kvmMmu('Synchronized and unsynchronized pages'),
        ],
      },
      {
        at: '0:1:sh_resync_l1.done',
        text: 'vCPU 0 loads CR3, which flushes its TLB: from then on it has a right to the new entries. So before the load counts, the hypervisor has compared the table with its copy and derived again what differed, two entries of 32. In one sentence: a shadow may be stale exactly as long as a TLB could be, and every flush of the guest is a promise that it is not.',
        look: 'The two entries that differed are new below. The copy stays in the band, because vCPU 1 may go on writing.',
        sources: [
          xenFixups('common.c: sh_resync_all; multi.c: sh_resync_l1'),
          kvmMmu('Synchronized and unsynchronized pages'),
        ],
      },
    ),
  ],
};
