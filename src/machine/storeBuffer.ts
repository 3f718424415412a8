import type { Region, World } from '../kernel';
import { readBytes, writeBytes } from './bytes';
import type { MachineConfig } from './config';
import { MemoryWritten } from './events';
import type { Memory } from './memory';
import type { Halves } from './wide';

const ENTRY_CELLS = 5;
const FRAME = 0;
const OFFSET = 1;
const WIDTH = 2;
const HI = 3;
const LO = 4;

/**
 * A store that other processors do not see yet, as panels read it. One for a word of the hypervisor's own that lies outside the
 * simulated memory (a lock, a flag) has the frame -1 - cell, offset 0 and width 4.
 */
export interface BufferedStore {
  readonly frame: number;
  readonly offset: number;
  readonly width: number;
  readonly hi: number;
  readonly lo: number;
}

/**
 * The store buffers of x86-TSO, one per vCPU: stores leave oldest first, loads of the same vCPU see the newest store to each
 * byte, other vCPUs see none. Source: Sewell, Sarkar, Owens, Zappa Nardelli, Myreen: x86-TSO (2010); Intel SDM volume 3, "Memory ordering".
 *
 * The oldest store is always in place 0 and leaving moves the rest down, so that two buffers with the same contents are the
 * same cells: in a ring, the place of the head would make equal states look different.
 */
export class StoreBuffers {
  /** The cells of each vCPU's buffer. */
  readonly regions: readonly Region[];
  private readonly base: readonly number[];
  /** A store for a cell has reached it. A design that buffers such stores says here what that means (a lock is free). */
  onCell: (cell: number) => void = () => undefined;
  /** What a store to a word of the hypervisor's own says: "id 1 to s305[000]". A design that buffers such stores sets it. */
  sayStore: (store: BufferedStore) => string | undefined = () => undefined;

  constructor(
    private readonly world: World,
    private readonly memory: Memory,
    private readonly config: MachineConfig,
  ) {
    const cells = 1 + Math.max(1, config.storeBufferDepth) * ENTRY_CELLS;
    this.regions = Array.from({ length: config.vcpus }, (_, v) =>
      world.store.region(`store buffer of vCPU ${v}`, cells),
    );
    this.base = this.regions.map(({ base }) => base);
  }

  get depth(): number {
    return this.config.storeBufferDepth;
  }

  /** Stores waiting. Only vCPUs have a buffer: of anybody else none ever does. */
  count(v: number): number {
    const base = this.base[v];
    return base === undefined ? 0 : this.world.store.get(base);
  }

  empty(v: number): boolean {
    return this.count(v) === 0;
  }

  full(v: number): boolean {
    return this.count(v) >= this.config.storeBufferDepth;
  }

  /** The n-th oldest store. */
  at(v: number, nth: number): BufferedStore {
    const cell = this.entry(v, nth);
    const { store } = this.world;
    return {
      frame: store.get(cell + FRAME),
      offset: store.get(cell + OFFSET),
      width: store.get(cell + WIDTH),
      hi: store.get(cell + HI),
      lo: store.get(cell + LO),
    };
  }

  private entry(v: number, nth: number): number {
    return (this.base[v] as number) + 1 + nth * ENTRY_CELLS;
  }

  /** Appends a store. The caller has made sure that the buffer is not full. */
  push(v: number, frame: number, offset: number, width: number, hi: number, lo: number): void {
    const { store } = this.world;
    const cell = this.entry(v, this.count(v));
    store.set(cell + FRAME, frame);
    store.set(cell + OFFSET, offset);
    store.set(cell + WIDTH, width);
    store.set(cell + HI, hi);
    store.set(cell + LO, lo);
    store.set(this.base[v] as number, this.count(v) + 1);
  }

  /** Appends a store to a cell of the hypervisor's own. */
  pushCell(v: number, cell: number, value: number): void {
    this.push(v, -1 - cell, 0, 4, 0, value);
  }

  /** Whether a store to a cell of the hypervisor's own waits. */
  waitsFor(v: number, cell: number): boolean {
    for (let nth = this.count(v) - 1; nth >= 0; nth--) if (this.at(v, nth).frame === -1 - cell) return true;
    return false;
  }

  /** What the vCPU itself sees in a cell: its newest store that waits, or what is there. */
  readCell(v: number, cell: number): number {
    const nth = this.empty(v) ? -1 : this.covering(v, -1 - cell, 0);
    return nth < 0 ? this.world.store.get(cell) : this.at(v, nth).lo;
  }

  /** The oldest store reaches memory. */
  drain(v: number): void {
    const { store } = this.world;
    const oldest = this.at(v, 0);
    this.land(v, oldest);
    const last = this.count(v) - 1;
    const from = this.entry(v, 0);
    for (let i = 0; i < last * ENTRY_CELLS; i++) store.set(from + i, store.get(from + ENTRY_CELLS + i));
    for (let i = 0; i < ENTRY_CELLS; i++) store.set(this.entry(v, last) + i, 0);
    store.set(this.base[v] as number, last);
    if (oldest.frame < 0) this.onCell(-1 - oldest.frame);
  }

  private land(v: number, { frame, offset, width, hi, lo }: BufferedStore): void {
    if (frame < 0) {
      this.world.store.set(-1 - frame, lo);
      return;
    }
    writeBytes(this.memory, frame, offset, width, hi, lo);
    this.world.emit(MemoryWritten, v, frame, offset, width, hi, lo);
  }

  /** The newest waiting store that covers a byte, or -1. */
  private covering(v: number, frame: number, offset: number): number {
    const { store } = this.world;
    for (let nth = this.count(v) - 1; nth >= 0; nth--) {
      const cell = this.entry(v, nth);
      if (store.get(cell + FRAME) !== frame) continue;
      const first = store.get(cell + OFFSET);
      if (offset >= first && offset < first + store.get(cell + WIDTH)) return nth;
    }
    return -1;
  }

  /**
   * Whether a load can be served now: from memory alone, or from one store alone. A load that would have to be pieced
   * together waits until the stores have left, as on the processor.
   */
  ready(v: number, frame: number, offset: number, width: number): boolean {
    if (this.empty(v)) return true;
    const from = this.covering(v, frame, offset);
    for (let i = 1; i < width; i++) if (this.covering(v, frame, offset + i) !== from) return false;
    return true;
  }

  /** Whether a load is served by one of the vCPU's own waiting stores. */
  forwards(v: number, frame: number, offset: number, width: number): boolean {
    return width > 0 && this.covering(v, frame, offset) >= 0;
  }

  /** What the vCPU itself sees: memory, with each byte that one of its waiting stores covers taken from the newest. */
  read(v: number, frame: number, offset: number, width: number, out: Halves): void {
    readBytes(this.memory, frame, offset, width, out);
    if (this.empty(v)) return;
    for (let i = 0; i < width; i++) {
      const nth = this.covering(v, frame, offset + i);
      if (nth < 0) continue;
      const from = this.at(v, nth);
      const at = offset + i - from.offset;
      const byte = ((at < 4 ? from.lo : from.hi) >>> (8 * (at & 3))) & 0xff;
      const mask = 0xff << (8 * (i & 3));
      const placed = byte << (8 * (i & 3));
      if (i < 4) out.lo = (out.lo & ~mask) | placed;
      else out.hi = (out.hi & ~mask) | placed;
    }
  }
}
