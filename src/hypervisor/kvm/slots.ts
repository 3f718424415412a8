import { ensure } from '../../base';
import type { Region, Store } from '../../kernel';
import { SparseTable } from '../sparse';
import { MEM_LOG_DIRTY_PAGES, MEM_READONLY, pagesPerHpage } from './constants';
import { WRITE_PROTECT } from './pteList';

const GFN_KEY = 0x3000_0000;
const HOST_KEY = 0x3c00_0000;
export const MAX_SLOTS = 16;

/** What is kept of a slot. `frame` is the host page that backs its first gfn. */
const SLOT_CELLS = 5;
const USED = 0;
const BASE = 1;
const PAGES = 2;
const FRAME = 3;
const FLAGS = 4;

/** Per gfn: heads of the reverse maps of the three page sizes, write tracking, reasons against large pages, dirty bit. */
const TRACK = 3;
const DISALLOW = 4; // levels 2 and 3
const DIRTY = 6;
/** The host page behind the gfn, plus one, where that is not the one its slot says. */
const BACKING = 7;
const GFN_CELLS = 8;

/** A host page: backed by a page of its own; given up (the next touch brings zeros); or the shared zero page, read-only. */
export const HOST_PRESENT = 0;
export const HOST_GONE = 1;
export const HOST_ZERO = 2;
const HOST_CELLS = 4;
const HUGE = 1;
/** The host knows that the page was written; and a processor has set D for it in an spte, which only an invariant looks at. */
const HOST_DIRTY = 2;
const WRITTEN = 3;

/** Memory slots, what is kept per gfn in them, and the host pages behind them. Sheet 1.1, 1.5, 3.2. */
export class Slots {
  private readonly slots: Region;
  /** Cells: generation of the slots; whether the host has ever put another page behind a frame. */
  private readonly book: Region;
  private readonly gfns: SparseTable;
  private readonly host: SparseTable;
  /** A cache of where things are, for names; not state. */
  private readonly gfnAt = new Map<number, number>();

  constructor(private readonly store: Store) {
    this.slots = store.region('memory slots', MAX_SLOTS * SLOT_CELLS);
    this.book = store.region('memory slot generation', 2);
    this.gfns = new SparseTable(store, GFN_KEY, GFN_CELLS);
    this.host = new SparseTable(store, HOST_KEY, HOST_CELLS);
  }

  private cell(slot: number, field: number): number {
    ensure(slot >= 0 && slot < MAX_SLOTS, `a memory slot's number is below ${MAX_SLOTS}, not ${slot}`);
    return this.slots.base + slot * SLOT_CELLS + field;
  }

  private get(slot: number, field: number): number {
    return this.store.get(this.cell(slot, field));
  }

  /** Defines a slot; with no pages it is deleted. */
  define(slot: number, base: number, pages: number, frame: number, flags: number): void {
    const same = this.base(slot) === base && this.pages(slot) === pages && this.frame(slot) === frame;
    if (this.moved && !same) {
      this.forgetBacking(this.base(slot), this.pages(slot));
      this.forgetBacking(base, pages);
    }
    [pages === 0 ? 0 : 1, base, pages, frame, flags].forEach((value, field) => {
      this.store.set(this.cell(slot, field), pages === 0 ? 0 : value);
    });
  }

  exists(slot: number): boolean {
    return this.get(slot, USED) !== 0;
  }

  base(slot: number): number {
    return this.get(slot, BASE);
  }

  pages(slot: number): number {
    return this.get(slot, PAGES);
  }

  flags(slot: number): number {
    return this.get(slot, FLAGS);
  }

  frame(slot: number): number {
    return this.get(slot, FRAME);
  }

  setFlags(slot: number, flags: number): void {
    this.store.set(this.cell(slot, FLAGS), flags);
  }

  readOnly(slot: number): boolean {
    return (this.flags(slot) & MEM_READONLY) !== 0;
  }

  /** kvm_slot_dirty_track_enabled. */
  logsDirty(slot: number): boolean {
    return slot >= 0 && (this.flags(slot) & MEM_LOG_DIRTY_PAGES) !== 0;
  }

  /** The slot a gfn lies in; -1 if none. */
  of(gfn: number): number {
    for (let slot = 0; slot < MAX_SLOTS; slot++) {
      const first = this.slots.base + slot * SLOT_CELLS;
      if (this.store.get(first + USED) === 0) continue;
      const base = this.store.get(first + BASE);
      if (gfn >= base && gfn < base + this.store.get(first + PAGES)) return slot;
    }
    return -1;
  }

  /** The host page behind a gfn, as a machine frame; -1 without a slot. */
  mfn(gfn: number): number {
    const slot = this.of(gfn);
    if (slot < 0) return -1;
    const backing = this.moved ? this.gfns.get(gfn, BACKING) : 0;
    return backing === 0 ? this.frame(slot) + gfn - this.base(slot) : backing - 1;
  }

  private get moved(): boolean {
    return this.store.get(this.book.base + 1) !== 0;
  }

  private forgetBacking(base: number, pages: number): void {
    for (let gfn = base; gfn < base + pages; gfn++) this.gfns.set(gfn, BACKING, 0);
  }

  /** The host puts another page of its own behind a gfn. */
  setBacking(gfn: number, mfn: number): void {
    this.store.set(this.book.base + 1, 1);
    this.gfns.set(gfn, BACKING, mfn + 1);
  }

  get totalPages(): number {
    let sum = 0;
    for (let slot = 0; slot < MAX_SLOTS; slot++) sum += this.pages(slot);
    return sum;
  }

  /** Every gfn that a host page backs: slots may overlap in it. */
  gfnsOfFrame(mfn: number): number[] {
    const out: number[] = [];
    if (this.moved) {
      for (let slot = 0; slot < MAX_SLOTS; slot++)
        for (let gfn = this.base(slot); gfn < this.base(slot) + this.pages(slot); gfn++)
          if (this.mfn(gfn) === mfn) out.push(gfn);
      return out;
    }
    for (let slot = 0; slot < MAX_SLOTS; slot++) {
      const at = mfn - this.frame(slot);
      if (this.exists(slot) && at >= 0 && at < this.pages(slot)) out.push(this.base(slot) + at);
    }
    return out;
  }

  /** Changes at every change of a slot: MMIO sptes carry it. */
  get generation(): number {
    return this.store.get(this.book.base);
  }

  nextGeneration(): void {
    this.store.set(this.book.base, this.generation + 1);
  }

  // ---- per gfn -----------------------------------------------------------------------------------------------------

  /** Reverse maps that are not empty. */
  mapped(): { readonly gfn: number; readonly level: number }[] {
    return this.gfns
      .rows()
      .flatMap((gfn) => [1, 2, 3].map((level) => ({ gfn, level })))
      .filter(({ gfn, level }) => gfn % pagesPerHpage(level) === 0 && this.rmap(gfn, level) !== 0);
  }

  /** Head of the reverse map of a gfn for pages of a level, without its mark. */
  rmap(gfn: number, level: number): number {
    return this.gfns.get(this.first(gfn, level), level - 1) & ~WRITE_PROTECT;
  }

  setRmap(gfn: number, level: number, head: number): void {
    const row = this.first(gfn, level);
    this.gfns.set(row, level - 1, head | (this.gfns.get(row, level - 1) & WRITE_PROTECT));
  }

  /** The whole head word of a gfn's reverse map for small pages, with the proposal's mark: what vCPUs race on. */
  rmapWord(gfn: number): number {
    return this.gfns.get(gfn, 0);
  }

  /** Its cell. */
  rmapCell(gfn: number): number {
    const cell = this.gfns.cell(gfn, 0);
    this.gfnAt.set(cell, gfn);
    return cell;
  }

  /** The gfn whose head word lies in a cell that `rmapCell` has named; -1 for other cells. */
  gfnOfRmapCell(cell: number): number {
    return this.gfnAt.get(cell) ?? -1;
  }

  setRmapWord(gfn: number, word: number): void {
    this.gfns.set(gfn, 0, word);
  }

  private first(gfn: number, level: number): number {
    return gfn - (gfn % pagesPerHpage(level));
  }

  /** kvm_slot_page_track_is_active: the gfn backs a shadow page of level 2 or more. */
  tracked(gfn: number): boolean {
    return this.gfns.get(gfn, TRACK) !== 0;
  }

  trackCount(gfn: number): number {
    return this.gfns.get(gfn, TRACK);
  }

  track(gfn: number, by: number): void {
    this.gfns.set(gfn, TRACK, this.trackCount(gfn) + by);
  }

  /** Large pages over a gfn that backs a shadow page are forbidden: counted for each size. */
  disallowLarge(gfn: number, by: number): void {
    for (const level of [2, 3]) {
      const row = this.first(gfn, level);
      this.gfns.set(row, DISALLOW + level - 2, this.gfns.get(row, DISALLOW + level - 2) + by);
    }
  }

  /** Whether a page of a level over a gfn is forbidden: by a shadow page, or because it does not fit the slot or its backing. */
  largeDisallowed(gfn: number, level: number): boolean {
    const row = this.first(gfn, level);
    if (this.gfns.get(row, DISALLOW + level - 2) !== 0) return true;
    const slot = this.of(gfn);
    if (slot < 0) return true;
    const pages = pagesPerHpage(level);
    if ((this.base(slot) - this.frame(slot)) % pages !== 0) return true;
    return row < this.base(slot) || row + pages > this.base(slot) + this.pages(slot);
  }

  dirty(gfn: number): boolean {
    return this.gfns.get(gfn, DIRTY) !== 0;
  }

  setDirty(gfn: number, on: boolean): void {
    this.gfns.set(gfn, DIRTY, on ? 1 : 0);
  }

  // ---- the host's side ---------------------------------------------------------------------------------------------

  hostState(mfn: number): number {
    return this.host.get(mfn, 0);
  }

  setHostState(mfn: number, state: number): void {
    this.host.set(mfn, 0, state);
  }

  /** Whether the host backs the 2 MiB around a frame with one large page. */
  hostHuge(mfn: number): boolean {
    return this.host.get(mfn - (mfn % 512), HUGE) !== 0;
  }

  hostDirty(mfn: number): boolean {
    return this.host.get(mfn, HOST_DIRTY) !== 0;
  }

  setHostDirty(mfn: number): void {
    if (!this.hostDirty(mfn)) this.host.set(mfn, HOST_DIRTY, 1);
  }

  written(mfn: number): boolean {
    return this.host.get(mfn, WRITTEN) !== 0;
  }

  /** Pages of which `written` holds. */
  writtenPages(): number[] {
    return this.host.rows().filter((mfn) => this.written(mfn));
  }

  setWritten(mfn: number): void {
    if (!this.written(mfn)) this.host.set(mfn, WRITTEN, 1);
  }

  setHostHuge(mfn: number, on: boolean): void {
    this.host.set(mfn - (mfn % 512), HUGE, on ? 1 : 0);
  }
}
