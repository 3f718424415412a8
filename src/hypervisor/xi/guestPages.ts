import type { Store } from '../../kernel';
import { SparseTable } from '../sparse';
import type { Kits } from './kits';

const KEY = 0x1800_0000;

/** What is kept of a guest page (sheet 4.5). Links are kept + 1, so that 0 is none. */
const FIELDS = {
  /** Slot + 1 of the first SPTE in its chain. */
  chainHead: 0,
  /** It is in use as a page table: some SPTI shadows it. */
  isGpt: 1,
  /** Kit + 1 of the first SPTI that shadows it. */
  sptis: 2,
  /** Written since the log was last cleared. */
  dirty: 3,
  /** Writable SPTEs of 4 KiB that map it. */
  writers: 4,
  /** Slot + 1 of the last writable SPTE that was installed: the one hint of the incumbent (sheet 3). */
  hint: 5,
  /** SPTIs of it that were recycled: when one is made again, that is a refault. */
  recycled: 6,
  /** As first frame of a large page: how many of the pages in it are page tables. */
  gptsWithin: 7,
  /** Every entry that maps it is in its chain: of page tables, where only these have backlinks. */
  complete: 8,
} as const;
const ROW = 16;

export type PageField = keyof typeof FIELDS;

/** The records of the guest's pages, by guest frame. */
export class GuestPages {
  private readonly rows: SparseTable;

  constructor(
    store: Store,
    private readonly kits: Kits,
  ) {
    this.rows = new SparseTable(store, KEY, ROW);
  }

  get(gfn: number, field: PageField): number {
    return this.rows.get(gfn, FIELDS[field]);
  }

  set(gfn: number, field: PageField, value: number): void {
    this.rows.set(gfn, FIELDS[field], value);
  }

  add(gfn: number, field: PageField, by: number): void {
    this.set(gfn, field, this.get(gfn, field) + by);
  }

  isGpt(gfn: number): boolean {
    return this.get(gfn, 'isGpt') !== 0;
  }

  /** Whether some SPTE lets the guest write a page table: a property of the page, kept in each of its SPTIs (sheet 5.8a). */
  mayBeWritten(gfn: number): boolean {
    for (let at = this.get(gfn, 'sptis'); at !== 0; at = this.kits.get(at - 1, 'nextOfPage'))
      if (this.kits.get(at - 1, 'guestMayWrite') !== 0) return true;
    return false;
  }

  /** SPTIs of a page, in the order made. */
  sptis(gfn: number): number[] {
    const out: number[] = [];
    for (let at = this.get(gfn, 'sptis'); at !== 0; at = this.kits.get(at - 1, 'nextOfPage'))
      out.push(at - 1);
    return out;
  }

  /** Adds an SPTI behind those the page has. */
  append(gfn: number, kit: number): void {
    const last = this.sptis(gfn).at(-1);
    if (last === undefined) this.set(gfn, 'sptis', kit + 1);
    else this.kits.set(last, 'nextOfPage', kit + 1);
  }

  drop(gfn: number, kit: number): void {
    const next = this.kits.get(kit, 'nextOfPage');
    const before = this.sptis(gfn).find((other) => this.kits.get(other, 'nextOfPage') === kit + 1);
    if (before === undefined) this.set(gfn, 'sptis', next);
    else this.kits.set(before, 'nextOfPage', next);
    this.kits.set(kit, 'nextOfPage', 0);
  }

  /** Pages of which something is kept, ascending. */
  known(): readonly number[] {
    return this.rows.rows();
  }
}
