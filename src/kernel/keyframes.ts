import { PAGE_CELLS, type Store } from './store';

/** How many steps lie between two keyframes: a jump replays at most half of this from the nearer side. */
export const KEYFRAME_STEPS = 16_384;

interface Keyframe {
  readonly mark: number;
  readonly hashLo: number;
  readonly hashHi: number;
  /** Page contents, shared with the keyframe before where nothing in the page changed. */
  readonly pages: readonly Int32Array[];
  /** Pages that changed since the keyframe before. */
  readonly changed: readonly number[];
}

/**
 * Bounded seeks over a store's journal. A keyframe copies only the pages written since the one before;
 * a jump copies only the pages that differ between where we are and the keyframe it starts from.
 */
export class Keyframes {
  private readonly frames: Keyframe[] = [];
  /** Contents that late pages had before their first write: found once, since finding them reads the whole record so far. */
  private readonly before = new Map<number, Int32Array>();

  constructor(private readonly store: Store) {
    this.capture();
  }

  /** Records the present state. Call at ever greater marks only; a second call at the same one does nothing. */
  capture(): void {
    const { store } = this;
    const before = this.frames.at(-1);
    if (before?.mark === store.mark) return;
    const pageCount = Math.ceil(store.size / PAGE_CELLS);
    const dirty = new Uint8Array(pageCount);
    if (before === undefined) dirty.fill(1);
    else {
      store.writes(before.mark, store.mark, (cell) => {
        dirty[Math.floor(cell / PAGE_CELLS)] = 1;
      });
      // A page handed out since then is new even if nothing but its preset contents is in it.
      for (let p = before.pages.length; p < pageCount; p++) dirty[p] = 1;
    }
    const pages: Int32Array[] = [];
    const changed: number[] = [];
    for (let p = 0; p < pageCount; p++) {
      const shared = dirty[p] === 0 ? before?.pages[p] : undefined;
      if (shared !== undefined) pages.push(shared);
      else {
        pages.push(store.cells.slice(p * PAGE_CELLS, (p + 1) * PAGE_CELLS));
        changed.push(p);
      }
    }
    this.frames.push({ mark: store.mark, hashLo: store.hashLo, hashHi: store.hashHi, pages, changed });
  }

  /** Forgets keyframes beyond a mark, when the record is cut there. */
  truncate(mark: number): void {
    while (this.frames.length > 1 && (this.frames.at(-1) as Keyframe).mark > mark) this.frames.pop();
  }

  get bytes(): number {
    return this.frames.reduce((sum, f) => sum + f.changed.length * PAGE_CELLS * 4, 0);
  }

  /** Moves the store to `mark`, through the nearest keyframe if that replays less of the journal. */
  seek(mark: number): void {
    const { store, frames } = this;
    const here = store.mark;
    let best = -1;
    let least = Math.abs(mark - here);
    let lo = 0;
    let hi = frames.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if ((frames[mid] as Keyframe).mark <= mark) lo = mid;
      else hi = mid - 1;
    }
    for (const k of [lo, lo + 1]) {
      const frame = frames[k];
      if (frame === undefined) continue;
      const cost = Math.abs(mark - frame.mark);
      if (cost < least) {
        least = cost;
        best = k;
      }
    }
    if (best >= 0) this.restore(best);
    store.seek(mark);
  }

  /**
   * Only pages written between here and the keyframe can differ from it. They are those changed by the keyframes in
   * between, plus what the journal says for the two open ends.
   */
  private restore(k: number): void {
    const { store, frames } = this;
    const target = frames[k] as Keyframe;
    const here = store.mark;
    const from = Math.min(here, target.mark);
    const to = Math.max(here, target.mark);
    const differs = new Set<number>();
    let covered = from;
    for (const frame of frames) {
      if (frame.mark <= from) continue;
      if (frame.mark > to && covered >= to) break;
      for (const p of frame.changed) differs.add(p);
      covered = frame.mark;
    }
    if (covered < to)
      store.writes(Math.max(covered, from), to, (cell) => differs.add(Math.floor(cell / PAGE_CELLS)));
    for (const p of differs) {
      const content = target.pages[p] ?? this.firstContent(p);
      store.restorePage(p, content);
    }
    store.jumped(target.mark, target.hashLo, target.hashHi);
  }

  /** A page handed out after the target keyframe: its contents then were what they were before its first journaled write. */
  private firstContent(p: number): Int32Array {
    const known = this.before.get(p);
    if (known !== undefined) return known;
    const first = this.frames.find((f) => f.pages[p] !== undefined);
    const base = first?.pages[p]?.slice() ?? this.store.cells.slice(p * PAGE_CELLS, (p + 1) * PAGE_CELLS);
    const end = first?.mark ?? this.store.recorded;
    const seen = new Set<number>();
    this.store.writes(0, end, (cell, old) => {
      if (Math.floor(cell / PAGE_CELLS) !== p || seen.has(cell)) return;
      seen.add(cell);
      base[cell % PAGE_CELLS] = old;
    });
    this.before.set(p, base);
    return base;
  }
}
