import { type Region, Store } from '../../kernel';
import { Contention, type Noted } from './contention';

/** A store that notes who reads and writes which cells, once `contention` is there to note it. */
export class NotingStore extends Store {
  contention = new Contention({ lockCells: [], users: [], buffers: [] });

  override get(cell: number): number {
    this.contention.read(cell);
    return this.cells[cell] as number;
  }

  /** Also a write of the value that is there already: at another time it might be another. */
  override set(cell: number, value: number): void {
    this.contention.write(cell);
    super.set(cell, value);
  }

  /** Whoever asks this reads the cells themselves only if they have changed: to depend on them is to read them. */
  override changed(from: number, cells: number): number {
    this.contention.readRange(from, cells);
    return super.changed(from, cells);
  }

  /** A page that was not there was read as zeros, and nobody could note that. */
  override page(key: number, identity = true): number {
    this.contention.grown++;
    return super.page(key, identity);
  }

  /** Begins to note uses of the cells that are there and that come. */
  noteFrom(noted: Omit<Noted, 'lockCells'>, counters: Region): void {
    this.contention = new Contention({ ...noted, lockCells: this.lockCells });
    this.contention.ignore(counters.base, counters.cells);
  }
}
