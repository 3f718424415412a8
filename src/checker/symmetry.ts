import { type Store, spreadHi, spreadLo, type Thread } from '../kernel';

/** A run of cells, of the same length and meaning for every member. */
export interface Run {
  readonly base: number;
  readonly cells: number;
}

/** How a cell's value names a member: its number, or -1 if it names none; and the value that names another instead. */
export interface Naming {
  readonly of: (value: number) => number;
  readonly renamed: (value: number, member: number) => number;
}

/** One of several that are alike: a vCPU with its store buffer, say. */
export interface Member {
  /** Its own cells, in the same order for every member. */
  readonly own: readonly Run[];
  /** Its stack, if it runs something. */
  readonly thread?: Thread;
  /** The actors it stands for, in the same order for every member. */
  readonly actors: readonly number[];
}

/**
 * Which parts of a world may trade places without any difference: what a model or a design declares about itself. It must be
 * true of programs, too: members run the same program. A law in `symmetry.laws.test.ts` asks whether a declaration is true.
 */
export interface Symmetry {
  readonly members: readonly Member[];
  /** Cells of nobody's own that name a member. */
  readonly naming: readonly { readonly cell: number; readonly by: Naming }[];
  /** How cells of a member's own runs name members; by place in `own`. A run that is left out names nobody. */
  readonly namingRuns?: readonly (Naming | undefined)[];
}

const SELF = 1;
const OTHER = 2;
/** Places of cells as they are hashed: stacks, runs, and cells that name the member. Far apart, so that none meet. */
const STACK = 0x1000_0000;
const RUN = 0x2000_0000;
const NAMED = 0x3000_0000;
const POSITION = 0x4000_0000;

/**
 * The identity of a state up to trading members: two states that differ only in which member is which get the same key.
 * Members are put in the order of what each of them looks like; a member that is named from outside looks different from one
 * that is not. Where members look the same and name each other, some equal states may still get different keys: then more
 * states are visited than need be, but none is left out.
 */
export class Canonical {
  lo = 0;
  hi = 0;
  private readonly count: number;
  private readonly looksLo: Int32Array;
  private readonly looksHi: Int32Array;
  /** Members in order, and of each its place in the order. */
  private readonly order: Int32Array;
  private readonly place: Int32Array;
  /** What the members' cells are in the store's own hash, taken out of it again. */
  private restLo = 0;
  private restHi = 0;

  constructor(
    private readonly store: Store,
    private readonly symmetry: Symmetry,
  ) {
    this.count = symmetry.members.length;
    this.looksLo = new Int32Array(this.count);
    this.looksHi = new Int32Array(this.count);
    this.order = new Int32Array(this.count);
    this.place = new Int32Array(this.count);
  }

  /** Computes the key of the present state into `lo` and `hi`. */
  compute(): void {
    const { symmetry, count } = this;
    this.restLo = this.store.hashLo;
    this.restHi = this.store.hashHi;
    for (let m = 0; m < count; m++) this.look(m);
    this.lookFromOutside();
    this.sort();
    this.lo = this.restLo;
    this.hi = this.restHi;
    for (let k = 0; k < count; k++) {
      const m = this.order[k] as number;
      this.lo ^= spreadLo(
        POSITION + k,
        (this.looksLo[m] as number) ^ Math.imul(this.looksHi[m] as number, 0x01000193),
      );
      this.hi ^= spreadHi(
        POSITION + k,
        (this.looksHi[m] as number) + Math.imul(this.looksLo[m] as number, 0x01000193),
      );
    }
    if (symmetry.namingRuns !== undefined) this.namedByOthers();
  }

  /** What a member looks like by its own cells. */
  private look(m: number): void {
    const { store } = this;
    const { own, thread } = this.symmetry.members[m] as Member;
    const { namingRuns } = this.symmetry;
    let lo = 0;
    let hi = 0;
    if (thread !== undefined) {
      const top = thread.topCell;
      const end = thread.stackEnd;
      for (let cell = top; cell < end; cell++) {
        const value = store.get(cell);
        if (value === 0) continue;
        this.takeOut(cell, value);
        // The first cell says where the innermost frame begins: as a distance it is the same for all.
        const what = cell === top ? value - top : value;
        lo ^= spreadLo(STACK + cell - top, what);
        hi ^= spreadHi(STACK + cell - top, what);
      }
    }
    let at = RUN;
    for (let r = 0; r < own.length; r++) {
      const { base, cells } = own[r] as Run;
      const naming = namingRuns?.[r];
      for (let i = 0; i < cells; i++, at++) {
        const value = store.get(base + i);
        if (value === 0) continue;
        this.takeOut(base + i, value);
        const named = naming === undefined ? -1 : naming.of(value);
        const what = named < 0 ? value : (naming as Naming).renamed(value, named === m ? SELF : OTHER);
        lo ^= spreadLo(at, what);
        hi ^= spreadHi(at, what);
      }
    }
    this.looksLo[m] = lo;
    this.looksHi[m] = hi;
    this.order[m] = m;
  }

  private takeOut(cell: number, value: number): void {
    this.restLo ^= this.store.shareLo(cell, value);
    this.restHi ^= this.store.shareHi(cell, value);
  }

  /** A member that a cell of nobody's own names looks different for it. */
  private lookFromOutside(): void {
    const { store } = this;
    this.symmetry.naming.forEach(({ cell, by }, i) => {
      const value = store.get(cell);
      const named = by.of(value);
      if (named < 0) return;
      this.takeOut(cell, value);
      // With the name taken out, what else the cell says is kept.
      const what = by.renamed(value, 0);
      this.looksLo[named] = (this.looksLo[named] as number) ^ spreadLo(NAMED + i, what);
      this.looksHi[named] = (this.looksHi[named] as number) ^ spreadHi(NAMED + i, what);
    });
  }

  private sort(): void {
    const { order, looksLo, looksHi, count } = this;
    // Few members: insertion sort.
    for (let i = 1; i < count; i++) {
      const m = order[i] as number;
      const hi = looksHi[m] as number;
      const lo = looksLo[m] as number;
      let j = i - 1;
      for (; j >= 0; j--) {
        const other = order[j] as number;
        const otherHi = looksHi[other] as number;
        if (otherHi < hi || (otherHi === hi && (looksLo[other] as number) <= lo)) break;
        order[j + 1] = other;
      }
      order[j + 1] = m;
    }
    for (let k = 0; k < count; k++) this.place[order[k] as number] = k;
  }

  /** Who names whom among the members, by their places. */
  private namedByOthers(): void {
    const { store, count } = this;
    for (let k = 0; k < count; k++) {
      const m = this.order[k] as number;
      const { own } = this.symmetry.members[m] as Member;
      let at = POSITION + 0x100 * (k + 1);
      for (let r = 0; r < own.length; r++) {
        const { base, cells } = own[r] as Run;
        const naming = this.symmetry.namingRuns?.[r];
        if (naming === undefined) continue;
        for (let i = 0; i < cells; i++, at++) {
          const named = naming.of(store.get(base + i));
          if (named < 0 || named === m) continue;
          this.lo ^= spreadLo(at, this.place[named] as number);
          this.hi ^= spreadHi(at, this.place[named] as number);
        }
      }
    }
  }
}
