import { defined } from '../../../base';
import { procedure, slots, type Thread } from '../../../kernel';
import { Crushed, Punted, SnapshotsExchanged } from '../events';
import { SHADOW_OOS_FIXUPS } from '../fixupStore';
import type { Xen } from '../state';
import { shResyncPage } from './resync';
import { takeSnapshot } from './snapshot';

const L = slots(
  ...(['v', 'gmfn', 'vaHi', 'vaLo'] as const),
  // `carried`: the page on its way to slot `next`, + 1; 0: none. `victim` likewise: the page that is crushed there.
  ...(['home', 'next', 'carried', 'carriedVaHi', 'carriedVaLo', 'complete', 'victim', 'gone'] as const),
  // The carried page's fixup array.
  ...(['fixupNext', 'smfn0', 'off0', 'smfn1', 'off1'] as const),
);

const oosOf = (t: Thread, x: Xen) => x.vcpu(t.get(L.v)).oos;
const arraysOf = (t: Thread, x: Xen) =>
  defined(x.fixupArrays[t.get(L.v)], `fixup arrays of vCPU ${t.get(L.v)}`);
const carried = (t: Thread): number => t.get(L.carried) - 1;

/** The page in the home slot, its VA and its fixups go into the procedure's hands. */
function pickUp(t: Thread, x: Xen): void {
  const oos = oosOf(t, x);
  const home = t.get(L.home);
  t.set(L.carried, oos.page(home) + 1);
  t.set(L.carriedVaHi, oos.vaHi(home));
  t.set(L.carriedVaLo, oos.vaLo(home));
  t.set(L.complete, oos.snapshotComplete(home) ? 1 : 0);
  const arrays = arraysOf(t, x);
  t.set(L.fixupNext, arrays.next(home));
  for (let i = 0; i < SHADOW_OOS_FIXUPS; i++) {
    t.set(L.smfn0 + 2 * i, arrays.smfn(home, i) + 1);
    t.set(L.off0 + 2 * i, arrays.off(home, i));
  }
}

function putDown(t: Thread, x: Xen): void {
  const oos = oosOf(t, x);
  const next = t.get(L.next);
  oos.setPage(next, carried(t));
  oos.setVa(next, t.get(L.carriedVaHi), t.get(L.carriedVaLo));
  oos.setSnapshotComplete(next, t.get(L.complete) !== 0);
  const arrays = arraysOf(t, x);
  arrays.setNext(next, t.get(L.fixupNext));
  for (let i = 0; i < SHADOW_OOS_FIXUPS; i++)
    arrays.put(next, i, t.get(L.smfn0 + 2 * i) - 1, t.get(L.off0 + 2 * i));
}

/** The new page takes a slot, with an empty fixup array. */
function settle(t: Thread, x: Xen, slot: number): void {
  const oos = oosOf(t, x);
  oos.setPage(slot, t.get(L.gmfn));
  if (x.era.vaHints) oos.setVa(slot, t.get(L.vaHi), t.get(L.vaLo));
  arraysOf(t, x).clear(slot);
}

/**
 * oos_hash_add(v, gmfn, va): the new page always gets its home slot. A page at home there is punted to the next slot; whoever
 * is in the way of either, and not at home, is crushed: resynced at once. Source: sheet 5.4, 6.5.
 */
export const oosHashAdd = procedure<Xen>({
  name: 'oos_hash_add',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Finds a slot in the out-of-sync table of the vCPU, by punting or crushing if need be (sheet 5.4).',
  slots: L,
  steps: [
    {
      label: 'home',
      line: 'home = gmfn mod SHADOW_OOS_PAGES; if oos[home] is native: swap gmfn in, next = home + 1; else next = home',
      touch: 'locked',
      run: (t, x) => {
        const oos = oosOf(t, x);
        const home = x.homeSlot(t.get(L.gmfn));
        const occupant = oos.page(home);
        t.set(L.home, home);
        if (occupant >= 0 && x.homeSlot(occupant) === home) {
          pickUp(t, x);
          settle(t, x, home);
          t.set(L.next, (home + 1) % oos.size);
        } else t.set(L.next, home);
        const victim = oos.page(t.get(L.next));
        t.set(L.victim, victim + 1);
        if (victim < 0) t.goto('place');
      },
      say: (t, x) => {
        const home = t.get(L.home);
        const here = `Slot ${home} is home for ${x.name(t.get(L.gmfn))}.`;
        if (carried(t) >= 0)
          return `${here} It is taken by ${x.name(carried(t))}, which belongs there too and must move to slot ${t.get(L.next)}.`;
        return t.get(L.victim) === 0
          ? `${here} It is free.`
          : `${here} It is taken by ${x.name(t.get(L.victim) - 1)}, which does not belong there.`;
      },
    },
    {
      label: 'crush',
      line: 'if oos[next] is taken: _sh_resync(oos[next])',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        if (x.on('crush-resync'))
          t.call(shResyncPage, [t.get(L.v), t.get(L.victim) - 1, t.get(L.next)], L.gone);
      },
      say: (t, x) => {
        const victim = x.name(t.get(L.victim) - 1);
        if (!x.on('crush-resync'))
          return `Slot ${t.get(L.next)} is taken by ${victim}. It goes without a resync, for that is switched off.`;
        return carried(t) >= 0
          ? `Slot ${t.get(L.next)} is taken by ${victim}. It must be resynced now to make room.`
          : `Slot ${t.get(L.next)} is taken by a page that does not belong there, ${victim}. It must be resynced now to make room.`;
      },
    },
    {
      label: 'crushed',
      line: '  perfc_incr(shadow_unsync_evict)',
      touch: 'locked',
      run: (t, x) => {
        oosOf(t, x).setPage(t.get(L.next), -1);
        x.world.count('shadow_unsync_evict');
        x.world.emit(Crushed, t.get(L.v), t.get(L.victim) - 1, t.get(L.next));
      },
      say: (t, x) => `Frame ${x.name(t.get(L.victim) - 1)} has left slot ${t.get(L.next)}.`,
    },
    {
      label: 'place',
      line: 'oos[next] = the page that is still in hand',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        if (carried(t) < 0) {
          settle(t, x, t.get(L.home));
          t.goto('snapshot');
          return;
        }
        putDown(t, x);
        x.world.emit(Punted, t.get(L.v), carried(t), t.get(L.home), t.get(L.next));
        // From the swap on it is one movement for the eye: page and snapshot go together.
        if (x.era.snapshots && x.on('snapshot-exchange')) exchange(t, x);
      },
      say: (t, x) => {
        const home = t.get(L.home);
        if (carried(t) < 0) return `Frame ${x.name(t.get(L.gmfn))} takes slot ${home}.`;
        const move = `Slot ${home} is taken by ${x.name(carried(t))}, which belongs there. It moves to slot ${t.get(L.next)}`;
        if (!x.era.snapshots) return `${move}.`;
        return x.on('snapshot-exchange')
          ? `${move}, and takes its snapshot along.`
          : `${move}, but its snapshot stays behind: the exchange is switched off.`;
      },
    },
    {
      label: 'snapshot',
      line: 'copy guest page oos[home] into the snapshot page of home',
      // Reads the guest page as a whole; nobody can write it yet, for its mappings are still read-only.
      touch: 'racy',
      run: (t, x) => {
        takeSnapshot(x, t.get(L.v), t.get(L.home));
        t.ret(t.get(L.home));
      },
      say: (t, x) => {
        if (!x.era.snapshots) return 'No copy is made: snapshots came later.';
        if (!x.on('snapshots')) return 'No copy is made: snapshots are switched off.';
        const smfn = oosOf(t, x).snapshot(t.get(L.home));
        return `vCPU ${t.get(L.v)} copies ${x.name(t.get(L.gmfn))} into ${x.name(smfn)}, the snapshot page of slot ${t.get(L.home)}.`;
      },
    },
  ],
});

function exchange(t: Thread, x: Xen): void {
  oosOf(t, x).exchangeSnapshots(t.get(L.next), t.get(L.home));
  x.world.emit(SnapshotsExchanged, t.get(L.v), t.get(L.home), t.get(L.next));
}
