import type { Region, Store } from '../../kernel';

const VALUE_BITS = 4;
const VALUE_MASK = 15;

/** A waiting store in one cell. */
export const storedEntry = (which: number, value: number): number => (which << VALUE_BITS) | value;
export const storedWord = (entry: number): number => entry >> VALUE_BITS;
export const storedValue = (entry: number): number => entry & VALUE_MASK;

/** Store buffers as the Promela text has them: a length, and one cell per store with the word's number above its 4-bit value. */
export class PackedBuffers {
  private readonly base: number;
  private readonly stride: number;

  constructor(
    private readonly store: Store,
    private readonly memory: Region,
    vcpus: number,
    private readonly depth: number,
  ) {
    this.stride = 1 + depth;
    this.base = store.region('store buffers', vcpus * this.stride).base;
  }

  /** The cells of a buffer: its length, then the stores. */
  cellsOf(v: number): readonly { readonly base: number; readonly cells: number }[] {
    const base = this.base + v * this.stride;
    return [
      { base, cells: 1 },
      { base: base + 1, cells: this.depth },
    ];
  }

  empty(v: number): boolean {
    return this.store.get(this.base + v * this.stride) === 0;
  }

  full(v: number): boolean {
    return this.store.get(this.base + v * this.stride) >= this.depth;
  }

  push(v: number, which: number, value: number): void {
    const { store } = this;
    const at = this.base + v * this.stride;
    const length = store.get(at) + 1;
    store.set(at + length, storedEntry(which, value));
    store.set(at, length);
  }

  read(v: number, which: number): number {
    const { store } = this;
    const at = this.base + v * this.stride;
    for (let i = store.get(at); i > 0; i--) {
      const entry = store.get(at + i);
      if (storedWord(entry) === which) return storedValue(entry);
    }
    return store.get(this.memory.base + which);
  }

  drain(v: number): void {
    const { store } = this;
    const at = this.base + v * this.stride;
    const length = store.get(at);
    const oldest = store.get(at + 1);
    store.set(this.memory.base + storedWord(oldest), storedValue(oldest));
    for (let i = 1; i < length; i++) store.set(at + i, store.get(at + i + 1));
    store.set(at + length, 0);
    store.set(at, length - 1);
  }
}
