import { PAGE_CELLS, type Region, type Store } from '../../kernel';
import { SparseTable } from '../sparse';
import { ENTRIES } from './constants';
import { roleLevel } from './role';

const KEY = 0x1000_0000;
const TRANSLATION_KEY = 0x1800_0000;
const HASH_KEY = 0x2c00_0000;

/** Fields of kvm_mmu_page in the order of their cells; the bitmap of unsync children (16 cells) follows (sheet 1.2). */
const FIELDS = {
  /** 1 from allocation until the page is freed. */
  used: 0,
  gfn: 1,
  role: 2,
  rootCount: 3,
  unsync: 4,
  unsyncChildren: 5,
  writeFlooding: 6,
  validGen: 7,
  /** Head of the list of sptes that point to this page (see pteList.ts). */
  parents: 8,
  /** active_mmu_pages: neighbours by frame, 0 at the ends; newest at the head. */
  older: 9,
  newer: 10,
  /** Next page of the same gfn, newest first. */
  hashNext: 11,
  /** On the active list. */
  active: 12,
} as const;
const BITMAP = 16;
const ROW = 32;

export type PageField = keyof typeof FIELDS;

/**
 * Every shadow page of the VM, by the machine frame of its table. The hash of the kernel (4,096 buckets by gfn) is kept as one
 * chain per gfn: what is looked up in it, and in what order it is visited, is the same.
 */
export class ShadowPages {
  private readonly rows: SparseTable;
  /** shadowed_translation: per spte its gfn and the guest's rights: pages of their own. */
  private readonly translations = new Map<number, number>();
  private readonly chains: SparseTable;
  /** Cells: newest and oldest of the active list, pages in use, next frame never used, first freed frame. */
  private readonly book: Region;

  constructor(
    private readonly store: Store,
    /** First machine frame of the hypervisor's own. */
    readonly firstFrame: number,
  ) {
    this.rows = new SparseTable(store, KEY, ROW);
    this.chains = new SparseTable(store, HASH_KEY, 1);
    this.book = store.region('shadow page lists', 5);
  }

  get(sfn: number, field: PageField): number {
    return this.rows.get(sfn - this.firstFrame, FIELDS[field]);
  }

  set(sfn: number, field: PageField, value: number): void {
    this.rows.set(sfn - this.firstFrame, FIELDS[field], value);
  }

  level(sfn: number): number {
    return roleLevel(this.get(sfn, 'role'));
  }

  /** Whether a machine frame is the table of a shadow page. */
  owns(frame: number): boolean {
    return frame >= this.firstFrame && this.get(frame, 'used') !== 0;
  }

  // ---- children that are unsync ------------------------------------------------------------------------------

  childBit(sfn: number, index: number): boolean {
    return (this.rows.get(sfn - this.firstFrame, BITMAP + (index >>> 5)) & (1 << (index & 31))) !== 0;
  }

  setChildBit(sfn: number, index: number, on: boolean): void {
    const column = BITMAP + (index >>> 5);
    const now = this.rows.get(sfn - this.firstFrame, column);
    const bit = 1 << (index & 31);
    this.rows.set(sfn - this.firstFrame, column, on ? now | bit : now & ~bit);
  }

  /** Indices whose bit is set, ascending, as they stand now. */
  childBits(sfn: number): number[] {
    const out: number[] = [];
    for (let word = 0; word < ENTRIES / 32; word++) {
      const bits = this.rows.get(sfn - this.firstFrame, BITMAP + word);
      if (bits === 0) continue;
      for (let bit = 0; bit < 32; bit++) if ((bits & (1 << bit)) !== 0) out.push(32 * word + bit);
    }
    return out;
  }

  // ---- translations that entries shadow -----------------------------------------------------------------------

  private translation(sfn: number): number {
    let page = this.translations.get(sfn);
    if (page === undefined) {
      page = this.store.page((TRANSLATION_KEY + (sfn - this.firstFrame) * PAGE_CELLS) | 0);
      this.translations.set(sfn, page);
    }
    return page;
  }

  /** Gfn that an entry was built for; 0 where nothing was. Indirect pages only. */
  shadowedGfn(sfn: number, index: number): number {
    const page = this.translations.get(sfn);
    return page === undefined ? 0 : this.store.get(page + 2 * index);
  }

  /** Guest's rights that an entry was built with, ACC_*. Indirect pages only. */
  shadowedAccess(sfn: number, index: number): number {
    const page = this.translations.get(sfn);
    return page === undefined ? 0 : this.store.get(page + 2 * index + 1);
  }

  setTranslation(sfn: number, index: number, gfn: number, access: number): void {
    const page = this.translation(sfn);
    this.store.set(page + 2 * index, gfn);
    this.store.set(page + 2 * index + 1, access);
  }

  setAccess(sfn: number, index: number, access: number): void {
    this.store.set(this.translation(sfn) + 2 * index + 1, access);
  }

  private clearTranslations(sfn: number): void {
    const page = this.translations.get(sfn);
    if (page !== undefined) for (let i = 0; i < PAGE_CELLS; i++) this.store.set(page + i, 0);
  }

  // ---- lists -------------------------------------------------------------------------------------------------------

  private bookGet(place: number): number {
    return this.store.get(this.book.base + place);
  }

  private bookSet(place: number, value: number): void {
    this.store.set(this.book.base + place, value);
  }

  get oldest(): number {
    return this.bookGet(1);
  }

  get newest(): number {
    return this.bookGet(0);
  }

  /** n_used_mmu_pages. */
  get usedCount(): number {
    return this.bookGet(2);
  }

  addUsed(by: number): void {
    this.bookSet(2, this.bookGet(2) + by);
  }

  /** A fresh page, at the head of the active list and of its gfn's chain. Its table is all zero. */
  allocate(gfn: number, role: number, gen: number): number {
    const freed = this.bookGet(4);
    const sfn = freed === 0 ? this.firstFrame + this.bookGet(3) : freed;
    if (freed === 0) this.bookSet(3, this.bookGet(3) + 1);
    else this.bookSet(4, this.get(freed, 'hashNext'));
    this.set(sfn, 'used', 1);
    this.set(sfn, 'gfn', gfn);
    this.set(sfn, 'role', role);
    this.set(sfn, 'validGen', gen);
    this.set(sfn, 'active', 1);
    const newest = this.newest;
    this.set(sfn, 'older', newest);
    if (newest === 0) this.bookSet(1, sfn);
    else this.set(newest, 'newer', sfn);
    this.bookSet(0, sfn);
    this.set(sfn, 'hashNext', this.chains.get(gfn, 0));
    this.chains.set(gfn, 0, sfn);
    this.addUsed(1);
    return sfn;
  }

  /** Takes a page off the active list. */
  retire(sfn: number): void {
    const older = this.get(sfn, 'older');
    const newer = this.get(sfn, 'newer');
    if (older === 0) this.bookSet(1, newer);
    else this.set(older, 'newer', newer);
    if (newer === 0) this.bookSet(0, older);
    else this.set(newer, 'older', older);
    this.set(sfn, 'older', 0);
    this.set(sfn, 'newer', 0);
    this.set(sfn, 'active', 0);
  }

  /** Gives the page back: out of its gfn's chain, every field zero. */
  free(sfn: number): void {
    const gfn = this.get(sfn, 'gfn');
    const next = this.get(sfn, 'hashNext');
    let at = this.chains.get(gfn, 0);
    if (at === sfn) this.chains.set(gfn, 0, next);
    else {
      while (this.get(at, 'hashNext') !== sfn) at = this.get(at, 'hashNext');
      this.set(at, 'hashNext', next);
    }
    for (let i = 0; i < ROW; i++) this.rows.set(sfn - this.firstFrame, i, 0);
    this.clearTranslations(sfn);
    this.set(sfn, 'hashNext', this.bookGet(4));
    this.bookSet(4, sfn);
  }

  /** Pages of a gfn, newest first, as they stand now: invalid and obsolete ones too. */
  ofGfn(gfn: number): number[] {
    const out: number[] = [];
    for (let at = this.chains.get(gfn, 0); at !== 0; at = this.get(at, 'hashNext')) out.push(at);
    return out;
  }

  /** Pages on the active list, oldest first. */
  *activePages(): Iterable<number> {
    for (let at = this.oldest; at !== 0; at = this.get(at, 'newer')) yield at;
  }
}
