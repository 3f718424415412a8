/** What a store's journal tells about its pages. */
interface Journal {
  readonly mark: number;
  readonly generation: number;
  readonly writes: (from: number, to: number, visit: (cell: number) => void) => void;
}

const PAGE_SHIFT = 10;

/**
 * For each page of 1,024 cells a stamp of its last write, brought up to date from the journal when somebody asks. Invariants are
 * evaluated at every release of a lock, and between two of them hardly anything changes: with stamps they look only at that.
 */
export class PageStamps {
  private stamps = new Int32Array(64);
  /** Stamp of everything: from before the last jump of the store. */
  private floor = 0;
  private now = 0;
  private mark = 0;
  private generation = -1;
  private asked = false;

  constructor(private readonly journal: Journal) {}

  /** The latest stamp of the pages that these cells lie in. */
  latest(from: number, cells: number): number {
    this.asked = true;
    this.refresh();
    let latest = this.floor;
    const last = Math.min((from + cells - 1) >> PAGE_SHIFT, this.stamps.length - 1);
    for (let page = from >> PAGE_SHIFT; page <= last; page++) {
      const stamp = this.stamps[page] as number;
      if (stamp > latest) latest = stamp;
    }
    return latest;
  }

  /** Writes back to a mark are about to be undone, each of which is told by `undone`, if this says that somebody ever asked. */
  undoing(mark: number): boolean {
    if (!this.asked) return false;
    this.now++;
    if (mark < this.mark) this.mark = mark;
    return true;
  }

  undone(cell: number): void {
    const page = cell >> PAGE_SHIFT;
    if (page >= this.stamps.length) this.grow(page);
    this.stamps[page] = this.now;
  }

  private refresh(): void {
    const { mark, generation } = this.journal;
    if (generation !== this.generation) {
      this.floor = ++this.now;
      this.generation = generation;
    } else if (mark > this.mark) {
      const stamp = ++this.now;
      this.journal.writes(this.mark, mark, (cell) => {
        const page = cell >> PAGE_SHIFT;
        if (page >= this.stamps.length) this.grow(page);
        this.stamps[page] = stamp;
      });
    }
    this.mark = mark;
  }

  private grow(page: number): void {
    const grown = new Int32Array(2 * page + 2);
    grown.set(this.stamps);
    this.stamps = grown;
  }
}
