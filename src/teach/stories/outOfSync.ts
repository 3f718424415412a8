import { kvmMmu, sdm, xenFixups, xenOos, xenSnapshot, xenUnsync } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const OUT_OF_SYNC: Story = {
  id: 'out-of-sync',
  title: 'Out of sync, and snapshots',
  about:
    'How a page table may drift away from its shadow, and how it is brought back for the price of what changed.',
  level: 'core',
  minutes: 12,
  passages: [
    ...scene(
      'unsync',
      {
        at: BEGINNING,
        text: 'Page table 0x030 has a shadow, so it is read-only everywhere. Emulating a store to it is right and slow: an exit for eight bytes. But look at what the guest expects. On a bare machine a changed entry counts only after a flush, because the TLB may still hold the old one. So nobody needs the shadow to be right at every moment. It must be right at every flush.',
        look: 'The guest’s L1 table 0x030 above, its shadow below: at this moment the two agree.',
        sources: [xenOos('commit message'), kvmMmu('Synchronized and unsynchronized pages')],
      },
      {
        at: '0:0:guest_access.fault',
        text: 'The first store still faults, because the table is protected. The hypervisor could emulate it. Instead it bets that the guest is about to write many entries of this table, as kernels do when they build or copy an address space, and that letting it do so will be cheaper than hearing of each.',
        look: 'One triangle above the lanes: a page fault. Remember it: the next two stores have none.',
        sources: [xenUnsync('commit message; multi.c: sh_page_fault')],
      },
      {
        at: '0:0:sh_unsync.count',
        text: 'Not every table may go out of sync. Xen allows it only for a page that is used as an L1 table and as nothing else, and only while all vCPUs have paging on. An upper table that drifted could lead a processor to a whole wrong subtree; a stale L1 entry is no worse than a stale translation. The page is given a slot in a small table of vCPU 0, its owner, and a copy of it is taken: the snapshot.',
        look: 'The violet band now holds the snapshot of 0x030, in slot 0.',
        sources: [xenOos('common.c: sh_unsync'), xenSnapshot('common.c: oos_hash_add')],
      },
      {
        at: '0:0:sh_page_fault.install',
        text: 'Now the kernel’s mapping of the table becomes writable. A note is made of which shadow entry that is, a fixup, because later this very entry must lose W again. Without the note, somebody would have to search all shadows for writable mappings of one frame, and the cost of that search is what made earlier attempts slow.',
        look: 'Entry 030 of the shadow of the direct map gains W.',
        sources: [xenOos('commit message'), xenFixups('common.c: oos_fixup_add')],
      },
      {
        at: '0:0:guest_access.memory',
        text: 'The guest’s instruction ran again and went straight to memory. Entry 7 of the guest’s table says something that entry 7 of the shadow does not: the shadow is stale, on purpose. A processor that walks the shadow now does not find the new page; it faults, and that fault will put things right for this one entry. Nothing wrong can be read, only something old or nothing.',
        look: 'Entry 007 above is new; below it is as it was. The band shows what differs.',
        sources: [xenUnsync('multi.c: sh_page_fault'), sdm('Paging: caching translation information')],
      },
      {
        at: '0:2:guest_access.memory',
        text: 'The second and the third store did not fault at all. Filling a table of 512 entries costs one exit instead of 512. What is left is the other half of the bargain: to find out, at the right moment and cheaply, what the guest has done meanwhile.',
        look: 'Three entries of the table differ from their snapshot by now, and the hypervisor has not run.',
        sources: [xenUnsync('commit message')],
      },
    ),
    ...scene(
      'resync-three-of-512',
      {
        at: '0:3:oos_fixup_flush.done',
        text: 'The guest loads CR3: its word that it wants its changes to count. Before anything is compared, the table is protected again, or the guest could write it during the comparison. The fixup says where the writable mapping is, so one entry is changed and no search is made; then the TLBs are flushed, because a processor may remember the right to write.',
        look: 'Entry 030 of the direct map’s shadow loses W again.',
        sources: [xenFixups('common.c: oos_remove_write_access, oos_fixup_flush_gmfn')],
      },
      {
        at: '0:3:sh_resync_l1.done',
        text: 'This table is full: 512 entries, all of them in the shadow. Without a snapshot each would have to be derived again, with a look into the list of guest frames for every one. With it, an entry that equals its copy cannot need any work, because the shadow was derived from exactly that value. 512 are compared, three are derived. Comparing costs almost nothing.',
        look: 'The bar of compared rows runs through; only the rows that differ light up.',
        sources: [xenSnapshot('commit message; multi.c: sh_resync_l1')],
      },
    ),
    ...scene(
      'a-page-table-may-drift',
      {
        at: '0:1:sh_resync_l1.done',
        text: 'With two vCPUs it is finer. vCPU 1 let the table go and has not flushed; vCPU 0 loads CR3 and must see what the table says now. So the contents are refreshed, for vCPU 0’s sake, but the table stays out of sync and writable, for vCPU 1’s sake. What a flush promises, it promises to the processor that flushes.',
        look: 'The shadow’s entries 007 and 008 are new; the slot of vCPU 1 is still taken.',
        sources: [xenOos('common.c: sh_resync_all'), xenSnapshot('multi.c: sh_resync_l1')],
      },
      {
        at: '1:2:_sh_resync.in-sync',
        text: 'Now the owner flushes, and the table is brought back for good: writable mapping taken away, TLBs flushed, contents compared, and the mark removed. The order matters. If the comparison came before the flush, a store through an old translation could land in an entry that had just been compared, and nobody would look again.',
        look: 'The band is empty, and the slot of vCPU 1 is free.',
        sources: [xenOos('common.c: _sh_resync'), xenFixups('common.c: oos_remove_write_access')],
      },
    ),
    ...scene(
      'come-and-gone',
      {
        at: '0:2:sh_page_fault.install',
        text: 'A trap that is easily missed. While the table was out of sync, the guest stored entry 7 and used it. The fault derived it, so the shadow now holds a value that is not in the snapshot. If the snapshot were left alone, it would no longer say what the shadow was made from. So the fault writes the value into the snapshot as well.',
        look: 'The same value appears twice: in the shadow below and in the copy in the band.',
        sources: [xenSnapshot('multi.c: sh_page_fault, sh_prefetch')],
      },
      {
        at: '0:4:sh_resync_l1.done',
        text: 'The guest has taken entry 7 away again, so its table is what it was in the beginning. Compared with the first copy everything would look equal, and the shadow would keep a mapping that the guest has removed: the value came and went in between. Because the snapshot was kept up to date, the entry differs, is derived again, and is gone.',
        look: 'One of 32 entries differs: entry 007, empty above and no longer mapped below.',
        sources: [xenSnapshot('multi.c: sh_resync_l1')],
      },
    ),
    ...scene('come-and-gone-missed', {
      at: '0:4:sh_resync_all.unlock',
      text: 'The same guest, and the snapshot was not updated in the fault. The resync compared nothing with nothing, skipped the entry, and declared the table in sync. The shadow maps a page that the guest has given up, and no later flush will find it. The rule to remember: a snapshot is not a copy of the guest’s table at some time, it is a record of what the shadow was derived from.',
      look: 'Entry 007: empty above, present below; the sentence in red on the right names the rule that is broken.',
      sources: [xenSnapshot('multi.c: sh_page_fault')],
    }),
  ],
};
