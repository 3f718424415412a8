import type { Random } from '../../base';
import { P } from '../../machine';
import type { OpStream } from '../stream';
import type { Frames } from './frames';
import { type Layout, TABLE } from './layout';

/** Words of 8 bytes in a frame. */
const WORDS = 512;

/** What a page costs to fill or to copy, in words of 8 bytes. */
export interface Habits {
  readonly words: number;
}

/**
 * How one processor's guest kernel writes page tables: through its direct map, one store per entry, or two halves in a 32-bit kernel
 * with entries of 64. Every function appends to the stream what the kernel does; what the tables hold then is kept nowhere but there.
 */
export class Tables {
  constructor(
    readonly out: OpStream,
    readonly frames: Frames,
    readonly layout: Layout,
    readonly random: Random,
    /** The root's entries of the kernel's half, as the boot has made them: index and low half. */
    private readonly kernelEntries: readonly { readonly index: number; readonly lo: number }[],
    private readonly habits: Habits,
  ) {}

  /** Low half of the direct-map address of a byte; guest memory is below 1 GiB, so the high half never changes. */
  private at(frame: number, byte: number): number {
    return (this.layout.directLo + frame * 4096 + byte) | 0;
  }

  /** Where the direct map has an entry. */
  private entryAt(frame: number, index: number): number {
    return this.at(frame, this.layout.entryBytes * index);
  }

  read(frame: number, index: number): void {
    const { out, layout } = this;
    out.load(layout.directHi, this.entryAt(frame, index), layout.entryBytes, false);
  }

  /** Stores an entry. A 32-bit kernel makes it present last, and not present first. */
  write(frame: number, index: number, lo: number): void {
    const { out, layout } = this;
    const at = this.entryAt(frame, index);
    if (!layout.halves) {
      out.storeEntry(layout.directHi, at, layout.entryBytes, 0, lo);
      return;
    }
    if ((lo & P) !== 0) out.storeEntry(0, at + 4, 4, 0, 0);
    out.storeEntry(0, at, 4, 0, lo);
    if ((lo & P) === 0) out.storeEntry(0, at + 4, 4, 0, 0);
  }

  /** Takes bits away from an entry at once, as fork does with W. */
  clearBits(frame: number, index: number, bits: number): void {
    const { out, layout } = this;
    const at = this.entryAt(frame, index);
    if (layout.halves || layout.entryBytes === 4) out.and(0, at, 4, 0, ~bits);
    else out.and(layout.directHi, at, 8, -1, ~bits);
  }

  /** Reads an entry and makes it empty at once: how mprotect begins. */
  exchangeForZero(frame: number, index: number): void {
    const { out, layout } = this;
    const at = this.entryAt(frame, index);
    out.exchange(layout.directHi, at, layout.halves ? 4 : layout.entryBytes, 0, 0);
    if (layout.halves) out.storeEntry(0, at + 4, 4, 0, 0);
  }

  /** A table for an entry to name: all zero. */
  newTable(): number {
    const { frame, clear } = this.frames.takeTable();
    if (clear) this.clearFrame(frame);
    return frame;
  }

  private clearFrame(frame: number): void {
    for (let index = 0; index < WORDS; index++)
      this.out.store(this.layout.directHi, this.at(frame, 8 * index), 8, false, 0, 0);
  }

  /** A root with the kernel's half filled in. */
  newRoot(): number {
    const kept = this.frames.takeRoot();
    if (kept !== undefined) return kept;
    const frame = this.newTable();
    for (const { index, lo } of this.kernelEntries) this.write(frame, index, lo);
    return frame;
  }

  protected entryFor(child: number, level: number): number {
    return (child << 12) | (level === this.layout.levels ? this.layout.rootFlags : TABLE);
  }

  // ---- what a kernel that knows it is a guest does in another way. `live`: the process's root is, or has been, in CR3 -------------

  /** Gives the page at an address its entry, which lies in a table of level 1. */
  setEntry(_live: boolean, _va: number, table: number, index: number, lo: number): void {
    this.write(table, index, lo);
  }

  /** Names a table of a level in an entry of the table above. */
  linkTable(_live: boolean, above: number, index: number, child: number, level: number): void {
    this.write(above, index, this.entryFor(child, level + 1));
  }

  /** A frame is about to be used as a table of a level: those below it have been announced. */
  announce(_frame: number, _level: number): void {
    // Nobody need be told.
  }

  /** A table is about to be taken apart: those above it have been retired. */
  retire(_frame: number): void {
    // Nobody need be told.
  }

  /** Changes the right to write of pages that all have entries, flush included; false: the caller does it entry by entry. */
  protect(_live: boolean, _va: number, _pages: number, _writable: boolean): boolean {
    return false;
  }

  /** Changes of entries of one table of level 1, the one for an address, that may wait for each other. */
  section(_live: boolean, _va: number, change: () => void): void {
    change();
  }

  /** A fresh page for a program: the kernel fills it, evenly spread. */
  fill(frame: number): void {
    const step = WORDS / this.habits.words;
    for (let i = 0; i < this.habits.words; i++)
      this.out.store(this.layout.directHi, this.at(frame, 8 * Math.floor(i * step)), 8, false, 0, 0);
  }

  /** A copy of a page. */
  copy(from: number, to: number): void {
    const step = WORDS / this.habits.words;
    for (let i = 0; i < this.habits.words; i++) {
      const byte = 8 * Math.floor(i * step);
      this.out.load(this.layout.directHi, this.at(from, byte), 8, false);
      this.out.store(this.layout.directHi, this.at(to, byte), 8, false, 0, this.random.word() | 0);
    }
  }
}
