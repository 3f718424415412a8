import { ensure, type Word } from '../../base';
import type { Region, Store } from '../../kernel';
import { frameOf, type Machine, present } from '../../machine';
import { SparseTable } from '../sparse';

const MAP_KEY = 0x2000_0000;
const BACK_KEY = 0x2800_0000;
/** lguest keeps four roots, each with tables of its own; the others one shadow per guest table, in slot 0. */
export const ROOT_SLOTS = 4;
const SLOT = 1 << 20;

/** Of a guest table: its shadow's frame + 1, its level, 1 if it is out of sync. Of a shadow: its guest table + 1. */
const FRAME = 0;
const LEVEL = 1;
const UNSYNC = 2;

/** The shadows: which frame shadows which guest table. Their entries lie in those frames, as the processor reads them. */
export class ShadowTables {
  private readonly map: SparseTable;
  private readonly back: SparseTable;
  /** Frames ever taken, frames given back, then these; then the roots of the slots, + 1. */
  private readonly pool: Region;

  constructor(
    store: Store,
    private readonly machine: Machine,
    private readonly first: number,
    private readonly frames: number,
  ) {
    this.map = new SparseTable(store, MAP_KEY, 4);
    this.back = new SparseTable(store, BACK_KEY, 2);
    this.pool = store.region('shadow pool', 2 + frames + ROOT_SLOTS);
    this.set = (cell, value) => store.set(this.pool.base + cell, value);
    this.get = (cell) => store.get(this.pool.base + cell);
  }

  private readonly set: (cell: number, value: number) => void;
  private readonly get: (cell: number) => number;

  owns(frame: number): boolean {
    return frame >= this.first && frame < this.first + this.frames;
  }

  /** The shadow of a guest table, or -1. */
  of(table: number, slot = 0): number {
    return this.map.get(slot * SLOT + table, FRAME) - 1;
  }

  level(table: number, slot = 0): number {
    return this.map.get(slot * SLOT + table, LEVEL);
  }

  unsync(table: number): boolean {
    return this.map.get(table, UNSYNC) !== 0;
  }

  setUnsync(table: number, on: boolean): void {
    this.map.set(table, UNSYNC, on ? 1 : 0);
  }

  /** The guest table that a shadow is for, or -1. */
  tableOf(frame: number): number {
    return this.back.get(frame, 0) - 1;
  }

  /** Guest tables with a shadow, as slot, table, frame, level. */
  all(): { readonly slot: number; readonly table: number; readonly frame: number; readonly level: number }[] {
    return this.map
      .rows()
      .filter((row) => this.map.get(row, FRAME) !== 0)
      .map((row) => ({
        slot: Math.floor(row / SLOT),
        table: row % SLOT,
        frame: this.map.get(row, FRAME) - 1,
        level: this.map.get(row, LEVEL),
      }));
  }

  make(table: number, level: number, slot = 0): number {
    const given = this.get(1);
    let frame: number;
    if (given > 0) {
      frame = this.get(2 + given - 1);
      this.set(2 + given - 1, 0);
      this.set(1, given - 1);
    } else {
      frame = this.first + this.get(0);
      ensure(
        this.get(0) < this.frames,
        `the pool has a frame for another shadow. It has ${this.frames}: say \`pool ${2 * this.frames} frames\``,
      );
      this.set(0, this.get(0) + 1);
    }
    this.map.set(slot * SLOT + table, FRAME, frame + 1);
    this.map.set(slot * SLOT + table, LEVEL, level);
    this.back.set(frame, 0, table + 1);
    return frame;
  }

  /** Gives the shadow of a table back, its entries cleared. */
  drop(table: number, slot = 0): void {
    const frame = this.of(table, slot);
    if (frame < 0) return;
    this.machine.memory.clear(frame);
    for (const column of [FRAME, LEVEL, UNSYNC]) this.map.set(slot * SLOT + table, column, 0);
    this.back.set(frame, 0, 0);
    const given = this.get(1);
    this.set(2 + given, frame);
    this.set(1, given + 1);
  }

  entry(frame: number, index: number): Word {
    const { memory } = this.machine;
    return { hi: memory.hi(frame, index), lo: memory.lo(frame, index) };
  }

  write(frame: number, index: number, hi: number, lo: number): void {
    this.machine.memory.write64(frame, index, hi, lo);
  }

  /** Root that a slot is for, or -1. */
  rootOf(slot: number): number {
    return this.get(2 + this.frames + slot) - 1;
  }

  setRoot(slot: number, root: number): void {
    this.set(2 + this.frames + slot, root + 1);
  }

  /** Every present leaf: of which guest table, where. */
  *leaves(): Iterable<{ table: number; frame: number; index: number; hi: number; lo: number }> {
    for (const { table, frame, level } of this.all()) {
      if (level !== 1 || this.machine.memory.find(frame) === 0) continue;
      const { memory } = this.machine;
      for (let index = 0; index < 512; index++) {
        const lo = memory.lo(frame, index);
        if (present(lo)) yield { table, frame, index, hi: memory.hi(frame, index), lo };
      }
    }
  }

  /** The frame that a shadow leaf maps. */
  static target(hi: number, lo: number): number {
    return frameOf(hi, lo);
  }
}
