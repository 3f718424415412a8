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
  /** Contents that pages handed out after the first keyframe had before their first write. */
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
    if (before !== undefined && before.pages.length < pageCount) {
      this.rememberFirst(before.mark, before.pages.length, pages);
    }
    this.frames.push({ mark: store.mark, hashLo: store.hashLo, hashHi: store.hashHi, pages, changed });
  }

  /** Forgets keyframes beyond a mark, when the record is cut there. */
  truncate(mark: number): void {
    while (this.frames.length > 1 && (this.frames.at(-1) as Keyframe).mark > mark) this.frames.pop();
  }

  get bytes(): number {
    const kept = this.frames.reduce((sum, f) => sum + f.changed.length, this.before.size);
    return kept * PAGE_CELLS * 4;
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

  /**
   * Pages handed out after the keyframe at `from`: what they held before their first write is what they hold now with the
   * writes since then taken back.
   */
  private rememberFirst(from: number, firstNew: number, pages: readonly Int32Array[]): void {
    for (let p = firstNew; p < pages.length; p++) this.before.set(p, (pages[p] as Int32Array).slice());
    const seen = new Set<number>();
    this.store.writes(from, this.store.mark, (cell, old) => {
      if (cell < firstNew * PAGE_CELLS || seen.has(cell)) return;
      seen.add(cell);
      (this.before.get(Math.floor(cell / PAGE_CELLS)) as Int32Array)[cell % PAGE_CELLS] = old;
    });
  }

  /** What a page handed out after the target keyframe held before its first write. */
  private firstContent(p: number): Int32Array {
    const known = this.before.get(p);
    if (known !== undefined) return known;
    // Handed out after the last keyframe: all its writes are in the record since then.
    const content = this.store.cells.slice(p * PAGE_CELLS, (p + 1) * PAGE_CELLS);
    const seen = new Set<number>();
    this.store.writes((this.frames.at(-1) as Keyframe).mark, this.store.recorded, (cell, old) => {
      if (Math.floor(cell / PAGE_CELLS) !== p || seen.has(cell)) return;
      seen.add(cell);
      content[cell % PAGE_CELLS] = old;
    });
    return content;
  }
}
