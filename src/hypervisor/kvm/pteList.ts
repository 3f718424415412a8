import { ensure } from '../../base';
import type { Region, Store } from '../../kernel';
import { SparseTable } from '../sparse';

/**
 * Where a spte is: its table's frame (below 2^21) and its index, in one word with bits 0 and 1 clear: a real pointer has three clear
 * bits, which reverse maps use for marks of their own.
 */
export const sptePointer = (sfn: number, index: number): number => (sfn << 11) | (index << 2);
export const pointerTable = (pointer: number): number => pointer >>> 11;
export const pointerIndex = (pointer: number): number => (pointer >>> 2) & 511;

const KEY = 0x1400_0000;
/** A descriptor: the next one, how many it holds, and 14 pointers (PTE_LIST_EXT): 16 cells. */
const MORE = 0;
const COUNT = 1;
const FIRST = 2;
export const PTE_LIST_EXT = 14;
const MANY = 1;
/** PTE_LIST_WRITE_PROTECT, as proposed in 2012: the frame is being write-protected, or is (sheet 1.5, 5.2). Not part of the list. */
export const WRITE_PROTECT = 2;

/**
 * Reverse maps and parent lists (sheet 1.5): one head word. 0: empty. Bit 0 clear: the only spte's pointer. Bit 0 set: the
 * number of a descriptor, from 1, shifted left by two. A list that shrinks back to one spte stays in the many form.
 */
export class PteLists {
  private readonly rows: SparseTable;
  /** Cells: next descriptor never used, first free one. */
  private readonly book: Region;

  constructor(private readonly store: Store) {
    this.rows = new SparseTable(store, KEY, 16);
    this.book = store.region('pte list descriptors', 2);
  }

  private take(): number {
    const { store, book } = this;
    const free = store.get(book.base + 1);
    if (free !== 0) {
      store.set(book.base + 1, this.rows.get(free, MORE));
      this.rows.set(free, MORE, 0);
      return free;
    }
    const fresh = store.get(book.base) + 1;
    store.set(book.base, fresh);
    return fresh;
  }

  private give(desc: number): void {
    this.rows.set(desc, COUNT, 0);
    this.rows.set(desc, MORE, this.store.get(this.book.base + 1));
    this.store.set(this.book.base + 1, desc);
  }

  /** Adds a pointer to the list whose head is `head`; returns the new head. */
  add(head: number, pointer: number): number {
    if (head === 0) return pointer;
    const { rows } = this;
    if ((head & MANY) === 0) {
      const desc = this.take();
      rows.set(desc, FIRST, head);
      rows.set(desc, FIRST + 1, pointer);
      rows.set(desc, COUNT, 2);
      return (desc << 2) | MANY;
    }
    let desc = head >>> 2;
    while (rows.get(desc, COUNT) === PTE_LIST_EXT && rows.get(desc, MORE) !== 0) desc = rows.get(desc, MORE);
    if (rows.get(desc, COUNT) === PTE_LIST_EXT) {
      const tail = this.take();
      rows.set(desc, MORE, tail);
      desc = tail;
    }
    rows.set(desc, FIRST + rows.get(desc, COUNT), pointer);
    rows.set(desc, COUNT, rows.get(desc, COUNT) + 1);
    return head;
  }

  /** Removes a pointer that is in the list; returns the new head. The last one of its descriptor fills the hole. */
  remove(head: number, pointer: number): number {
    if ((head & MANY) === 0) {
      ensure(head === pointer, 'a spte is removed from the list that holds it');
      return 0;
    }
    const { rows } = this;
    let before = 0;
    for (let desc = head >>> 2; desc !== 0; before = desc, desc = rows.get(desc, MORE)) {
      const count = rows.get(desc, COUNT);
      for (let i = 0; i < count; i++) {
        if (rows.get(desc, FIRST + i) !== pointer) continue;
        rows.set(desc, FIRST + i, rows.get(desc, FIRST + count - 1));
        rows.set(desc, FIRST + count - 1, 0);
        rows.set(desc, COUNT, count - 1);
        return count > 1 ? head : this.unchain(head, before, desc);
      }
    }
    throw new Error('broken promise: a spte is removed from the list that holds it');
  }

  private unchain(head: number, before: number, desc: number): number {
    const { rows } = this;
    const more = rows.get(desc, MORE);
    this.give(desc);
    if (before !== 0) {
      rows.set(before, MORE, more);
      return head;
    }
    return more === 0 ? 0 : (more << 2) | MANY;
  }

  /** The pointers of a list, as they stand now. */
  all(head: number): number[] {
    if (head === 0) return [];
    if ((head & MANY) === 0) return [head];
    const out: number[] = [];
    for (let desc = head >>> 2; desc !== 0; desc = this.rows.get(desc, MORE))
      for (let i = 0; i < this.rows.get(desc, COUNT); i++) out.push(this.rows.get(desc, FIRST + i));
    return out;
  }

  first(head: number): number {
    if (head === 0 || (head & MANY) === 0) return head;
    return this.rows.get(head >>> 2, FIRST);
  }
}
