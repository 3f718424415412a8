import { xenFixups, xenOos, xenSnapshot } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const SLOTS: Story = {
  id: 'slots',
  title: 'Three slots per vCPU: the hash',
  about:
    'Where pages that are out of sync are kept, what happens when two want the same place, and what travels with them.',
  level: 'core',
  minutes: 9,
  passages: [
    ...scene(
      'punt',
      {
        at: BEGINNING,
        text: 'Every page that is out of sync must be found again: at a flush all of one vCPU’s, at a fault the one that is concerned. It also needs a place for its snapshot and its fixups. And there must not be too many of them, because each flush has to bring them all back. So each vCPU has a tiny table of three slots. Its size is the bound on the work that a load of CR3 can cost.',
        look: 'The out-of-sync table of vCPU 0: three slots, all empty.',
        sources: [xenOos('mm.h: SHADOW_OOS_PAGES; common.c'), xenSnapshot('mm.h: oos_snapshot')],
      },
      {
        at: '0:0:oos_hash_add.place',
        text: 'Where a page goes follows from its frame number: the remainder of dividing by three is the number of its home. Frame 0x030 is 48, so its home is slot 0. Such a rule is called a hash. It makes looking up quick: a page is in its home or in the next slot, so at most two slots per vCPU are read.',
        look: 'Frame 0x030 stands in slot 0.',
        sources: [xenOos('common.c: oos_hash_add, oos_hash_lookup')],
      },
      {
        at: '0:0:sh_unsync.count',
        text: 'The snapshot is a frame of its own, and it belongs to the slot, not to the page: three frames per vCPU, allocated once. The guest’s table is copied into it now. Remember the difference between the frame and what is in it. It will matter as soon as somebody has to move.',
        look: 'The snapshot in the band bears the number of slot 0.',
        sources: [xenSnapshot('common.c: oos_hash_add, sh_update_paging_modes')],
      },
      {
        at: '0:1:guest_access.fault',
        text: 'A second table is written: frame 0x033, which is 51. Divided by three the remainder is zero again, so it wants the same home. Two pages, one place. Refusing would be simple, but a kernel that fills two tables in turns would then pay an exit for every store, and with only three slots collisions are common.',
        look: 'Slot 0 is taken by 0x030; slots 1 and 2 are free.',
        sources: [xenOos('common.c: oos_hash_add')],
      },
      {
        at: '0:1:oos_hash_add.place',
        text: 'The newcomer takes the home, and the page that stood there moves one further: it is punted. The newer page is the likelier one to be written next, so it gets the place that is looked at first. The snapshots must go along, and here the trick with the frames pays: nothing is copied, slots 0 and 1 exchange their snapshot frames.',
        look: 'Frame 0x030 and its snapshot have moved to slot 1 together, in the band and in the table on the right.',
        sources: [xenSnapshot('common.c: oos_hash_add')],
      },
    ),
    ...scene(
      'snapshot-exchange',
      {
        at: '0:1:done',
        text: 'Why must the snapshot move with its page? In this run the guest has taken entry 7 out of 0x030; the shadow still has it, and only the copy in which entry 7 is still there can tell. 0x030 is in slot 1 now, together with that copy. Slot 0 holds 0x033 and a fresh copy of 0x033.',
        look: 'Slot 1: frame 0x030 and its own snapshot.',
        sources: [xenSnapshot('common.c: oos_hash_add')],
      },
      {
        at: '0:2:sh_resync_l1.done#1',
        text: 'CR3 is loaded and both pages come back. 0x030 is compared with its own snapshot: of 32 entries in the shadow one differs, entry 7, and is derived again. Nothing is mapped there now, as the guest wants it. Each of the two comparisons finds exactly what its guest table has changed.',
        look: 'One row lights up in each of the two tables.',
        sources: [xenSnapshot('multi.c: sh_resync_l1')],
      },
    ),
    ...scene('snapshot-exchange-missing', {
      at: '0:2:sh_resync_all.unlock',
      text: 'The same guest, and the snapshot stayed behind when 0x030 moved. It was then compared with a copy of another table, whose entry 7 happens to be empty, as the guest’s is now. Equal, so it was skipped. A foreign copy that differs only costs work; a foreign copy that happens to be equal costs correctness, and zero is the most common value of all.',
      look: 'Entry 007 of 0x030: empty above, still mapped below. The sentence in red says so.',
      sources: [xenSnapshot('common.c: oos_hash_add')],
    }),
    ...scene(
      'crush',
      {
        at: '0:2:oos_hash_add.crush',
        text: 'A third page with the same home, 0x036. It takes slot 0, pushes 0x033 on to slot 1, and there stands 0x030. There is no third chance: 0x030 is resynced now, before its time, to make room. This is called a crush. It is always safe to bring a page back early; it only costs the comparison now and another exit when the guest writes the table again.',
        look: 'Slot 1 must be emptied before anybody moves.',
        sources: [xenOos('common.c: oos_hash_add')],
      },
      {
        at: '0:2:done',
        text: 'The order of the moves is delicate. First 0x030 was resynced with the snapshot of slot 1, which is its own. Only then did 0x033 move there, exchanging snapshot frames, and only then was the home’s snapshot overwritten with a copy of 0x036. In any other order some page would have been compared with, or written over, the wrong copy.',
        look: 'Slot 0 holds 0x036, slot 1 holds 0x033, each with its own snapshot.',
        sources: [xenSnapshot('common.c: oos_hash_add'), xenFixups('common.c: oos_hash_add')],
      },
      {
        at: '0:3:oos_hash_add.crush',
        text: 'The last newcomer, 0x031, has its home in slot 1, where 0x033 stands, which does not belong there. A page that does not stand in its home is not pushed on once more; it is resynced where it stands. Otherwise it could wander two slots away from its home, and nobody would find it again with two looks.',
        look: 'Slot 1: 0x033, whose home is slot 0.',
        sources: [xenOos('common.c: oos_hash_add')],
      },
      {
        at: '0:3:done',
        text: 'Four pages have gone out of sync, two have been brought back early, and every flush from now on costs at most three comparisons per vCPU. Whether three is the right number depends on the guest: watch the counter of evictions when you change the program. A small table with a clear rule for who must go is worth more than a large one that every flush has to search.',
        look: 'The counters: pages let go, pages evicted, pages brought back.',
        sources: [xenOos('perfc_defn.h: shadow_unsync_evict; mm.h: SHADOW_OOS_PAGES')],
      },
    ),
  ],
};
