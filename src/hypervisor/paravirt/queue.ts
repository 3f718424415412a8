import type { Region, Store } from '../../kernel';

export const CLEARED = 1;
export const SET = 2;
export const SET_KEEPING_MARKS = 3;

const CELLS = 6;

/** An update that waits: what, where, and the value. */
export interface Update {
  readonly kind: number;
  readonly table: number;
  readonly index: number;
  readonly hi: number;
  readonly lo: number;
  readonly nth: number;
}

/** The updates of one vCPU that its hypervisor has not been told of: Xen's multicall buffer, VMI's queue, lguest's ring. In order. */
export class Queue {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    vcpu: number,
    readonly capacity: number,
  ) {
    this.region = store.region(`queue of vCPU ${vcpu}`, 3 + capacity * CELLS);
  }

  get count(): number {
    return this.store.get(this.region.base);
  }

  get full(): boolean {
    return this.count >= this.capacity;
  }

  /** Whether what has been delivered so far came in the order in which it was queued. */
  get ordered(): boolean {
    return this.store.get(this.region.base + 2) === 0;
  }

  at(nth: number): Update {
    const cell = this.region.base + 3 + nth * CELLS;
    const get = (i: number): number => this.store.get(cell + i);
    return { kind: get(0), table: get(1), index: get(2), hi: get(3), lo: get(4), nth: get(5) };
  }

  all(): Update[] {
    return Array.from({ length: this.count }, (_, i) => this.at(i));
  }

  push(kind: number, table: number, index: number, hi: number, lo: number): void {
    const { count } = this;
    const cell = this.region.base + 3 + count * CELLS;
    [kind, table, index, hi, lo, count].forEach((value, i) => {
      this.store.set(cell + i, value);
    });
    this.store.set(this.region.base, count + 1);
  }

  /** Notes that an update is being delivered; its place must be the next one. */
  deliver(nth: number): void {
    const next = this.region.base + 1;
    if (this.at(nth).nth !== this.store.get(next)) this.store.set(next + 1, 1);
    this.store.set(next, this.store.get(next) + 1);
  }

  /** Empties it: cells go back to zero, so that two queues differ only in what they hold. */
  clear(): void {
    for (let cell = 3 + this.count * CELLS - 1; cell >= 3; cell--) this.store.set(this.region.base + cell, 0);
    this.store.set(this.region.base, 0);
    this.store.set(this.region.base + 1, 0);
  }
}
