import { PAGE_CELLS, type Store } from '../kernel';

/**
 * Rows of a fixed number of cells, one per frame, that cost only what is touched: a guest of 1 GiB has a quarter of a million
 * frames, of which a run uses dozens. An untouched row reads as zeros.
 */
export class SparseTable {
  private readonly pages = new Map<number, number>();
  private readonly rowsPerPage: number;
  private rowsAt = -1;
  private rowsThen: readonly number[] = [];

  constructor(
    private readonly store: Store,
    /** Under which its pages are hashed: apart from memory's frames and from other tables. */
    private readonly key: number,
    readonly rowCells: number,
  ) {
    this.rowsPerPage = PAGE_CELLS / rowCells;
  }

  get(row: number, column: number): number {
    const page = this.pages.get(Math.floor(row / this.rowsPerPage));
    return page === undefined ? 0 : this.store.get(page + (row % this.rowsPerPage) * this.rowCells + column);
  }

  set(row: number, column: number, value: number): void {
    if (this.get(row, column) === value) return;
    this.store.set(this.cell(row, column), value);
  }

  /** The cell itself, made if need be. */
  cell(row: number, column: number): number {
    const number = Math.floor(row / this.rowsPerPage);
    let page = this.pages.get(number);
    if (page === undefined) {
      page = this.store.page((this.key + number * PAGE_CELLS) | 0);
      this.pages.set(number, page);
    }
    return page + (row % this.rowsPerPage) * this.rowCells + column;
  }

  /** Rows that are not all zero, ascending: what an invariant must look at. */
  rows(): readonly number[] {
    const changed = this.changed();
    if (changed !== this.rowsAt) {
      this.rowsAt = changed;
      this.rowsThen = [...this.pages.keys()].sort((a, b) => a - b).flatMap((number) => this.rowsOf(number));
    }
    return this.rowsThen;
  }

  private rowsOf(number: number): number[] {
    const page = this.pages.get(number) ?? 0;
    const { cells } = this.store;
    const out: number[] = [];
    for (let i = 0; i < this.rowsPerPage; i++)
      for (let column = 0; column < this.rowCells; column++)
        if (cells[page + i * this.rowCells + column] !== 0) {
          out.push(number * this.rowsPerPage + i);
          break;
        }
    return out;
  }

  /** When any of its cells was last written (see Store.changed). */
  private changed(): number {
    let latest = 0;
    for (const page of this.pages.values()) latest = Math.max(latest, this.store.changed(page, PAGE_CELLS));
    return latest;
  }
}
