import { type Random, type Word, word } from '../base';
import { A, D, type GuestOp, P, U, W } from '../machine';
import { cr3, direct, EMPTY, e, invlpg, load, T, vaOf } from './xenLab';

/** A second address space: the kernel's half of T, and some of the same L1 tables elsewhere. */
export const T1 = 0x18;
const L3_1 = 0x19;
const L2_1 = 0x1a;
/** The user's L2 of T. */
const L2 = 0x12;
const PAGES = [0x30, 0x31, 0x32, 0x33, 0x34] as const;
/** Serves as an L1 (its entries map table pages) and, through T's L3, as an L2. Never changed. */
const BOTH = 0x36;
const INDICES = [0, 1, 2, 3, 7, 8, 31, 32, 33] as const;
/** Entries from here on map table pages for user and kernel. They are never changed: a guest that takes a mapping of a table
 * away without flushing may go on writing the table through its TLB, on Xen as on any other machine. */
const ALIASES = 500;
const DATA = 0x200;
const NX = 1 << 31;

export interface RandomOptions {
  /** Also operations that change switches that protect nothing. */
  readonly switches: boolean;
}

/** Initial entries beside those of the lab. */
export function randomEntries(): { page: number; index: number; value: Word }[] {
  const table = P | W | U | A;
  const out = [
    { page: T1, index: 0xff, value: e(L3_1, table) },
    { page: T1, index: 0x102, value: e(0x62, P | W | A) },
    { page: L3_1, index: 2, value: e(L2_1, table) },
    { page: 0x11, index: 3, value: e(BOTH, table) },
  ];
  PAGES.forEach((page, i) => {
    out.push({ page: L2_1, index: 0x41 + ((i + 2) % PAGES.length), value: e(page, table) });
    out.push({ page: BOTH, index: i, value: e(page, table | D) });
    PAGES.forEach((target, k) => {
      out.push({ page, index: ALIASES + k, value: e(target, table | D) });
    });
  });
  return out;
}

/** An entry as guests write them: mostly mapping data, with whatever marks. */
export function randomEntry(r: Random): Word {
  if (r.chance(0.25)) return EMPTY;
  const flags = (r.chance(0.9) ? P : 0) | (r.chance(0.7) ? W : 0) | (r.chance(0.85) ? U : 0);
  const marks = (r.chance(0.7) ? A : 0) | (r.chance(0.6) ? D : 0);
  const w = e(DATA + r.below(8), flags | marks);
  return r.chance(0.15) ? word(w.hi | NX, w.lo) : w;
}

const OPTIMISATIONS = [
  'snapshots',
  'prefetch',
  'fast-fault-path',
  'fast-emulation',
  'skip-verify',
  'early-unshadow',
  'wrmap-guess',
  'writable-hint',
  'out-of-sync',
  'lockless-walk',
] as const;

/** A write to 8 bytes, in one of the ways a guest does it. */
function write(r: Random, va: Word, value: Word, cpl: 0 | 3): GuestOp {
  if (r.chance(0.85)) return { kind: 'store', va, value, width: 8, cpl };
  const op = r.pick(['xchg', 'or', 'and', 'cmpxchg'] as const);
  return { kind: 'locked', op, va, value, expected: EMPTY, width: 8, cpl };
}

/** A place in a table page, through an entry of a table. */
function alias(r: Random, cpl: 0 | 3): Word {
  // A user program that stores to the very L1 table its store is translated by would fault for ever since July 2008: the page
  // is unshadowed for the store, and shadowed again for its translation. So user mode goes through a table nobody stores to.
  const through =
    cpl === 3 || r.chance(0.2)
      ? vaOf(BOTH, r.below(PAGES.length))
      : vaOf(r.pick(PAGES), ALIASES + r.below(PAGES.length));
  return word(through.hi, through.lo + 8 * r.pick(INDICES));
}

function aliasWrite(r: Random): GuestOp {
  const cpl = r.chance(0.3) ? 3 : 0;
  return write(r, alias(r, cpl), randomEntry(r), cpl);
}

/** One operation of a guest that does everything guests do, but flushes when it takes writable mappings of tables away. */
export function randomOp(r: Random, options: RandomOptions): GuestOp {
  const dice = r.below(100);
  const va = vaOf(r.pick(PAGES), r.pick(INDICES));
  if (dice < 22) return load(va, r.chance(0.8) ? 3 : 0);
  if (dice < 34)
    return write(r, word(va.hi, va.lo + 8 * r.below(4)), word(0, r.below(1000)), r.chance(0.8) ? 3 : 0);
  if (dice < 36) return { kind: 'fetch', va, cpl: 3 };
  if (dice < 66) return write(r, direct(r.pick(PAGES), r.pick(INDICES)), randomEntry(r), 0);
  if (dice < 74) return aliasWrite(r);
  if (dice < 82) return invlpg(va);
  if (dice < 90) return cr3(r.chance(0.6) ? T : T1);
  if (dice < 96) {
    const target = r.chance(0.2)
      ? EMPTY
      : e(r.pick(PAGES), P | U | (r.chance(0.8) ? W : 0) | (r.chance(0.7) ? A : 0));
    return write(r, direct(r.chance(0.6) ? L2 : L2_1, 0x41 + r.below(PAGES.length)), target, 0);
  }
  if (dice < 98 || !options.switches) {
    const va3 = word(va.hi, va.lo + 0x4000_0000); // the L3 entry that makes BOTH an L2
    return load(va3, 3);
  }
  return { kind: 'switch', name: r.pick(OPTIMISATIONS), on: r.chance(0.6) };
}
