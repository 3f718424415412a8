import type { Region, Store } from './store';

/** A number worth watching: journaled (so it steps back too), but no part of the state's identity. */
export interface CounterSpec {
  readonly name: string;
  /** One sentence: what one count means. */
  readonly says: string;
}

/** The counters of one world, in the order declared. */
export class Counters {
  readonly region: Region;
  private readonly index = new Map<string, number>();

  constructor(
    private readonly store: Store,
    readonly specs: readonly CounterSpec[],
  ) {
    this.region = store.region('counters', Math.max(1, specs.length), false);
    specs.forEach((spec, i) => {
      this.index.set(spec.name, this.region.base + i);
    });
  }

  /** The cell of a counter, for journal queries. */
  cell(name: string): number {
    const cell = this.index.get(name);
    if (cell === undefined) throw new Error(`no counter named ${name}`);
    return cell;
  }

  add(name: string, by = 1): void {
    const cell = this.cell(name);
    this.store.set(cell, this.store.get(cell) + by);
  }

  value(name: string): number {
    return this.store.get(this.cell(name));
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.specs.map((s) => [s.name, this.value(s.name)]));
  }

  reset(): void {
    for (const cell of this.index.values()) this.store.set(cell, 0);
  }
}
