import { type Random, type Word, word } from '../../base';
import { A, D, type GuestOp, LOCKED_OPS, P, U, W, type Width } from '../../machine';
import { ALIASES, DATA, DEVICE, entry, freeIndex, type Layout, PAGES, READ_ONLY, TABLES } from './layout';
import type { Weights } from './mix';

/** Entries that random guests use: neighbours, ends of the prefetched rows, and (-1) the last. */
export const INDICES: readonly number[] = [0, 1, 2, 3, 7, 8, 31, 32, 33, -1];

/** What the generator of one vCPU's program must know and remember. */
export interface Context {
  readonly layout: Layout;
  readonly weights: Weights;
  /** Numbers of the L1 tables (in TABLES) that the guest works on, and the entries of them. */
  readonly pages: readonly number[];
  readonly indices: readonly number[];
  /** Roots that it loads. */
  readonly roots: readonly number[];
  /** Switches that protect nothing, which the guest's user may turn at any time. */
  readonly turnable: readonly string[];
  cr0: number;
  cr4: number;
}

export const EMPTY = word(0, 0);
const NX = 1 << 31;

/** An entry as guests write them: mapping data, with whatever marks, or nothing. Never a table: see ALIASES. */
export function randomEntry(r: Random, { layout }: Context): Word {
  if (r.chance(0.25)) return EMPTY;
  const flags = (r.chance(0.9) ? P : 0) | (r.chance(0.7) ? W : 0) | (r.chance(0.85) ? U : 0);
  const marks = (r.chance(0.7) ? A : 0) | (r.chance(0.6) ? D : 0) | (r.chance(0.1) ? 0x100 : 0);
  const frame = r.chance(0.85) ? DATA + r.below(6) : r.pick([READ_ONLY, DEVICE, 0x1f0]);
  const made = entry(frame, flags | marks);
  return layout.mode !== '32' && r.chance(0.12) ? word(made.hi | NX, made.lo) : made;
}

/** User mode, mostly. */
export const someone = (r: Random, p = 0.8): 0 | 3 => (r.chance(p) ? 3 : 0);
export const plus = (va: Word, bytes: number): Word => word(va.hi, va.lo + bytes);
export const load = (va: Word, cpl: 0 | 3, width: Width = 4): GuestOp => ({ kind: 'load', va, width, cpl });
export const store = (va: Word, value: Word, width: Width, cpl: 0 | 3 = 0): GuestOp => ({
  ...{ kind: 'store', va, value, width, cpl },
});

/** An entry's width of ones, but for a bit. */
export const allBut = ({ layout }: Context, bit: number): Word =>
  word(layout.entryBytes === 8 ? -1 : 0, ~bit);

/** A write of one entry, in one of the ways a guest does it. */
export function write(r: Random, c: Context, va: Word, value: Word, cpl: 0 | 3 = 0, locked = 0.12): GuestOp {
  const width = c.layout.entryBytes;
  if (!r.chance(locked)) return store(va, value, width, cpl);
  // Sums and differences of entries would map frames that nobody meant.
  const op = r.pick(LOCKED_OPS.filter((one) => one !== 'add' && one !== 'xor'));
  const bit = r.pick([W, D, U, A]);
  const operand = { and: allBut(c, bit), or: word(0, bit), xchg: value, cmpxchg: value }[op];
  return { kind: 'locked', op, va, value: operand, expected: EMPTY, width, cpl };
}

/** Number of one of the guest's L1 tables. */
export const someTable = (r: Random, c: Context): number => r.pick(c.pages);
export const frameOfTable = (nth: number): number => TABLES[nth] as number;

/** Number of one that may be written from its first entry on: not BOTH. */
export function plainTable(r: Random, c: Context): number {
  const nth = someTable(r, c);
  return nth < PAGES.length ? nth : r.below(PAGES.length);
}

/** A table by its number, and an entry of it that may change. */
export function somePlace(r: Random, c: Context): { readonly nth: number; readonly index: number } {
  const nth = someTable(r, c);
  return { nth, index: freeIndex(nth, someIndex(r, c)) };
}

/** Index of one of the entries that the guest uses. */
export function someIndex(r: Random, c: Context): number {
  const index = r.pick(c.indices);
  return index < 0 ? c.layout.entries + index : index;
}

/** The address of a user page. */
export function someVa(r: Random, c: Context): Word {
  const { nth, index } = somePlace(r, c);
  return c.layout.va(nth, index);
}

/** The kernel's address of an entry of an L1 table. */
export function someEntry(r: Random, c: Context): Word {
  const { nth, index } = somePlace(r, c);
  return c.layout.direct(frameOfTable(nth), index);
}

/** Where a table is mapped in a table: not in BOTH. */
export const aliasPage = (r: Random, c: Context): Word =>
  c.layout.va(plainTable(r, c), ALIASES + plainTable(r, c));

/**
 * An entry of a table, seen through an entry of a table. A user program that stores to the very L1 table its store is translated by
 * would fault for ever since July 2008: the page is unshadowed for the store, and shadowed again for its translation. So user
 * mode goes through a table nobody stores to.
 */
export function alias(r: Random, c: Context, cpl: 0 | 3): Word {
  const { layout: l } = c;
  const safe = cpl === 3 || r.chance(0.2);
  const page = safe ? l.va(PAGES.length, plainTable(r, c)) : aliasPage(r, c);
  return plus(page, l.entryBytes * someIndex(r, c));
}
