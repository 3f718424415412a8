import { A, D, G, NX_HI, P, PS, U, W } from '../../machine';
import { indexOf, kitOf } from './backlinks';
import { SPTE_PAGE, SPTE_TABLE, TO_LARGE, TO_PAGE } from './constants';
import { SpteGrantW, SpteWrprot } from './events';
import type { Xi } from './state';

/** Writes an SPTE, and keeps what is counted of it: entries of the kit, writable mappings of the page. */
function write(x: Xi, slot: number, hi: number, lo: number): void {
  x.memory.write64(x.spt(kitOf(slot)), indexOf(slot), hi, lo);
}

/**
 * Whether a mapping of a guest page may let the guest write it: the page is no page table, or one that the guest may write freely
 * for now; and it is logged as dirty, or nobody logs (sheet 5.3).
 */
export function mayWrite(x: Xi, gfn: number): boolean {
  if (x.pages.isGpt(gfn) && !x.pages.mayBeWritten(gfn)) return false;
  return !x.logging || x.pages.get(gfn, 'dirty') !== 0;
}

/** The rights that an SPTE takes over from the guest's entry: W only if that is dirty, so that the first write faults. */
export function rightsOf(x: Xi, lo: number): number {
  const wanted = x.adEmulation ? W | D : W;
  return (lo & U) | ((lo & wanted) === wanted ? W : 0);
}

/** Bits of an SPTE for a page. A is set, and D where W is: the processor never has to write an SPTE. */
export function pageBits(lo: number, writable: boolean, large: boolean): number {
  return P | A | (lo & (U | G)) | (writable ? W | D : 0) | (large ? PS : 0) | SPTE_PAGE;
}

/** Bits of an SPTE for a shadow table: the guest's own rights at that level. */
export const tableBits = (lo: number): number => P | A | (lo & (U | W)) | SPTE_TABLE;

/** Fills an empty SPTE. */
export function setSpte(x: Xi, slot: number, mfn: number, bits: number, nxHi: number, gfn: number): void {
  write(x, slot, Math.floor(mfn / 0x10_0000) | (nxHi & NX_HI), ((mfn & 0xf_ffff) << 12) | bits);
  x.kits.add(kitOf(slot), 'entries', 1);
  if (x.what(slot) === TO_PAGE && (bits & W) !== 0) noteWriter(x, slot, gfn);
}

function noteWriter(x: Xi, slot: number, gfn: number): void {
  x.pages.add(gfn, 'writers', 1);
  x.pages.set(gfn, 'hint', slot + 1);
}

/** Empties an SPTE. `gfn`: the guest page it mapped, -1 if it was no leaf. */
export function emptySpte(x: Xi, slot: number, gfn: number): void {
  if (x.what(slot) === TO_PAGE && (x.lo(slot) & W) !== 0) x.pages.add(gfn, 'writers', -1);
  write(x, slot, 0, 0);
  x.kits.add(kitOf(slot), 'entries', -1);
}

export const writable = (x: Xi, slot: number): boolean => (x.lo(slot) & W) !== 0;

/** Takes W from an SPTE that has it. */
export function takeWrite(x: Xi, slot: number, gfn: number): void {
  if (x.what(slot) === TO_PAGE) x.pages.add(gfn, 'writers', -1);
  write(x, slot, x.hi(slot), x.lo(slot) & ~(W | D));
  x.world.emit(SpteWrprot, kitOf(slot), indexOf(slot), gfn);
}

/** Gives W to an SPTE that has it not. */
export function grantWrite(x: Xi, slot: number, gfn: number): void {
  write(x, slot, x.hi(slot), x.lo(slot) | W | D);
  if (x.what(slot) === TO_PAGE) noteWriter(x, slot, gfn);
  x.world.emit(SpteGrantW, kitOf(slot), indexOf(slot), gfn);
}

/** Whether an SPTE is a leaf. */
export const isLeafSpte = (x: Xi, slot: number): boolean => {
  const what = x.what(slot);
  return what === TO_PAGE || what === TO_LARGE;
};
