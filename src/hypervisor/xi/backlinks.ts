import type { Memory } from '../../machine';
import { BACKLINKS_PER_PAGE, CHAIN_NONE, CHAIN_PAGE, CHAIN_PARENTS, MOST_ENTRIES } from './constants';

/** Low bits of `prev`, where an address has zeros: the record is the first of the chain of a guest page, or of an SPTI's parents. */
const FIRST_OF_PAGE = 1;
const FIRST_OF_PARENTS = 2;
const TAG = 0xf;
const RECORD_BYTES_SHIFT = 4;

/** Whose chain: CHAIN_PAGE and a guest frame, or CHAIN_PARENTS and a kit. */
export interface ChainName {
  readonly chain: number;
  readonly of: number;
}

export const slotOf = (kit: number, index: number): number => kit * MOST_ENTRIES + index;
export const kitOf = (slot: number): number => Math.floor(slot / MOST_ENTRIES);
export const indexOf = (slot: number): number => slot % MOST_ENTRIES;

/**
 * The backlinks: records of 16 bytes in the kit's own two pages, one for each SPTE, at the same index (sheet 4.3). A record holds
 * the machine addresses of its neighbours' records, `prev` and `next`, 0 for none. The first of a chain has no neighbour before it:
 * its `prev` says whose chain it is, in a form that no address has. A record in no chain is all zero.
 */
export class Backlinks {
  constructor(
    private readonly memory: Memory,
    /** First of a kit's backlink pages. */
    private readonly pageOf: (kit: number) => number,
    /** The kit whose backlinks lie in a machine frame, times two, plus which of its two pages: -1 if it is no such frame. */
    private readonly pageAt: (frame: number) => number,
  ) {}

  /** Where the record of a slot lies: a machine frame, and the first of its two 64-bit words. */
  place(slot: number): { frame: number; word: number } {
    const index = indexOf(slot);
    return {
      frame: this.pageOf(kitOf(slot)) + Math.floor(index / BACKLINKS_PER_PAGE),
      word: 2 * (index % BACKLINKS_PER_PAGE),
    };
  }

  private slotAt(hi: number, lo: number): number {
    const frame = hi * 0x10_0000 + (lo >>> 12);
    const page = this.pageAt(frame);
    if (page < 0) return -1;
    return slotOf(page >> 1, (page & 1) * BACKLINKS_PER_PAGE + ((lo & 0xfff) >>> RECORD_BYTES_SHIFT));
  }

  /** The record before, or -1: it is the first, or in no chain. */
  prev(slot: number): number {
    const { frame, word } = this.place(slot);
    const lo = this.memory.lo(frame, word);
    return (lo & TAG) !== 0 || lo === 0 ? -1 : this.slotAt(this.memory.hi(frame, word), lo);
  }

  /** The record behind, or -1. */
  next(slot: number): number {
    const { frame, word } = this.place(slot);
    const lo = this.memory.lo(frame, word + 1);
    return lo === 0 ? -1 : this.slotAt(this.memory.hi(frame, word + 1), lo);
  }

  /** Whether a record is in a chain at all. */
  linked(slot: number): boolean {
    const { frame, word } = this.place(slot);
    return this.memory.lo(frame, word) !== 0;
  }

  private write(slot: number, which: 0 | 1, hi: number, lo: number): void {
    const { frame, word } = this.place(slot);
    this.memory.write64(frame, word + which, hi, lo);
  }

  private writeSlot(slot: number, which: 0 | 1, other: number): void {
    if (other < 0) {
      this.write(slot, which, 0, 0);
      return;
    }
    const { frame, word } = this.place(other);
    this.write(slot, which, Math.floor(frame / 0x10_0000), (frame << 12) | (word << 3));
  }

  setPrev(slot: number, other: number): void {
    this.writeSlot(slot, 0, other);
  }

  setNext(slot: number, other: number): void {
    this.writeSlot(slot, 1, other);
  }

  /** Makes a record the first of a chain. */
  setFirst(slot: number, { chain, of }: ChainName): void {
    const tag = chain === CHAIN_PAGE ? FIRST_OF_PAGE : FIRST_OF_PARENTS;
    this.write(slot, 0, Math.floor(of / 0x1000_0000), (of << 4) | tag);
  }

  /** No chain. */
  clear(slot: number): void {
    this.write(slot, 0, 0, 0);
    this.write(slot, 1, 0, 0);
  }

  /** Whose chain a first record begins; none if it is no first record. */
  firstOf(slot: number): ChainName {
    const { frame, word } = this.place(slot);
    const lo = this.memory.lo(frame, word);
    const tag = lo & TAG;
    if (tag === 0) return { chain: CHAIN_NONE, of: -1 };
    const of = this.memory.hi(frame, word) * 0x1000_0000 + (lo >>> 4);
    return { chain: tag === FIRST_OF_PAGE ? CHAIN_PAGE : CHAIN_PARENTS, of };
  }

  /** Whose chain a record is in: found by going back to the first. */
  chainOf(slot: number): ChainName {
    let at = slot;
    for (let before = this.prev(at); before >= 0; before = this.prev(at)) at = before;
    return this.firstOf(at);
  }

  /** The records of a chain from its first on, as they stand now. */
  from(first: number): number[] {
    const out: number[] = [];
    const seen = new Set<number>();
    for (let at = first; at >= 0 && !seen.has(at); at = this.next(at)) {
      out.push(at);
      seen.add(at);
    }
    return out;
  }
}
