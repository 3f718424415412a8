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
  /** Its own cells, in the same order for every member. Nobody but its own actors writes them. */
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
const MEMBER = 0x4000_0000;
const POSITION = 0x5000_0000;

/** What is kept of each member in a state: how it looks, what its cells are in the store's own hash, whether it names others. */
const KEPT = 5;
const LOOKS_LO = 0;
const LOOKS_HI = 1;
const SHARE_LO = 2;
const SHARE_HI = 3;
const NAMES = 4;

/**
 * The identity of a state up to trading members: two states that differ only in which member is which get the same key.
 * The key is made of what each member looks like, whoever it is; a member that is named from outside looks different from one
 * that is not. Where members name each other they are put in an order first. If those look the same, some equal states may
 * still get different keys: then more states are visited than need be, but none is left out.
 *
 * After a move only the member that moved is looked at again: so an exploration keeps a row of looks for each state on its way.
 */
export class Canonical {
  lo = 0;
  hi = 0;
  private readonly count: number;
  private readonly stride: number;
  private rows: Int32Array;
  /** Of each actor the member it belongs to; -1 for none. */
  private readonly memberOf: Int32Array;
  /** Looks of the members in the present state, with what names them from outside. */
  private readonly looksLo: Int32Array;
  private readonly looksHi: Int32Array;
  /** Members in order, and of each its place in the order. */
  private readonly order: Int32Array;
  private readonly place: Int32Array;

  constructor(
    private readonly store: Store,
    private readonly symmetry: Symmetry,
  ) {
    const { members } = symmetry;
    this.count = members.length;
    this.stride = KEPT * this.count;
    this.rows = new Int32Array(64 * this.stride);
    this.memberOf = new Int32Array(1 + Math.max(...members.flatMap(({ actors }) => actors))).fill(-1);
    members.forEach(({ actors }, m) => {
      for (const actor of actors) this.memberOf[actor] = m;
    });
    this.looksLo = new Int32Array(this.count);
    this.looksHi = new Int32Array(this.count);
    this.order = new Int32Array(this.count);
    this.place = new Int32Array(this.count);
  }

  get bytes(): number {
    return this.rows.byteLength;
  }

  /** Computes the key of the present state into `lo` and `hi`, and keeps what it saw as a row. */
  whole(row: number): void {
    this.roomFor(row);
    for (let m = 0; m < this.count; m++) this.look(m, row * this.stride + KEPT * m);
    this.finish(row);
  }

  /** The same where an actor has just moved from the state of a row: the present state becomes the next row. */
  moved(row: number, actor: number): void {
    const { stride } = this;
    this.roomFor(row + 1);
    const { rows } = this;
    const end = (row + 1) * stride;
    for (let i = row * stride; i < end; i++) rows[i + stride] = rows[i] as number;
    const m = this.memberOf[actor] ?? -1;
    if (m >= 0) this.look(m, (row + 1) * stride + KEPT * m);
    this.finish(row + 1);
  }

  private roomFor(row: number): void {
    while ((row + 1) * this.stride > this.rows.length) {
      const grown = new Int32Array(2 * this.rows.length);
      grown.set(this.rows);
      this.rows = grown;
    }
  }

  /** What a member looks like by its own cells. */
  private look(m: number, at: number): void {
    const { store } = this;
    const { cells } = store;
    const { own, thread } = this.symmetry.members[m] as Member;
    const { namingRuns } = this.symmetry;
    let lo = 0;
    let hi = 0;
    let shareLo = 0;
    let shareHi = 0;
    let names = 0;
    if (thread !== undefined) {
      const top = thread.topCell;
      const end = thread.stackEnd;
      for (let cell = top; cell < end; cell++) {
        const value = cells[cell] as number;
        if (value === 0) continue;
        shareLo ^= store.shareLo(cell, value);
        shareHi ^= store.shareHi(cell, value);
        // The first cell says where the innermost frame begins: as a distance it is the same for all.
        const what = cell === top ? value - top : value;
        lo ^= spreadLo(STACK + cell - top, what);
        hi ^= spreadHi(STACK + cell - top, what);
      }
    }
    let place = RUN;
    for (let r = 0; r < own.length; r++) {
      const run = own[r] as Run;
      const naming = namingRuns?.[r];
      const end = run.base + run.cells;
      for (let cell = run.base; cell < end; cell++, place++) {
        const value = cells[cell] as number;
        if (value === 0) continue;
        shareLo ^= store.shareLo(cell, value);
        shareHi ^= store.shareHi(cell, value);
        const named = naming === undefined ? -1 : naming.of(value);
        if (named >= 0 && named !== m) names = 1;
        const what = named < 0 ? value : (naming as Naming).renamed(value, named === m ? SELF : OTHER);
        lo ^= spreadLo(place, what);
        hi ^= spreadHi(place, what);
      }
    }
    const { rows } = this;
    rows[at + LOOKS_LO] = lo;
    rows[at + LOOKS_HI] = hi;
    rows[at + SHARE_LO] = shareLo;
    rows[at + SHARE_HI] = shareHi;
    rows[at + NAMES] = names;
  }

  /** The key, from a row of looks: the rest of the store, and the members in their order. */
  private finish(row: number): void {
    const { store, symmetry, count, rows, looksLo, looksHi } = this;
    let restLo = store.hashLo;
    let restHi = store.hashHi;
    let names = 0;
    for (let m = 0, at = row * this.stride; m < count; m++, at += KEPT) {
      looksLo[m] = rows[at + LOOKS_LO] as number;
      looksHi[m] = rows[at + LOOKS_HI] as number;
      restLo ^= rows[at + SHARE_LO] as number;
      restHi ^= rows[at + SHARE_HI] as number;
      names |= rows[at + NAMES] as number;
    }
    const { naming } = symmetry;
    for (let i = 0; i < naming.length; i++) {
      const { cell, by } = naming[i] as Symmetry['naming'][number];
      const value = store.cells[cell] as number;
      const named = by.of(value);
      if (named < 0) continue;
      restLo ^= store.shareLo(cell, value);
      restHi ^= store.shareHi(cell, value);
      // A member that the cell names looks different for it. With the name taken out, what else the cell says is kept.
      const what = by.renamed(value, 0);
      looksLo[named] = (looksLo[named] as number) ^ spreadLo(NAMED + i, what);
      looksHi[named] = (looksHi[named] as number) ^ spreadHi(NAMED + i, what);
    }
    // Added up, not put in a row: whoever is which, the sum is the same.
    for (let m = 0; m < count; m++) {
      const lo = looksLo[m] as number;
      const hi = looksHi[m] as number;
      restLo = (restLo + spreadLo(MEMBER, lo ^ Math.imul(hi, 0x01000193))) | 0;
      restHi = (restHi + spreadHi(MEMBER, hi + Math.imul(lo, 0x01000193))) | 0;
    }
    this.lo = restLo;
    this.hi = restHi;
    if (names !== 0) this.namedByOthers();
  }

  private sort(): void {
    const { order, looksLo, looksHi, count } = this;
    order[0] = 0;
    // Few members: insertion sort.
    for (let m = 1; m < count; m++) {
      const hi = looksHi[m] as number;
      const lo = looksLo[m] as number;
      let j = m - 1;
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
    this.sort();
    for (let k = 0; k < count; k++) {
      const m = this.order[k] as number;
      const { own } = this.symmetry.members[m] as Member;
      let at = POSITION + 0x100 * (k + 1);
      for (let r = 0; r < own.length; r++) {
        const { base, cells } = own[r] as Run;
        const naming = this.symmetry.namingRuns?.[r];
        if (naming === undefined) continue;
        for (let i = 0; i < cells; i++, at++) {
          const value = store.cells[base + i] as number;
          const named = value === 0 ? -1 : naming.of(value);
          if (named < 0 || named === m) continue;
          this.lo ^= spreadLo(at, this.place[named] as number);
          this.hi ^= spreadHi(at, this.place[named] as number);
        }
      }
    }
  }
}
