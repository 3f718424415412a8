import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, leafFrame, PS, present, sayIndex } from '../../machine';
import { type Derivation, newDerivation, prefetchL1, propagateUpper } from './derive';
import { WHY_VALIDATE } from './events';
import { familyOf, isNarrow, strideOf } from './geometry';
import { isGnp, isUsable } from './magic';
import { resyncAll } from './oos/resyncAll';
import { snapshotUpdate } from './oos/snapshot';
import { sayBecause, sayRights } from './sayDerived';
import { setL1e } from './setL1e';
import { setUpper } from './setUpper';
import type { Xen } from './state';
import {
  FT_PREFETCH,
  isRam,
  levelOfType,
  SH_L1_32,
  SH_L1_64,
  SH_L1_PAE,
  SH_L2_32,
  SH_L2_64,
  SH_L2_PAE,
  SH_L2H_PAE,
  SH_L3_64,
  SH_L4_64,
} from './types';

/** L1 before L2 before L3 before L4, so that no walker sees a new upper entry above an old lower one (sheet 2.8). */
const ORDER = [
  ...([SH_L1_32, SH_L2_32] as const),
  ...([SH_L1_PAE, SH_L2_PAE, SH_L2H_PAE] as const),
  ...([SH_L1_64, SH_L2_64, SH_L3_64, SH_L4_64] as const),
] as const;

const L = slots(
  'gmfn',
  'first',
  'last',
  'nth',
  'index',
  'flags',
  'result',
  'smfn',
  'level',
  'at',
  'hi',
  'lo',
  'because',
);

const derived = newDerivation();

/** The existing shadow that an upper guest entry leads to, or -1: validating never makes one. */
function shadowBelow(x: Xen, v: number, type: number, hi: number, lo: number): number {
  if (!present(lo)) return -1;
  x.world.count('shadow_get_shadow_status');
  const { guest, fl1, types } = x.geometries[familyOf(type)];
  const level = levelOfType(type);
  if (level === 2 && (lo & PS) !== 0 && (type !== SH_L2_32 || x.superpages2(v)))
    return x.hash.lookup(leafFrame(guest, 2, hi, lo), fl1);
  const gfn = frameOf(hi, lo);
  const mfn = x.p2m.mfn(gfn);
  return isRam(x.p2m.type(gfn)) && mfn >= 0 ? x.hash.lookup(mfn, types[level - 1] as number) : -1;
}

/** What the shadow entry for the guest entry just written shall be. */
function derive(x: Xen, v: number, type: number, hi: number, lo: number): Derivation {
  const level = levelOfType(type);
  if (level === 1) return prefetchL1(x, hi, lo, derived);
  return propagateUpper(x, level, hi, lo, shadowBelow(x, v, type, hi, lo), FT_PREFETCH, derived);
}

/** Whether a new path may open: an entry above L2 leads, again or anew, to tables that are shadowed (late-resync). */
function opensPath(t: Thread, x: Xen): boolean {
  const type = ORDER[t.get(L.nth)] as number;
  if (levelOfType(type) < 3 || !x.era.outOfSync || !x.on('late-resync') || !x.on('resync-new-path'))
    return false;
  const [gmfn, index] = [t.get(L.gmfn), t.get(L.index)];
  return shadowBelow(x, t.actor, type, x.hi(gmfn, index), x.lo(gmfn, index)) >= 0;
}

const entryNext = (t: Thread, x: Xen): void => t.goto(opensPath(t, x) ? 'resync' : 'entry');

/** The first entry touched, for the next type the page has a shadow of; -1 when there is none. */
function nextType(t: Thread, x: Xen, from: number): void {
  const bits = x.guest.typeBits(t.get(L.gmfn));
  let nth = from;
  while (nth < ORDER.length && (bits & (1 << (ORDER[nth] as number))) === 0) nth++;
  t.set(L.nth, nth);
  if (nth < ORDER.length) t.set(L.index, indexOfByte(nth, t.get(L.first)));
  if (nth === ORDER.length) t.goto('return');
  else entryNext(t, x);
}

/** The entry of a type's table that a byte of the page lies in. */
const indexOfByte = (nth: number, byte: number): number => byte >>> (isNarrow(ORDER[nth] as number) ? 2 : 3);

function next(t: Thread, x: Xen): void {
  if (t.get(L.index) === indexOfByte(t.get(L.nth), t.get(L.last))) {
    nextType(t, x, t.get(L.nth) + 1);
    return;
  }
  t.set(L.index, t.get(L.index) + 1);
  // A store may have led to the end of this very shadow.
  if ((x.guest.typeBits(t.get(L.gmfn)) & (1 << (ORDER[t.get(L.nth)] as number))) !== 0) entryNext(t, x);
  else nextType(t, x, t.get(L.nth) + 1);
}

/** What an entry of a shadow says, and why not what the guest's says. */
function sayEntry(t: Thread, x: Xen): string {
  const hi = t.get(L.hi);
  const lo = t.get(L.lo);
  const entry = `Entry ${sayIndex(t.get(L.at))} of ${x.describe(t.get(L.smfn))}`;
  const why = sayBecause(t.get(L.because), x.name(frameOf(hi, lo)));
  if (isGnp(hi, lo)) return `${entry} is the magic that says "not present".`;
  if (!isUsable(hi, lo)) return `${entry} is empty now. ${why}`.trimEnd();
  if (t.get(L.level) > 1) return `${entry} points at shadow ${x.name(frameOf(hi, lo))} now.`;
  return `${entry} maps frame ${x.name(frameOf(hi, lo))} ${sayRights(hi, lo)}. ${why}`.trimEnd();
}

/**
 * sh_validate_guest_entry (sheet 2.8): the shadow follows an emulated write. Arguments: gmfn, the first and the last byte
 * written. Returns SHADOW_SET_* bits. Every shadow type of the page is seen to.
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
      run: (t, x) => nextType(t, x, 0),
      say: (t, x) => `Every shadow of ${x.name(t.get(L.gmfn))} must follow what was written.`,
    },
    {
      label: 'entry',
      line: '  for each type of shadow, L1 first: new_sle = propagate(gle, prefetch)',
      touch: 'racy',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        const type = ORDER[t.get(L.nth)] as number;
        const level = levelOfType(type);
        const index = t.get(L.index);
        x.world.count(`shadow_validate_gl${level}e_calls`);
        const smfn = x.hash.lookup(gmfn, type);
        const narrow = isNarrow(type);
        const [guestHi, guestLo] = [x.guestHi(narrow, gmfn, index), x.guestLo(narrow, gmfn, index)];
        const { hi, lo, because } = derive(x, t.actor, type, guestHi, guestLo);
        t.set(L.smfn, smfn);
        t.set(L.hi, hi);
        t.set(L.lo, lo);
        t.set(L.because, because);
        t.set(L.level, level);
        t.set(L.at, index);
        const cell = x.guestCell(narrow, gmfn, index);
        const slot = [t.actor, smfn, index * strideOf(type)];
        const deferred = x.on('late-resync') ? 1 : 0;
        if (level > 1)
          t.callThen('upper', setUpper, [...slot, hi, lo, WHY_VALIDATE, cell, deferred], L.result);
      },
      say: (t, x) => {
        const entry = `Entry ${sayIndex(t.get(L.at))} of the guest's L${t.get(L.level)} table ${x.name(t.get(L.gmfn))}`;
        return t.get(L.level) > 1 && !isUsable(t.get(L.hi), t.get(L.lo))
          ? `${entry} leads to nothing that is shadowed: the shadow entry shall be empty.`
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
        const narrow = isNarrow(ORDER[t.get(L.nth)] as number);
        const cell = x.guestCell(narrow, gmfn, index);
        const result = setL1e(x, t.actor, t.get(L.smfn), index, t.get(L.hi), t.get(L.lo), WHY_VALIDATE, cell);
        t.set(L.flags, t.get(L.flags) | result);
        const [hi, lo] = [x.guestHi(narrow, gmfn, index), x.guestLo(narrow, gmfn, index)];
        if (x.outOfSync(gmfn) && x.on('snapshot-update-validate'))
          snapshotUpdate(x, gmfn, index, hi, lo, cell);
        next(t, x);
      },
      say: sayEntry,
    },
    {
      label: 'upper',
      line: '    above: shadow_set_lNe()',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.flags, t.get(L.flags) | t.get(L.result));
        next(t, x);
      },
      say: sayEntry,
    },
    {
      label: 'return',
      line: '  return CHANGED | FLUSH | ERROR',
      touch: 'locked',
      run: (t) => t.ret(t.get(L.flags)),
      say: 'Every shadow of the page agrees with it again.',
    },
    {
      label: 'resync',
      line: '    (since 2008, an L4 or L3 entry that leads to a shadow: resync_all() first)',
      touch: 'locked',
      lane: 'resync',
      run: (t) => t.callThen('entry', resyncAll, [t.actor, 0, 1, 1]),
      say: 'The entry may open a path to tables that are out of sync: they are brought in sync first.',
    },
  ],
});
