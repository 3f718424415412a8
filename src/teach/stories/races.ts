import { xenLockless } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const RACES: Story = {
  id: 'races',
  title: 'Races and the re-check',
  about:
    'Why the hypervisor reads the guest’s tables without a lock, what can go wrong meanwhile, and how a number saves it.',
  level: 'core',
  minutes: 10,
  passages: [
    ...scene(
      'stale-walk',
      {
        at: BEGINNING,
        text: 'Until early 2008 Xen took the lock of the shadow at the beginning of every fault and walked the guest’s tables under it. Faults of different vCPUs waited for each other, even though most of the work was reading. The change: walk first, without any lock, and take the lock only to change the shadow. It is faster, and it opens a gap. Here you see what can happen in it.',
        look: 'Two lanes, two vCPUs. They take turns where the scenario says so.',
        sources: [xenLockless('commit message')],
      },
      {
        at: '0:0:guest_walk_tables.read#3',
        text: 'vCPU 0 has faulted and walks. It reads entry 005 of table 0x030: frame 0x100. This table has no shadow yet, so it is ordinary memory, mapped writable in the kernel, and no store to it would fault. What the walk has read is true at this moment. It is a note in the hypervisor’s hand, and the note does not change when memory does.',
        look: 'The walk runs above. The lock’s lane is empty: nobody holds it.',
        sources: [xenLockless('multi.c: guest_walk_tables')],
      },
      {
        at: '1:0:guest_access.memory',
        text: 'Now vCPU 1 stores to the very entry that was read: it says frame 0x101 from now on. Nothing trapped. On a bare machine this is an ordinary thing: one processor walks while another writes. There the guest would make every processor forget the address before it gives frame 0x100 to somebody else.',
        look: 'Entry 005 above has changed; vCPU 0 still holds what it read before.',
        sources: [xenLockless('multi.c: sh_page_fault')],
      },
      {
        at: '1:1:hvm_invlpg.hardware',
        text: 'And that is what it does: INVLPG. There is nothing to forget: vCPU 1’s TLB does not hold the page, and the shadow has no entry yet. So when vCPU 0 installs its old note afterwards, the flush that should have swept it away is already over. This is the shape of every race of this kind: read, changed, flushed, installed.',
        look: 'Neither the shadow nor any TLB changes at this step.',
        sources: [xenLockless('multi.c: shadow_check_gwalk')],
      },
      {
        at: '0:0:sh_page_fault.flush',
        text: 'vCPU 0 has the lock. First it protects every table on its path, because they are to be shadowed now. A writable mapping of 0x030 is found and loses W. Where such a mapping existed, somebody may have used it since the walk; so the version, a counter of the whole guest, goes from 0 to 1, and all TLBs are flushed. From here on nobody can change the table unheard.',
        look: 'The direct map’s entry for 0x030 loses W; the version stands at 1.',
        sources: [xenLockless('multi.c: gw_remove_write_accesses, sh_page_fault')],
      },
      {
        at: '0:0:shadow_check_gwalk.verdict',
        text: 'The walk noted the version before its first read: 0. It is 1 now. That does not prove that the walk is wrong, only that it may be. So the entries are read once more, under the lock, and compared bit for bit with the note. Entry 005 differs: the walk is thrown away. When the numbers are equal, and they nearly always are, nothing is read at all.',
        look: 'The four entries of the path are read again; the last one does not match.',
        sources: [xenLockless('commit message; multi.c: shadow_check_gwalk')],
      },
      {
        at: '0:0:guest_access.memory',
        text: 'The second attempt reads frame 0x101, and that goes into the shadow. Two faults instead of one, for a case that is rare. On a 64-bit guest the author counted 3.7 % of all walks that had to be checked again. A cheap test that is always made, and an expensive one that is almost never needed: optimism, with a number to keep it honest.',
        look: 'The load arrives in frame 0x101, as the guest means it.',
        sources: [xenLockless('commit message')],
      },
    ),
    ...scene(
      'stale-walk-believed',
      {
        at: '0:0:sh_page_fault.decide',
        text: 'The same guest and the same order of steps, without the check. The old note has gone into the shadow: frame 0x100, which the guest has given up. At this moment the table is protected and counts as in sync, so nobody will compare it until the guest writes this entry again. The rule that is broken is named in red.',
        look: 'Entry 005: the guest’s says 0x101, the shadow’s 0x100.',
        sources: [xenLockless('multi.c: shadow_check_gwalk')],
      },
      {
        at: '0:2:guest_access.memory',
        text: 'vCPU 0 has flushed the address as it should, and reads frame 0x100 all the same. The guest may have given that frame to another process by now: one program reads, or writes, the memory of another. No crash, no message. Such a bug may hide for years, which is why the steps here can be put in any order by hand, and why a checker tries them all.',
        look: 'The value read is that of the old frame.',
        sources: [xenLockless('multi.c: sh_page_fault')],
      },
    ),
    ...scene(
      'emulated-in-between',
      {
        at: '1:0:sh_x86_emulate_write.bump',
        text: 'There is a second way for a table to change. 0x030 is shadowed and protected here, so vCPU 1’s store is emulated, under the lock, while vCPU 0 stands between its walk and the lock. When vCPU 0 comes to protect its path, there is nothing to take away, and the first alarm stays silent. So an emulated store raises the version too.',
        look: 'The version goes up though no right to write was taken away.',
        sources: [xenLockless('multi.c: emulate_unmap_dest')],
      },
      {
        at: '0:0:shadow_check_gwalk.verdict',
        text: 'Again the numbers differ, again the entries are compared, again the walk is made anew. Two sources of change, two places that raise the number, and no third: that is the argument why the scheme is complete. Take one of them away and the checker finds a schedule that breaks it. An argument about races is only as good as its list of who can write.',
        look: 'The comparison under the lock ends at the entry that vCPU 1 has changed.',
        sources: [xenLockless('commit message; multi.c: shadow_check_gwalk')],
      },
    ),
    ...scene('seen-before-the-flush', {
      at: '2:0:sh_page_fault.decide',
      text: 'Is the list complete? Here the version is raised before the TLBs are flushed. Between the two a third vCPU begins a walk that already notes the new version, and a vCPU whose flush is still to come stores by its old translation. The numbers agree, and the shadow is wrong. Such an order is hard to find by thinking. The race finder finds it by exploring all of them.',
      look: 'Three lanes: who flushes, who stores, and who walks in between; and two sentences in red.',
      sources: [xenLockless('multi.c: sh_page_fault; derived from the order of the two steps')],
    }),
  ],
};
