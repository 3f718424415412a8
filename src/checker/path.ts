import type { Choice, Store } from '../kernel';
import { unpackChoice } from './packedChoice';

/** What is kept of each state on the path: five cells side by side, for they are read together. */
const CELLS = 5;
const MARK = 0;
const HASH_LO = 1;
const HASH_HI = 2;
const NEXT = 3;
const TAKEN = 4;

/** `taken` of a state in which no choice was possible so far. */
export const NOBODY = -1;

/** The path from the first state to the present one: how to come back to each state on it, and what to try there. */
export class Path {
  private row = new Int32Array(CELLS * 1024);
  private at = -CELLS;
  /** Steps from the first state to the present one. */
  depth = -1;

  get bytes(): number {
    return this.row.byteLength;
  }

  /** The choice to try next in the present state, packed. */
  get next(): number {
    return this.row[this.at + NEXT] as number;
  }

  set next(choice: number) {
    this.row[this.at + NEXT] = choice;
  }

  /** The choice taken last in the present state, packed, or `NOBODY`. */
  get taken(): number {
    return this.row[this.at + TAKEN] as number;
  }

  set taken(choice: number) {
    this.row[this.at + TAKEN] = choice;
  }

  /** The store has come to a state one step further. */
  push(store: Store): void {
    this.at += CELLS;
    this.depth++;
    const { at } = this;
    if (at === this.row.length) {
      const grown = new Int32Array(2 * this.row.length);
      grown.set(this.row);
      this.row = grown;
    }
    const { row } = this;
    row[at + MARK] = store.mark;
    row[at + HASH_LO] = store.hashLo;
    row[at + HASH_HI] = store.hashHi;
    row[at + NEXT] = 0;
    row[at + TAKEN] = NOBODY;
  }

  /** Puts the store back to the present state of the path. */
  restore(store: Store): void {
    const { row, at } = this;
    store.undoTo(row[at + MARK] as number, row[at + HASH_LO] as number, row[at + HASH_HI] as number);
  }

  /** Gives the present state up and puts the store back to the one before. */
  pop(store: Store): void {
    this.at -= CELLS;
    this.depth--;
    this.restore(store);
  }

  /** Puts the store back to the first state and forgets all others. */
  rewind(store: Store): void {
    this.at = 0;
    this.depth = 0;
    this.restore(store);
  }

  /** The choices taken in the first `steps` states. */
  schedule(steps: number): Choice[] {
    return Array.from({ length: steps }, (_, i) => unpackChoice(this.row[i * CELLS + TAKEN] as number));
  }
}
