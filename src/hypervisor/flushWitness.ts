import type { Region, Store } from '../kernel';

const CELLS = 7;
const BEGUN = 0;
const ENDED = 1;
const PAGE_BEGUN = 2;
const PAGE_ENDED = 3;
const VA_HI = 4;
const VA_LO = 5;
const JUST_LOADED = 6;

/** What a write to the witness means to somebody who reads the journal backwards. */
export type FlushMark =
  | { readonly kind: 'all'; readonly v: number; readonly nth: number }
  | { readonly kind: 'page'; readonly v: number; readonly nth: number };

/**
 * When each vCPU has flushed last, for invariants: cells that are written as a flush begins and as it has ended, so that the journal
 * tells what was in guest memory since. A CR3 load and a change of mode flush all, INVLPG one page. Nothing reads it but the
 * invariant; no part of the state's identity. For I18 it knows who has just given the lock back in the midst of a CR3 load.
 */
export class FlushWitness {
  readonly region: Region;

  constructor(
    private readonly store: Store,
    private readonly vcpus: number,
  ) {
    this.region = store.witness('flush witness', vcpus * CELLS);
  }

  private at(v: number, field: number): number {
    return this.region.base + v * CELLS + field;
  }

  private get(v: number, field: number): number {
    return this.store.get(this.at(v, field));
  }

  beginAll(v: number): void {
    this.store.set(this.at(v, BEGUN), this.get(v, BEGUN) + 1);
  }

  endAll(v: number): void {
    this.store.set(this.at(v, ENDED), this.get(v, BEGUN));
  }

  beginPage(v: number, vaHi: number, vaLo: number): void {
    this.store.set(this.at(v, VA_HI), vaHi);
    this.store.set(this.at(v, VA_LO), vaLo);
    this.store.set(this.at(v, PAGE_BEGUN), this.get(v, PAGE_BEGUN) + 1);
  }

  endPage(v: number): void {
    this.store.set(this.at(v, PAGE_ENDED), this.get(v, PAGE_BEGUN));
  }

  /** A CR3 load of vCPU v has given the lock back, or goes on. */
  loaded(v: number, just: boolean): void {
    this.store.set(this.at(v, JUST_LOADED), just ? 1 : 0);
  }

  justLoaded(v: number): boolean {
    return this.get(v, JUST_LOADED) !== 0;
  }

  /** Whether vCPU v is in the middle of a flush of everything. */
  flushing(v: number): boolean {
    return this.get(v, BEGUN) !== this.get(v, ENDED);
  }

  /** Whether the flush of that number is over. Its effect is promised only then. */
  over({ kind, v, nth }: FlushMark): boolean {
    return nth <= this.get(v, kind === 'all' ? ENDED : PAGE_ENDED);
  }

  /** The flush that begins with a journal record of this cell and new value; undefined if none does. */
  markOf(cell: number, now: number): FlushMark | undefined {
    const v = Math.floor((cell - this.region.base) / CELLS);
    if (cell < this.region.base || v >= this.vcpus) return undefined;
    const field = (cell - this.region.base) % CELLS;
    if (field === BEGUN) return { kind: 'all', v, nth: now };
    return field === PAGE_BEGUN ? { kind: 'page', v, nth: now } : undefined;
  }

  /** The cells of the page that vCPU v has invalidated last: [high half, low half]. */
  pageCells(v: number): readonly [number, number] {
    return [this.at(v, VA_HI), this.at(v, VA_LO)];
  }
}
