import { procedure, slots, type Thread } from '../../kernel';
import { A, D, P, sayIndex, W } from '../../machine';
import { newDerivation, prefetchL1, propagateL1 } from './derive';
import { PrefetchDone, WHY_PREFETCH } from './events';
import { fabricateL1e, isSuperpageWalk } from './guestWalk';
import { snapshotUpdate } from './oos/snapshot';
import { setL1e } from './setL1e';
import type { Xen } from './state';
import { FT_PREFETCH } from './types';

export const PREFETCH_DISTANCE = 32;

const L = slots('smfn', 'index', 'i', 'count', 'why');

/** Why a prefetch ends. */
const GOES_ON = 0;
const TABLE_ENDS = 1;
const DISTANCE = 2;
const SLOT_TAKEN = 3;
const WOULD_MARK = 4;

const derived = newDerivation();

/** Where the page of the shadow ends that an entry lies in: of a 2-level guest's two pages it is the one at hand that counts. */
function endOfPage(x: Xen, smfn: number, index: number): number {
  const entries = Math.min(512, x.entriesOf(x.pages.type(smfn)));
  return (Math.floor(index / entries) + 1) * entries;
}

/** The next entry, or why there is none. */
function one(t: Thread, x: Xen): number {
  const v = t.actor;
  const { gw } = x.vcpu(v);
  const i = t.get(L.i);
  const at = t.get(L.index) + i;
  if (at >= endOfPage(x, t.get(L.smfn), t.get(L.index))) return TABLE_ENDS;
  if (i >= PREFETCH_DISTANCE) return DISTANCE;
  const smfn = t.get(L.smfn);
  if (x.lo(smfn, at) !== 0 || x.hi(smfn, at) !== 0) return SLOT_TAKEN;
  if (isSuperpageWalk(x, v)) {
    const l1e = fabricateL1e(x, v, at);
    propagateL1(x, l1e.hi, l1e.lo, FT_PREFETCH, derived);
    setL1e(
      x,
      v,
      smfn,
      at,
      derived.hi,
      derived.lo,
      WHY_PREFETCH,
      x.guestCell(x.geometry(v).narrow, gw.mfn(2), l2Index(x, v)),
    );
    return GOES_ON;
  }
  const table = gw.mfn(1);
  const { narrow } = x.geometry(v);
  const hi = x.guestHi(narrow, table, at);
  const lo = x.guestLo(narrow, table, at);
  // Deriving would have to set A or D, which only a real access may do.
  if ((lo & P) !== 0 && ((lo & A) === 0 || ((lo & W) !== 0 && (lo & D) === 0))) return WOULD_MARK;
  const cell = x.guestCell(narrow, table, at);
  prefetchL1(x, hi, lo, derived);
  setL1e(x, v, smfn, at, derived.hi, derived.lo, WHY_PREFETCH, cell);
  if (x.outOfSync(table) && x.on('snapshot-update-prefetch')) snapshotUpdate(x, table, at, hi, lo, cell);
  return GOES_ON;
}

const l2Index = (x: Xen, v: number): number => {
  const { cells } = x.vcpu(v).gw;
  return x.index(v, 2, cells.get('vaHi'), cells.get('vaLo'));
};

const ENDS: Readonly<Record<number, string>> = {
  [TABLE_ENDS]: 'The table ends there.',
  [DISTANCE]: 'That is as far as it looks ahead.',
  [SLOT_TAKEN]: 'The next one has its shadow already.',
  [WOULD_MARK]: 'The next one was never used, or never written: only a real access may mark it.',
};

/**
 * sh_prefetch (sheet 2.6.4): derives the neighbours after the entry just installed. Arguments: the L1 shadow, the index of the
 * faulting entry. The walk record says which guest table.
 */
export const shPrefetch = procedure<Xen>({
  name: 'sh_prefetch',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Derives up to 31 entries after the faulting one, until one is there already or would need A or D.',
  slots: L,
  steps: [
    {
      label: 'entry',
      line: 'for i = 1 .. 31: sl1e[i] != 0, or gl1e lacks A or D: stop; else derive it',
      touch: 'racy',
      run: (t, x) => {
        if (t.get(L.i) === 0) t.set(L.i, 1);
        const why = one(t, x);
        t.set(L.why, why);
        if (why !== GOES_ON) return;
        t.set(L.count, t.get(L.count) + 1);
        t.set(L.i, t.get(L.i) + 1);
        t.goto('entry');
      },
      say: (t, x) =>
        t.get(L.why) === GOES_ON
          ? `Entry ${sayIndex(t.get(L.index) + t.get(L.i) - 1)} of ${x.name(t.get(L.smfn))} is derived as well.`
          : (ENDS[t.get(L.why)] ?? ''),
    },
    {
      label: 'done',
      line: '  stop',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.world.emit(PrefetchDone, t.actor, t.get(L.smfn), t.get(L.index) + 1, t.get(L.count));
        t.ret();
      },
      say: (t) => {
        const n = t.get(L.count);
        const what = n === 0 ? 'No neighbour is' : n === 1 ? 'One neighbour is' : `${n} neighbours are`;
        return `${what} derived ahead of time. ${ENDS[t.get(L.why)] ?? ''}`;
      },
    },
  ],
});
