import { type Word, word } from '../../base';
import type { MemoryWord } from '../../engine/spec';
import type { PagingMode } from '../../machine';

/** Memory before the first step, by guest frame: only what somebody has written. */
export class MemoryImage {
  private readonly frames = new Map<number, Map<number, number>>();

  constructor(private readonly mode: PagingMode) {}

  /** Entry `index` of a table. */
  entry(frame: number, index: number): Word {
    const cell = index * this.mode.entryCells;
    return this.mode.entryCells === 1
      ? word(0, this.read(frame, cell))
      : word(this.read(frame, cell + 1), this.read(frame, cell));
  }

  setEntry(frame: number, index: number, value: Word): void {
    const cell = index * this.mode.entryCells;
    this.write(frame, cell, value.lo);
    if (this.mode.entryCells === 2) this.write(frame, cell + 1, value.hi);
  }

  /** 64-bit word `index` (0 to 511) of a frame. */
  setWord(frame: number, index: number, value: Word): void {
    this.write(frame, 2 * index, value.lo);
    this.write(frame, 2 * index + 1, value.hi);
  }

  /** 32-bit word `cell` (0 to 1,023) of a frame. */
  setHalf(frame: number, cell: number, value: number): void {
    this.write(frame, cell, value);
  }

  /** All words that are not zero, by frame and cell. */
  words(): MemoryWord[] {
    const out: MemoryWord[] = [];
    for (const [frame, cells] of this.frames)
      for (const [cell, value] of cells) if (value !== 0) out.push({ frame, cell, value });
    return out.sort((a, b) => a.frame - b.frame || a.cell - b.cell);
  }

  private read(frame: number, cell: number): number {
    return this.frames.get(frame)?.get(cell) ?? 0;
  }

  private write(frame: number, cell: number, value: number): void {
    let cells = this.frames.get(frame);
    if (cells === undefined) {
      cells = new Map();
      this.frames.set(frame, cells);
    }
    cells.set(cell, value | 0);
  }
}
