import { frameName, word } from '../../base';
import { procedure, slots } from '../../kernel';
import { A, D, sayIndex } from '../../machine';
import { clearShadow, setShadow } from './derive';
import { Hypercall, ShadowDropped } from './events';
import { ROOT_SLOTS } from './shadowTables';
import type { Pv } from './state';

const L = slots('nth', 'direct', 'kind', 'table', 'index', 'hi', 'lo', 'count', 'atTable', 'atIndex');

/** One SET_PTE: the old entry is released; the new one goes in at once only if it has been used before (saves a fault). */
function setPte(pv: Pv, v: number, table: number, index: number, hi: number, lo: number): void {
  for (let slot = 0; slot < ROOT_SLOTS; slot++) {
    clearShadow(pv, table, index, slot);
    if ((lo & (A | D)) !== 0) setShadow(pv, v, table, index, word(hi, lo), slot);
  }
}

/** lguest's hypercall: the host first sees to what waits in the ring, then to the call itself. Arguments: 0, 1 and an update, or none. */
export const lguestCall = procedure<Pv>({
  name: 'lguest_hypercall',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'FLUSH_ASYNC, or a call that finds the ring full: do_async_hcalls, then SET_PTE (sheet P8).',
  slots: L,
  steps: [
    {
      label: 'call',
      line: 'hypercall: lock the shadows',
      touch: 'racy',
      when: (_, pv) => pv.lock.free,
      run: (t, pv) => {
        t.set(L.count, pv.queue(t.actor).count);
        pv.lock.take(t);
        pv.world.count('hypercalls');
        pv.world.emit(Hypercall, t.actor, t.get(L.count) + t.get(L.direct));
        t.goto(t.get(L.count) > 0 ? 'ring' : t.get(L.direct) !== 0 ? 'own' : 'done');
      },
      say: (t) =>
        t.get(L.direct) === 0
          ? `A call that does nothing by itself: ${t.get(L.count)} updates in the ring are seen to.`
          : `The call takes the ${t.get(L.count)} updates in the ring along.`,
    },
    {
      label: 'ring',
      line: '  for each in the ring: release the shadow entry; A or D set? install the new one',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const queue = pv.queue(t.actor);
        const nth = t.get(L.nth);
        const { table, index, hi, lo } = queue.at(nth);
        queue.deliver(nth);
        t.set(L.atTable, table);
        t.set(L.atIndex, index);
        setPte(pv, t.actor, table, index, hi, lo);
        t.set(L.nth, nth + 1);
        if (nth + 1 < t.get(L.count)) {
          t.goto('ring');
          return;
        }
        queue.clear();
        t.goto(t.get(L.direct) !== 0 ? 'own' : 'done');
      },
      say: (t) =>
        `Entry ${sayIndex(t.get(L.atIndex))} of table ${frameName(t.get(L.atTable))} is brought in line.`,
    },
    {
      label: 'own',
      line: '  SET_PTE: the same for the update of the call itself',
      touch: 'racy',
      beat: true,
      run: (t, pv) => setPte(pv, t.actor, t.get(L.table), t.get(L.index), t.get(L.hi), t.get(L.lo)),
      say: (t) =>
        `Entry ${sayIndex(t.get(L.index))} of table ${frameName(t.get(L.table))}, for which the call was made, is brought in line.`,
    },
    {
      label: 'done',
      line: '  unlock; back to the guest',
      touch: 'racy',
      run: (t, pv) => {
        pv.lock.release(t);
        t.ret();
      },
      say: 'The ring is empty.',
    },
  ],
});

const F = slots('slot', 'root');

/** Drops the shadows below the user's half of a root: what guest_pagetable_flush_user does. */
export function dropUserHalf(pv: Pv, v: number, slot: number): void {
  const root = pv.shadows.rootOf(slot);
  if (root < 0) return;
  const half = ((pv.mode(v).indexMask[pv.mode(v).levels] as number) + 1) / 2;
  const drop = (table: number, level: number, from: number, to: number): void => {
    const frame = pv.shadows.of(table, slot);
    if (frame < 0) return;
    for (let i = from; i < to; i++) {
      const { lo } = pv.shadows.entry(frame, i);
      if ((lo & 1) === 0) continue;
      if (level > 1) {
        const child = pv.shadows.tableOf(lo >>> 12);
        drop(child, level - 1, 0, 512);
        pv.shadows.drop(child, slot);
      }
      pv.shadows.write(frame, i, 0, 0);
    }
  };
  drop(root, pv.mode(v).levels, 0, half);
}

/** The slot that holds a vCPU's root. */
export const slotOf = (pv: Pv, v: number): number => {
  if (pv.scheme.flush !== 'lguest') return 0;
  const root = pv.root(v);
  for (let slot = 0; slot < ROOT_SLOTS; slot++) if (pv.shadows.rootOf(slot) === root) return slot;
  return 0;
};

export const lguestFlush = procedure<Pv>({
  name: 'lguest_flush_tlb',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'FLUSH_TLB(0): drops the whole user half of the current shadow (guest_pagetable_flush_user).',
  slots: F,
  steps: [
    {
      label: 'drop',
      line: 'flush: the shadow of the user’s half is thrown away',
      touch: 'racy',
      beat: true,
      when: (_, pv) => pv.lock.free,
      run: (t, pv) => {
        t.set(F.slot, slotOf(pv, t.actor));
        t.set(F.root, pv.root(t.actor));
        dropUserHalf(pv, t.actor, t.get(F.slot));
        pv.world.emit(ShadowDropped, t.get(F.root));
        t.ret();
      },
      say: 'Everything that was known about the user’s pages is gone, what was installed a moment ago as well: each page faults again.',
    },
  ],
});
