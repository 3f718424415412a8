import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, leafFrame, PS, present, sayIndex } from '../../machine';
import { type Derivation, newDerivation, prefetchL1, propagateUpper } from './derive';
import { WHY_VALIDATE } from './events';
import { snapshotUpdate } from './oos/snapshot';
import { setL1e } from './setL1e';
import { setUpper } from './setUpper';
import type { Xen } from './state';
import {
  FT_PREFETCH,
  isRam,
  levelOfType,
  SH_FL1_64,
  SH_L1_64,
  SH_L2_64,
  SH_L3_64,
  SH_L4_64,
  shadowType64,
} from './types';

/** L1 before L2 before L3 before L4, so that no walker sees a new upper entry above an old lower one (sheet 2.8). */
const ORDER = [SH_L1_64, SH_L2_64, SH_L3_64, SH_L4_64] as const;

const L = slots('gmfn', 'first', 'last', 'nth', 'index', 'flags', 'result', 'smfn', 'done', 'hi', 'lo');

const derived = newDerivation();

/** The existing shadow that an upper guest entry leads to, or -1: validating never makes one. */
function shadowBelow(x: Xen, level: number, hi: number, lo: number): number {
  if (!present(lo)) return -1;
  x.world.count('shadow_get_shadow_status');
  if (level === 2 && (lo & PS) !== 0) return x.hash.lookup(leafFrame(x.mode, 2, hi, lo), SH_FL1_64);
  const gfn = frameOf(hi, lo);
  const mfn = x.p2m.mfn(gfn);
  return isRam(x.p2m.type(gfn)) && mfn >= 0 ? x.hash.lookup(mfn, shadowType64(level - 1)) : -1;
}

/** What the shadow entry for the guest entry just written shall be. */
function derive(x: Xen, level: number, hi: number, lo: number): Derivation {
  if (level === 1) return prefetchL1(x, hi, lo, derived);
  const below = shadowBelow(x, level, hi, lo);
  if (below >= 0) return propagateUpper(x, level, hi, lo, below, FT_PREFETCH, derived);
  derived.hi = 0;
  derived.lo = 0;
  derived.because = 0;
  return derived;
}

function next(t: Thread): void {
  if (t.get(L.index) < t.get(L.last)) {
    t.set(L.index, t.get(L.index) + 1);
    t.goto('entry');
    return;
  }
  t.set(L.nth, t.get(L.nth) + 1);
  t.set(L.index, t.get(L.first));
  t.goto('entry');
}

/**
 * sh_validate_guest_entry (sheet 2.8): the shadow follows an emulated write. Arguments: gmfn, the first and the last entry
 * touched. Returns SHADOW_SET_* bits. Every shadow type of the page is seen to.
 */
export const shValidateGuestEntry = procedure<Xen>({
  name: 'sh_validate_guest_entry',
  part: 'xen',
  lane: 'hypervisor',
  about:
    'Derives the shadow entries again whose guest entries were written by emulation, at every level the page is used.',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'sh_validate_guest_entry(gmfn, entries written):',
      touch: 'locked',
      run: (t) => t.set(L.index, t.get(L.first)),
      say: (t, x) => `The shadow of ${x.name(t.get(L.gmfn))} must follow what was written.`,
    },
    {
      label: 'entry',
      line: '  for each type of shadow, L1 first: new_sle = propagate(gle, prefetch)',
      touch: 'locked',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        if (t.get(L.nth) === ORDER.length) {
          t.goto('return');
          return;
        }
        const type = ORDER[t.get(L.nth)] as number;
        t.set(L.done, 0);
        if ((x.guest.typeBits(gmfn) & (1 << type)) === 0) {
          t.set(L.index, t.get(L.last));
          next(t);
          return;
        }
        const level = levelOfType(type);
        const index = t.get(L.index);
        const hi = x.hi(gmfn, index);
        const lo = x.lo(gmfn, index);
        x.world.count(`shadow_validate_gl${level}e_calls`);
        const smfn = x.hash.lookup(gmfn, type);
        const entry = derive(x, level, hi, lo);
        t.set(L.smfn, smfn);
        t.set(L.hi, entry.hi);
        t.set(L.lo, entry.lo);
        t.set(L.done, level);
        const cell = x.entryCell(gmfn, index);
        if (level > 1)
          t.callThen(
            'upper',
            setUpper,
            [t.actor, smfn, index, entry.hi, entry.lo, WHY_VALIDATE, cell],
            L.result,
          );
      },
      say: (t, x) => {
        const level = t.get(L.done);
        if (level === 0) return `Frame ${x.name(t.get(L.gmfn))} is not shadowed at the next level.`;
        const entry = `Entry ${sayIndex(t.get(L.index))} of the guest's L${level} table ${x.name(t.get(L.gmfn))}`;
        return t.get(L.lo) === 0 && t.get(L.hi) === 0
          ? `${entry} leads to nothing that is shadowed yet: the shadow entry shall be empty.`
          : `${entry} is derived again.`;
      },
    },
    {
      label: 'set',
      line: '    L1: shadow_set_l1e(); out of sync: snapshot entry = gl1e',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        const index = t.get(L.index);
        const cell = x.entryCell(gmfn, index);
        const { smfn, hi, lo } = { smfn: t.get(L.smfn), hi: t.get(L.hi), lo: t.get(L.lo) };
        const result = setL1e(x, t.actor, smfn, index, hi, lo, WHY_VALIDATE, cell);
        t.set(L.flags, t.get(L.flags) | result);
        if (x.outOfSync(gmfn)) snapshotUpdate(x, gmfn, index, x.hi(gmfn, index), x.lo(gmfn, index), cell);
        next(t);
      },
      say: (t, x) => `Shadow ${x.name(t.get(L.smfn))} has the new entry.`,
    },
    {
      label: 'upper',
      line: '    above: shadow_set_lNe()',
      touch: 'locked',
      run: (t) => {
        t.set(L.flags, t.get(L.flags) | t.get(L.result));
        next(t);
      },
      say: (t, x) => `Shadow ${x.name(t.get(L.smfn))} has the new entry.`,
    },
    {
      label: 'return',
      line: '  return CHANGED | FLUSH | ERROR',
      touch: 'locked',
      run: (t) => t.ret(t.get(L.flags)),
      say: 'Every shadow of the page agrees with it again.',
    },
  ],
});
