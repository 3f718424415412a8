import { slots, type Thread } from '../kernel';
import * as bits from './bits';
import { ALL_RIGHTS, entrySays, frameBehind, through } from './entryRules';
import { AccessedDirtySet } from './events';
import type { Machine } from './machine';
import { frameOf, indexAt, type PagingMode } from './paging';
import { R } from './registers';
import { denied, errorCode, RIGHT_NX, WRITE } from './rights';
import { sayAccess, sayIndex } from './say';
import type { Halves } from './wide';

/**
 * What every walk of a guest's tables by a processor has in common, whatever the tables' addresses mean: the walk of walk.ts,
 * and a two-dimensional one. A walk's first local variables are these.
 */

/** Per level 1 to 4: the frame of the table, and the entry as read from it. */
const PER_LEVEL = 3;
export const WALK_SLOTS = [
  ...(['vaHi', 'vaLo', 'access', 'level', 'error', 'rights'] as const),
  // The level whose entry is marked next (0: none), and the one just marked (0: its entry had changed), with what bits.
  ...(['toMark', 'marked', 'markedBits'] as const),
  ...(['frame1', 'hi1', 'lo1', 'frame2', 'hi2', 'lo2'] as const),
  ...(['frame3', 'hi3', 'lo3', 'frame4', 'hi4', 'lo4'] as const),
] as const;
const L = slots(...WALK_SLOTS);
export const frameSlot = (level: number): number => L.frame1 + PER_LEVEL * (level - 1);
export const hiSlot = (level: number): number => L.hi1 + PER_LEVEL * (level - 1);
export const loSlot = (level: number): number => L.lo1 + PER_LEVEL * (level - 1);

export const offsetOf = (mode: PagingMode, index: number): number => index * 4 * mode.entryCells;
const who = (t: Thread): string => `vCPU ${t.actor}`;

/** What follows from the entry just read: into a slot the error, or -1; and whether the walk has come to its leaf. */
export function judge(t: Thread, m: Machine, mode: PagingMode, level: number): 'next' | 'leaf' | 'fault' {
  const r = m.vcpu(t.actor);
  const hi = t.get(hiSlot(level));
  const lo = t.get(loSlot(level));
  const says = entrySays(mode, level, hi, lo, r.read(R.hwCr4), r.read(R.hwEfer));
  if (says === 'leaf' || says === 'next') return says;
  t.set(L.error, code(t, m, says === 'reserved' ? bits.PFEC_P | bits.PFEC_RSVD : 0));
  return 'fault';
}

/** The error code of a fault of this walk: `cause` (P, RSVD), and what the access and the registers add to it (SDM volume 3, "Page-fault exceptions"). */
export function code(t: Thread, m: Machine, cause: number): number {
  const r = m.vcpu(t.actor);
  return errorCode(cause, t.get(L.access), r.read(R.cpl) === 3, r.read(R.hwCr4), r.read(R.hwEfer));
}

/** Rights of the whole path: W and U are wanted of every level that has them, NX of any, D and G are the leaf's. */
function rightsOf(t: Thread, m: Machine, mode: PagingMode): number {
  const leaf = t.get(L.level);
  let rights = ALL_RIGHTS;
  for (let level = mode.levels; level >= leaf; level--)
    rights = through(mode, level, rights, t.get(hiSlot(level)), t.get(loSlot(level)));
  const lo = t.get(loSlot(leaf));
  const global = (m.vcpu(t.actor).read(R.hwCr4) & bits.CR4_PGE) !== 0 ? lo & bits.G : 0;
  return rights | (lo & bits.D) | global;
}

/** Bits the processor still has to set in the entry of a level: A everywhere, D in the leaf of a write. */
function missing(t: Thread, level: number): number {
  const wanted = level === t.get(L.level) && t.get(L.access) === WRITE ? bits.A | bits.D : bits.A;
  return wanted & ~t.get(loSlot(level));
}

/** The next level, downwards, whose entry wants a bit; 0 when none does. */
function nextToMark(t: Thread, mode: PagingMode, from: number): number {
  const top = mode.name === 'pae' ? Math.min(from, 2) : from; // hardware never writes PDPTEs
  for (let level = top; level >= t.get(L.level); level--) if (missing(t, level) !== 0) return level;
  return 0;
}

/** The frame that a finished walk leads to; with paging off the address's own. */
export function dataFrame(t: Thread, mode: PagingMode): number {
  const vaHi = t.get(L.vaHi);
  const vaLo = t.get(L.vaLo);
  const level = t.get(L.level);
  if (level === 0) return vaLo >>> 12;
  return frameBehind(mode, level, t.get(hiSlot(level)), t.get(loSlot(level)), vaHi, vaLo);
}

/** The sentence of a step that has set A or D, or found that it must not. */
export function sayMark(t: Thread, m: Machine): string {
  const mode = m.hwMode(t.actor);
  const level = t.get(L.marked);
  if (level === 0)
    return `An entry is no longer what ${who(t)} read a moment ago. It must not be marked: the walk begins again.`;
  const index = sayIndex(indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo)));
  const set = t.get(L.markedBits);
  const names = set === bits.A ? 'accessed' : set === bits.D ? 'dirty' : 'accessed and dirty';
  return `${who(t)} marks entry ${index} of ${m.nameTable(t.get(frameSlot(level)), level)} as ${names}.`;
}

/** What was found in an entry, and what follows: the second half of the caption of a read. */
export function finding(t: Thread, m: Machine, mode: PagingMode, level: number): string {
  const hi = t.get(hiSlot(level));
  const lo = t.get(loSlot(level));
  const r = m.vcpu(t.actor);
  const says = entrySays(mode, level, hi, lo, r.read(R.hwCr4), r.read(R.hwEfer));
  if (says === 'absent') return 'It is not present: page fault.';
  if (says === 'reserved') return 'It is present with a reserved bit set: page fault.';
  if (says === 'next') return `It is present: go on to frame ${m.nameFrame(frameOf(hi, lo))}.`;
  const frame = m.nameFrame(dataFrame(t, mode));
  return level === 1
    ? `It maps frame ${frame}.`
    : `It maps a large page; the address lies in its frame ${frame}.`;
}

/** The rights of the whole path, held against the access: an error, or which entry is to be marked first (0: none). */
export function checkRights(t: Thread, m: Machine): 'fault' | 'granted' {
  const mode = m.hwMode(t.actor);
  const r = m.vcpu(t.actor);
  const rights = rightsOf(t, m, mode);
  t.set(L.rights, rights);
  if (
    denied(rights, t.get(L.access), r.read(R.cpl) === 3, r.read(R.hwCr0), r.read(R.hwCr4), r.read(R.rflags))
  ) {
    t.set(L.error, code(t, m, bits.PFEC_P));
    return 'fault';
  }
  t.set(L.toMark, nextToMark(t, mode, mode.levels));
  return 'granted';
}

/** The sentence of a step that has held the access against the rights of the whole path. */
export function sayRights(t: Thread, m: Machine): string {
  const r = m.vcpu(t.actor);
  const rights = t.get(L.rights);
  const path = `${(rights & bits.W) === 0 ? 'read-only' : 'writable'}, ${(rights & bits.U) === 0 ? 'kernel only' : 'user'}`;
  const user = r.read(R.cpl) === 3;
  const refused = denied(rights, t.get(L.access), user, r.read(R.hwCr0), r.read(R.hwCr4), r.read(R.rflags));
  const what = `this ${sayAccess(t.get(L.access))} from ${user ? 'user' : 'kernel'} mode`;
  const nx = (rights & RIGHT_NX) === 0 ? '' : ', not executable';
  return `All levels together say: ${path}${nx}. That ${refused ? 'denies' : 'allows'} ${what}.`;
}

const read: Halves = { hi: 0, lo: 0 };

/** Marks the entry of `toMark`, which lies in machine frame `frame`, unless it is no longer what was read. */
export function markEntry(t: Thread, m: Machine, frame: number): 'changed' | 'more' | 'all' {
  const mode = m.hwMode(t.actor);
  const level = t.get(L.toMark);
  const index = indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo));
  m.storeBuffers.read(t.actor, frame, offsetOf(mode, index), 4 * mode.entryCells, read);
  if (read.lo !== t.get(loSlot(level)) || read.hi !== t.get(hiSlot(level))) {
    t.set(L.marked, 0);
    return 'changed';
  }
  const set = missing(t, level);
  m.memory.write32(frame, index * mode.entryCells, read.lo | set);
  t.set(loSlot(level), read.lo | set);
  if (level === t.get(L.level)) t.set(L.rights, t.get(L.rights) | (set & bits.D));
  if ((set & bits.D) !== 0) m.dirtied(frame, index);
  m.world.emit(AccessedDirtySet, t.actor, 0, level, frame, index, set);
  const next = nextToMark(t, mode, level - 1);
  t.set(L.toMark, next);
  t.set(L.marked, level);
  t.set(L.markedBits, set);
  return next === 0 ? 'all' : 'more';
}
