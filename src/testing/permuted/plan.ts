import type { Random } from '../../base';
import { frameIn, type History } from './history';

export type Mode = '64' | 'pae' | '32';

/**
 * One way to tell a recorded case otherwise: frames get other numbers, and part of the address space lies elsewhere. Both are chosen so
 * that nothing which the format gives a meaning changes: slots, what is contiguous because a large page maps it, neighbours in a table
 * (prefetch looks at aligned groups of eight), the order of entries, quadrants, and addresses that the recorder's own code uses.
 */
export class Plan {
  constructor(
    readonly mode: Mode,
    private readonly frames: ReadonlyMap<number, number>,
    readonly shift: Shift | undefined,
  ) {}

  frame(gfn: number): number {
    return this.frames.get(gfn) ?? gfn;
  }

  /** How many frames have another number. */
  get moved(): number {
    return [...this.frames].filter(([from, to]) => from !== to).length;
  }

  /** A word that may be a table entry: its frame, in its low half, is called by its new number. */
  word(value: bigint): bigint {
    const frame = frameIn(value);
    return value + (BigInt(this.frame(frame) - frame) << 12n);
  }

  /** What an access of `size` bytes at `va` reads or writes. */
  operand(value: bigint, va: bigint, size: number): bigint {
    const low = this.mode === '32' ? (va & 3n) === 0n && size === 4 : (va & 7n) === 0n && size >= 4;
    return low ? this.word(value) : value;
  }

  /** Where a word of a frame is now. */
  place(frame: number, index: number): { frame: number; index: number } {
    const { shift } = this;
    return { frame: this.frame(frame), index: shift?.tops.has(frame) ? shift.index(index) : index };
  }

  /** A guest-physical address. */
  gpa(address: bigint): bigint {
    return (BigInt(this.frame(Number(address >> 12n))) << 12n) | this.offset(address);
  }

  /** A virtual address. Tables are stored to where address and gpa are the same; their entries move within their page. */
  va(address: bigint): bigint {
    const { shift } = this;
    if (shift === undefined) return address;
    if (shift.tops.has(Number(address >> 12n))) return (address & ~0xfffn) | this.offset(address);
    return shift.va(address);
  }

  private offset(address: bigint): bigint {
    const offset = address & 0xfffn;
    const { shift } = this;
    if (shift === undefined || !shift.tops.has(Number(address >> 12n))) return offset;
    const bytes = this.mode === '32' ? 4n : 8n;
    return BigInt(shift.index(Number(offset / bytes))) * bytes + (offset % bytes);
  }

  cr3(value: bigint): bigint {
    return this.word(value);
  }
}

/** In the tables `tops`, a block of entries changes places with another; so do the addresses that these entries translate. */
export class Shift {
  constructor(
    readonly tops: ReadonlySet<number>,
    private readonly bit: bigint,
    /** Entries of a table of this level. */
    private readonly entries: number,
    private readonly block: number,
    private readonly from: number,
    private readonly to: number,
  ) {}

  index(index: number): number {
    if (index >= this.entries) return index;
    const at = Math.floor(index / this.block);
    const goes = at === this.from ? this.to : at === this.to ? this.from : at;
    return goes * this.block + (index % this.block);
  }

  va(va: bigint): bigint {
    const index = Number((va >> this.bit) & BigInt(this.entries - 1));
    return va + (BigInt(this.index(index) - index) << this.bit);
  }
}

/** Frames that may change places with each other at random; `fixed` ones stay. */
export function shuffled(
  r: Random,
  classes: readonly (readonly [number, number])[],
  fixed: (frame: number) => boolean,
): Map<number, number> {
  const out = new Map<number, number>();
  for (const [from, end] of classes) {
    const free = Array.from({ length: end - from }, (_, i) => from + i).filter((frame) => !fixed(frame));
    const targets = [...free];
    for (let i = targets.length - 1; i > 0; i--) {
      const k = r.below(i + 1);
      [targets[i], targets[k]] = [targets[k] as number, targets[i] as number];
    }
    free.forEach((frame, i) => {
      out.set(frame, targets[i] as number);
    });
  }
  return out;
}

/** Levels whose entries are moved: the third in mode 64, the PDPTEs, the upper of two. Blocks keep quadrants and their order. */
const SHIFTS = {
  '64': { bit: 30n, entries: 512, block: 1, from: 1, candidates: [2, 3, 5, 17, 40, 100] },
  pae: { bit: 30n, entries: 4, block: 1, from: 1, candidates: [2] },
  '32': { bit: 22n, entries: 1024, block: 16, from: 16, candidates: [17, 19, 22, 25] },
} as const;

/** What must be known of a case to move addresses in it. */
export interface Moves {
  readonly mode: Mode;
  readonly roots: readonly bigint[];
  readonly history: History;
  /** Every virtual address that the case mentions. */
  readonly vas: readonly bigint[];
  /** Accesses that move could tear: several words at once. */
  readonly wide: readonly bigint[];
}

/** A shift of the test's addresses; none where tables of the level are seen as something else too, or nothing is free. */
export function shiftOf(r: Random, moves: Moves): Shift | undefined {
  const { mode, history } = moves;
  const { bit, entries, block, from, candidates } = SHIFTS[mode];
  const roots = new Set(moves.roots.map(frameIn));
  if (mode === 'pae' && moves.roots.some((root) => (root & 0xfe0n) !== 0n)) return undefined;
  const tops = mode === '64' ? below(history, roots) : roots;
  if (mode === '64' && [...tops].some((top) => roots.has(top))) return undefined;
  for (const { frame, index, value } of history.all()) {
    const known = mode === '64' && roots.has(frame);
    const identity = frameIn(value) === index;
    if (!known && !identity && tops.has(frameIn(value))) return undefined;
  }
  if (moves.wide.some((va) => tops.has(Number(va >> 12n)) || tops.has(Number(va >> 12n) + 1)))
    return undefined;
  const used = new Set<number>();
  for (const va of moves.vas) used.add(Number((va >> bit) & BigInt(entries - 1)));
  for (const top of tops) for (const [index] of history.of(top)) used.add(index);
  const inUse = new Set([...used].map((index) => Math.floor(index / block)));
  // Entries keep their order: nothing in use may lie between the old place and the new.
  const free = candidates.filter(
    (to) => ![...inUse].some((b) => (b > from && b <= to) || (b < from && b >= to)),
  );
  return free.length === 0 ? undefined : new Shift(tops, bit, entries, block, from, r.pick(free));
}

function below(history: History, roots: ReadonlySet<number>): Set<number> {
  const out = new Set<number>();
  for (const root of roots)
    for (const [, values] of history.of(root))
      for (const value of values) if (value !== 0n) out.add(frameIn(value));
  return out;
}
