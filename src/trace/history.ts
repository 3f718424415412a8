import { Int32Column } from './columns';

/**
 * Values that change in the course of a trace, each with the event that changed it. What a place held at any event is found by looking it up in
 * the place's own list of changes, so a jump costs the same wherever it goes: every change is its own keyframe.
 */
export class History {
  /** Numbers of places, by owner and by index there. */
  private readonly owners: (Map<number, number> | undefined)[] = [];
  private count = 0;
  private readonly logSlot = new Int32Column();
  private readonly logEvent = new Int32Column();
  private readonly logHi = new Int32Column();
  private readonly logLo = new Int32Column();
  /** The latest value of every place, while the trace is being read. */
  private readonly nowHi: number[] = [];
  private readonly nowLo: number[] = [];
  private start = new Int32Array(0);
  private event = new Int32Array(0);
  private hi = new Int32Array(0);
  private lo = new Int32Array(0);

  /** The number of a place, which gets one when it is asked for first. */
  private slot(owner: number, index: number): number {
    let places = this.owners[owner];
    if (places === undefined) {
      places = new Map();
      this.owners[owner] = places;
    }
    let slot = places.get(index);
    if (slot === undefined) {
      slot = this.count++;
      places.set(index, slot);
      this.nowHi.push(0);
      this.nowLo.push(0);
    }
    return slot;
  }

  /** Every place of an owner that ever held anything, in no order. */
  places(owner: number): Iterable<number> {
    return this.owners[owner]?.keys() ?? [];
  }

  /** From this event on the place holds the value. Events come in order. */
  set(owner: number, index: number, event: number, hi: number, lo: number): void {
    const slot = this.slot(owner, index);
    this.nowHi[slot] = hi;
    this.nowLo[slot] = lo;
    this.logSlot.push(slot);
    this.logEvent.push(event);
    this.logHi.push(hi);
    this.logLo.push(lo);
  }

  /** The latest value, while the trace is being read; undefined if there is none. */
  now(owner: number, index: number): { readonly hi: number; readonly lo: number } | undefined {
    const slot = this.owners[owner]?.get(index);
    return slot === undefined ? undefined : { hi: this.nowHi[slot] ?? 0, lo: this.nowLo[slot] ?? 0 };
  }

  /** Puts the changes of every place together. After this nothing is set any more. */
  finish(): void {
    const n = this.logSlot.length;
    const start = new Int32Array(this.count + 1);
    for (let i = 0; i < n; i++) start[this.logSlot.get(i) + 1]!++;
    for (let s = 0; s < this.count; s++) start[s + 1]! += start[s]!;
    const next = start.slice();
    this.event = new Int32Array(n);
    this.hi = new Int32Array(n);
    this.lo = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const to = next[this.logSlot.get(i)]!++;
      this.event[to] = this.logEvent.get(i);
      this.hi[to] = this.logHi.get(i);
      this.lo[to] = this.logLo.get(i);
    }
    this.start = start;
    for (const column of [this.logSlot, this.logEvent, this.logHi, this.logLo]) column.clear();
  }

  /** What a place held just after an event; undefined before its first change. */
  at(owner: number, index: number, event: number): Change | undefined {
    const slot = this.owners[owner]?.get(index);
    if (slot === undefined) return undefined;
    let low = this.start[slot] ?? 0;
    let high = this.start[slot + 1] ?? 0;
    const first = low;
    // The last change that is not after the event.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.event[middle] ?? 0) <= event) low = middle + 1;
      else high = middle;
    }
    if (low === first) return undefined;
    const i = low - 1;
    return { event: this.event[i] ?? 0, hi: this.hi[i] ?? 0, lo: this.lo[i] ?? 0 };
  }

  get bytes(): number {
    return this.event.byteLength * 3 + this.start.byteLength + this.count * 40;
  }
}

/** What a place has held since an event. */
export interface Change {
  /** The event that made it so. */
  readonly event: number;
  readonly hi: number;
  readonly lo: number;
}
