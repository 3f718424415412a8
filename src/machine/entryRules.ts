import * as bits from './bits';
import { frameWithin, isLeaf, leafFrame, type PagingMode, present, reservedViolation } from './paging';
import { RIGHT_NX } from './rights';

/** What follows from an entry for whoever translates through it. */
export type EntrySays = 'absent' | 'reserved' | 'leaf' | 'next';

/**
 * What one entry of a table of the level says to a processor with these control registers. Source: Intel SDM volume 3, "Paging":
 * present, reserved bits, page size.
 */
export function entrySays(
  mode: PagingMode,
  level: number,
  hi: number,
  lo: number,
  cr4: number,
  efer: number,
): EntrySays {
  if (!present(lo)) return 'absent';
  const leaf = isLeaf(mode, level, lo, cr4);
  if (reservedViolation(mode, level, leaf, hi, lo, efer)) return 'reserved';
  return leaf ? 'leaf' : 'next';
}

/** What a path allows before its first entry. */
export const ALL_RIGHTS = bits.W | bits.U;

/** The rights of a path that goes on through an entry: W and U are wanted of every level, NX of any; PDPTEs carry none. */
export function through(mode: PagingMode, level: number, rights: number, hi: number, lo: number): number {
  if (mode.name === 'pae' && level === 3) return rights;
  const allowed = rights & (lo | ~(bits.W | bits.U));
  return mode.entryCells === 2 && hi < 0 ? allowed | RIGHT_NX : allowed;
}

/** The 4 KiB frame of an address in the page that a leaf maps. */
export function frameBehind(
  mode: PagingMode,
  level: number,
  hi: number,
  lo: number,
  vaHi: number,
  vaLo: number,
): number {
  return frameWithin(leafFrame(mode, level, hi, lo), mode.shift[level] as number, vaHi, vaLo);
}
