import { apm, kvmMmu, sdmVmx, xenUnsync } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const NESTED: Story = {
  id: 'nested',
  title: 'Nested paging against the shadow',
  about:
    'What processors do since they walk two sets of tables, what that saves, and what it costs at every TLB miss.',
  level: 'core',
  minutes: 10,
  passages: [
    ...scene(
      'tlb-miss-shadow',
      {
        at: BEGINNING,
        text: 'You have seen what a shadow costs: an exit for a first use, for a page that becomes a table, for many a store to a table, for every load of CR3. What does it give? This guest loads CR3, which empties its TLB, and then reads one address. Count the reads.',
        look: 'The shadow is complete already: it was built before this run begins.',
        sources: [kvmMmu('Overview')],
      },
      {
        at: '0:1:hardware_walk.read#3',
        text: 'Four reads, one per level, and the fourth already names the machine frame. Under shadow paging a TLB miss costs what it costs on a bare machine, because the two translations, from address to guest frame and from guest frame to machine frame, have been put together beforehand. The shadow is a result that was computed in advance.',
        look: 'The walk runs through four dark cards and arrives in memory.',
        sources: [kvmMmu('Address translation')],
      },
    ),
    ...scene(
      'tlb-miss-nested',
      {
        at: BEGINNING,
        text: 'The same guest without a shadow. Since about 2008 processors can walk two sets of tables by themselves: the guest’s own, and below them nested tables, which the hypervisor keeps and which lead from guest frames to machine frames. AMD calls it nested paging, Intel calls its tables EPT. The guest may do with its tables what it likes.',
        look: 'Below there is no copy of the guest’s tables any more: one set of nested tables serves all of them.',
        sources: [apm('Nested Paging'), sdmVmx('VMX support for address translation: EPT')],
      },
      {
        at: '0:1:nested_translate.read#3',
        text: 'But look at the price of one address. CR3 holds a guest frame, 0x010. Before the processor can read the guest’s first table, it must know where that frame lies, so it walks the nested tables: four reads, and all that is known is where the first table is.',
        look: 'Four reads in the dark half, and not one entry of the guest has been read.',
        sources: [apm('Nested Paging: nested table walk'), sdmVmx('EPT translation mechanism')],
      },
      {
        at: '0:1:nested_walk.read',
        text: 'The fifth read is the first of the guest’s own. It names guest frame 0x011, and again nobody knows where that is: four more nested reads. Every level of the guest costs one read of its own and four below. A grid: five columns, one for each of the guest’s frames on the way, and each of them as deep as the nested tables.',
        look: 'The walk goes up and down between the halves, once for each level.',
        sources: [apm('Nested Paging: nested table walk')],
      },
      {
        at: '0:1:nested_walk.done',
        text: 'Twenty-four reads: four of the guest’s tables and twenty of the nested ones. With n levels above and m below it is (n + 1)(m + 1) − 1. A shadow needed four. Real processors keep parts of such walks in caches and rarely pay all of it, but the first walk after a flush does.',
        look: 'The counter of reads: 24, against 4 with a shadow.',
        sources: [apm('Nested Paging'), sdmVmx('Caching translation information')],
      },
      {
        at: '0:2:guest_access.memory',
        text: 'Once the TLB knows the page there is nothing to read, as always: it keeps the whole way from the guest’s address to the machine frame. So the two designs differ at misses and at changes. A program with a large, steady memory and few changes is at its best with a shadow. A system that makes and ends processes all the time is not.',
        look: 'The third operation touches no table.',
        sources: [apm('Nested Paging'), sdmVmx('Caching translation information')],
      },
    ),
    ...scene('guest-fault-shadow', {
      at: '0:2:done',
      text: 'Now a change: demand paging. The process touches a page that is not there, its system fills in an entry, the process goes on. Under the shadow this took three exits: the fault had to be judged and handed on, the store to the protected table faulted, and the shadow had to be filled. All three are the hypervisor’s own concerns; the guest asked for none of them.',
      look: 'The triangles above the lanes: three faults that the hypervisor took, and the one that the guest was given.',
      sources: [xenUnsync('multi.c: sh_page_fault'), kvmMmu('Reaction to events')],
    }),
    ...scene(
      'guest-fault-nested',
      {
        at: '0:0:guest_access.fault',
        text: 'The same page fault without a shadow. The processor itself has walked the guest’s tables and found the empty entry, so it knows whose fault this is. It goes straight to the guest’s handler. The hypervisor does not run, and never learns that anything happened.',
        look: 'The fault stays in the guest’s lane.',
        sources: [apm('Nested Paging: nested versus guest page faults'), sdmVmx('EPT violations')],
      },
      {
        at: '0:1:guest_access.memory',
        text: 'The system stores the new entry. Its table is ordinary memory, so nothing faults; there is no copy that could be stale, and nothing to bring back later. All the machinery of the other stories, write protection, snapshots, slots, fixups, versions, exists to keep a copy right. Without the copy it is gone.',
        look: 'Entry 004 changes above, and below nothing has to follow.',
        sources: [apm('Nested Paging'), sdmVmx('EPT')],
      },
    ),
    ...scene('context-switch-nested', {
      at: '0:1:native_load_cr3.flush',
      text: 'A switch to another process: CR3 is loaded, and that is no exit either. CR3 holds a guest frame, which the guest may choose as it likes, because the nested tables stand between it and the machine. With a shadow the same load means: leave the guest, bring back whatever has drifted, give the processor another root.',
      look: 'One tick in the guest’s lane, none of the hypervisor’s.',
      sources: [apm('Nested Paging'), kvmMmu('Reaction to events: cr3')],
    }),
    ...scene('dirty-log-nested', {
      at: '1:0:done',
      text: 'And the question of who maps a page has a simple answer: however often the guest maps guest frame 0x040, in fifty processes here, there is one nested entry for it. Logging its writes, or moving it, means changing one entry. Why study shadows, then? Because hypervisors inside hypervisors still use them, and because every cache of a translation raises the same two questions: when may it be stale, and who tells it.',
      look: 'One nested entry has lost W; the guest’s own tables are untouched.',
      sources: [kvmMmu('Nested virtualization'), apm('Nested Paging')],
    }),
  ],
};
