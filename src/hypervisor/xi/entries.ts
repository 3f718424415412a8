import { A, D, type Halves, isLeaf, leafFrame, P, reservedViolation } from '../../machine';
import { slotOf } from './backlinks';
import { TO_NOTHING, TO_TABLE } from './constants';
import { fanOf, firstSpteOf, guestIndexOf, type Shape, spanOf } from './shape';
import { writable } from './spte';
import type { Xi } from './state';

/** A and D are not written to the snapshot (sheet, head): entries are compared without them. */
export const WITHOUT_AD = ~(A | D);

/** What a guest's entry says at a level, as far as a shadow can follow it. */
export type Meaning = 'nothing' | 'table' | 'large' | 'page';

/** `v`: the vCPU by whose registers the entry is read. An entry that is not accessed yet is not shadowed: A must be set first. */
export function meaning(x: Xi, v: number, shape: Shape, level: number, hi: number, lo: number): Meaning {
  const r = x.machine.vcpu(v);
  if ((lo & P) === 0 || (x.adEmulation && (lo & A) === 0)) return 'nothing';
  const leaf = isLeaf(shape.guest, level, lo, r.get('cr4'));
  if (reservedViolation(shape.guest, level, leaf, hi, lo, r.get('efer'))) return 'nothing';
  return leaf ? (level === 1 ? 'page' : 'large') : 'table';
}

/** First guest frame that an SPTE maps, of a guest's leaf entry: of its second half, where an entry becomes two. */
export function frameOfSpte(shape: Shape, level: number, index: number, hi: number, lo: number): number {
  const base = leafFrame(shape.guest, level, hi, lo);
  return base + (index % fanOf(shape, level)) * spanOf(shape, level);
}

/** Reads an entry of the guest table behind a kit. */
export function readBehind(x: Xi, kit: number, entry: number, out: Halves): void {
  const shape = x.shapeOf(kit);
  const mfn = x.p2m.mfn(x.kits.get(kit, 'gfn'));
  out.hi = x.guestHi(shape, mfn, entry);
  out.lo = x.guestLo(shape, mfn, entry);
}

/** SPTEs of a kit that a guest entry is shadowed by. */
export function sptesOf(x: Xi, kit: number, entry: number): number[] {
  const shape = x.shapeOf(kit);
  const level = x.kits.get(kit, 'level');
  const first = firstSpteOf(shape, level, x.kits.get(kit, 'quadrant'), entry);
  return Array.from({ length: fanOf(shape, level) }, (_, i) => slotOf(kit, first + i));
}

/** The guest entry that an SPTE was made from. */
export const entryBehind = (x: Xi, kit: number, index: number): number =>
  guestIndexOf(x.shapeOf(kit), x.kits.get(kit, 'level'), x.kits.get(kit, 'quadrant'), index);

/** Whether some SPTE relies on a bit that the guest has taken away: on A by being there, on D by being writable. */
function reliesOn(x: Xi, slot: number, lo: number): boolean {
  const what = x.what(slot);
  if (what === TO_NOTHING || !x.adEmulation) return false;
  if ((lo & A) === 0) return true;
  if ((lo & D) !== 0) return false;
  if (what !== TO_TABLE) return writable(x, slot);
  const below = x.kitAt(x.mfnOf(slot));
  if (below < 0 || x.kits.get(below, 'direct') === 0) return false;
  const { entries } = x.shapeOf(below);
  for (let i = 0; i < entries; i++) if (reliesOn(x, slotOf(below, i), lo)) return true;
  return false;
}

/** Whether a guest entry (as read: hi, lo) is no longer what the shadow was made from. */
export function differs(x: Xi, kit: number, entry: number, hi: number, lo: number): boolean {
  const shape = x.shapeOf(kit);
  // Nothing to compare with: whatever the shadow holds must be made anew.
  if (!x.hasSnapshot(kit)) return sptesOf(x, kit, entry).some((slot) => x.what(slot) !== TO_NOTHING);
  const snapshot = x.snapshot(kit);
  if (x.guestHi(shape, snapshot, entry) !== hi) return true;
  if (x.guestLo(shape, snapshot, entry) !== (lo & WITHOUT_AD)) return true;
  return sptesOf(x, kit, entry).some((slot) => reliesOn(x, slot, lo));
}
