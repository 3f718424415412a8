import { PAGE_CELLS, type Store } from '../kernel';
import type { MachineConfig } from './config';
import type { Halves } from './wide';

/** Frames lie under keys of their own, so that the order in which they were first written is no part of the identity. */
const FRAME_KEY = 0x4000_0000;
/** Frames up to 10 GiB have keys in a row; those above are spread, so that they never lie under the keys of fixed regions. */
const KEYED_IN_A_ROW = 0x28_0000;

function frameKey(frame: number): number {
  if (frame < KEYED_IN_A_ROW) return (FRAME_KEY + frame * PAGE_CELLS) | 0;
  return (Math.imul(frame, 0x9e3779b1) & 0x1fff_fc00) | 0xe000_0000;
}
const DIRECTORY_BITS = 10;

/**
 * Machine memory: frames of 4 KiB, 1,024 cells each. Sparse: a frame gets cells at its first non-zero word; until then it
 * reads as zeros, or as its stamp. A word of 64 bits is two cells, low half first, as on the real machine.
 */
export class Memory {
  /** Two-level directory: frame -> first cell of its page, 0 while it has none. A cache of where things are, not state. */
  private readonly directory: (Int32Array | undefined)[] = [];
  private readonly frameAt = new Map<number, number>();

  constructor(
    private readonly store: Store,
    private readonly config: MachineConfig,
  ) {}

  /** First cell of a frame, or 0 if nothing non-zero was ever written there. */
  find(frame: number): number {
    const chunk = this.directory[frame >>> DIRECTORY_BITS];
    return chunk === undefined ? 0 : (chunk[frame & 1023] as number);
  }

  /** The frame that owns a cell, or -1 if the cell is not memory. For the journal's readers. */
  frameOfCell(cell: number): number {
    return this.frameAt.get(Math.floor(cell / PAGE_CELLS)) ?? -1;
  }

  /** First cell of a frame, which gets its cells now if it had none. */
  page(frame: number): number {
    const found = this.find(frame);
    if (found !== 0) return found;
    const made = this.store.page(frameKey(frame));
    const high = frame >>> DIRECTORY_BITS;
    let chunk = this.directory[high];
    if (chunk === undefined) {
      chunk = new Int32Array(1024);
      this.directory[high] = chunk;
    }
    chunk[frame & 1023] = made;
    this.frameAt.set(Math.floor(made / PAGE_CELLS), frame);
    if (this.stamped(frame)) {
      for (let i = 0; i < PAGE_CELLS; i++) this.store.preset(made + i, this.stampWord(frame, i));
    }
    return made;
  }

  /** The cell of 32-bit word `index` of a frame (0 to 1,023), made if need be: for watching and provenance. */
  cell(frame: number, index: number): number {
    return this.page(frame) + index;
  }

  /** 32-bit word `index` (0 to 1,023) of a frame. */
  read32(frame: number, index: number): number {
    const page = this.find(frame);
    if (page !== 0) return this.store.get(page + index);
    return this.stamped(frame) ? this.stampWord(frame, index) : 0;
  }

  write32(frame: number, index: number, value: number): void {
    const page = this.find(frame);
    if (page !== 0) this.store.set(page + index, value);
    else if (this.read32(frame, index) !== (value | 0)) this.store.set(this.page(frame) + index, value);
  }

  /** 64 bits that begin at a 32-bit word (0 to 1,022) of a frame. */
  readPair(frame: number, index: number, out: Halves): void {
    const page = this.find(frame);
    if (page === 0) {
      out.lo = this.read32(frame, index);
      out.hi = this.read32(frame, index + 1);
      return;
    }
    const { cells } = this.store;
    out.lo = cells[page + index] as number;
    out.hi = cells[page + index + 1] as number;
  }

  writePair(frame: number, index: number, hi: number, lo: number): void {
    const page = this.find(frame);
    if (page === 0) {
      this.write32(frame, index, lo);
      this.write32(frame, index + 1, hi);
      return;
    }
    this.store.set(page + index, lo);
    this.store.set(page + index + 1, hi);
  }

  /** Halves of 64-bit word `index` (0 to 511) of a frame. */
  lo(frame: number, index: number): number {
    return this.read32(frame, 2 * index);
  }

  hi(frame: number, index: number): number {
    return this.read32(frame, 2 * index + 1);
  }

  write64(frame: number, index: number, hi: number, lo: number): void {
    this.writePair(frame, 2 * index, hi, lo);
  }

  /** Before the first step only: contents that are part of the world from the start. Journaled all the same, so that the hash knows them. */
  clear(frame: number): void {
    const page = this.find(frame);
    if (page === 0) return;
    for (let i = 0; i < PAGE_CELLS; i++) this.store.set(page + i, 0);
  }

  private stamped(frame: number): boolean {
    const stamp = this.config.stamp;
    return stamp !== undefined && frame >= stamp.firstFrame && frame < stamp.firstFrame + stamp.frames;
  }

  private stampWord(frame: number, index: number): number {
    const stamp = this.config.stamp as NonNullable<MachineConfig['stamp']>;
    const { grid } = stamp;
    if (grid !== undefined) {
      if (grid.extra?.cell === index) return grid.extra.value;
      const word = Math.floor(index / grid.wordCells);
      if (index % grid.wordCells !== 0 || word >= grid.words) return 0;
      return (stamp.first + (frame - stamp.firstFrame) * grid.perFrame + word * grid.perWord) | 0;
    }
    if (index === 0) return (stamp.first + frame - stamp.firstFrame) | 0;
    return index === PAGE_CELLS - 1 ? stamp.lastByte << 24 : 0;
  }
}
