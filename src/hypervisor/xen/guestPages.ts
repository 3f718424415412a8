import type { Store } from '../../kernel';
import { SparseTable } from '../sparse';
import { PGC_PAGE_TABLE, SHF_OOS_MAY_WRITE, SHF_OUT_OF_SYNC, SHF_TYPES } from './types';

const KEY = 0x2000_0000;
const COUNT_INFO = 0;
const SHADOW_FLAGS = 1;
const WRITERS = 2;
const REFS = 3;
const FOREIGN = 4;
const DIRTY = 5;
const PAGE_TYPE = 6;

/**
 * Xen's descriptor of each guest page (struct page_info), by mfn: is it a table, which shadows does it have, is it out of
 * sync, and how many writable mappings exist. Sheet 1.5.
 */
export class GuestPages {
  readonly table: SparseTable;

  constructor(store: Store) {
    this.table = new SparseTable(store, KEY, 8);
  }

  /** PGC_page_table: the page has at least one shadow. */
  isPageTable(gmfn: number): boolean {
    return (this.table.get(gmfn, COUNT_INFO) & PGC_PAGE_TABLE) !== 0;
  }

  setPageTable(gmfn: number, on: boolean): void {
    const now = this.table.get(gmfn, COUNT_INFO);
    this.table.set(gmfn, COUNT_INFO, on ? now | PGC_PAGE_TABLE : now & ~PGC_PAGE_TABLE);
  }

  /** shadow_flags as it stands: meaningful only while the page is a table (demotion leaves its bits). */
  flags(gmfn: number): number {
    return this.table.get(gmfn, SHADOW_FLAGS);
  }

  setFlags(gmfn: number, flags: number): void {
    this.table.set(gmfn, SHADOW_FLAGS, flags);
  }

  /** The type bits, 1 << type each; 0 if the page is no table. */
  typeBits(gmfn: number): number {
    return this.isPageTable(gmfn) ? this.flags(gmfn) & SHF_TYPES : 0;
  }

  /** mfn_is_out_of_sync: the shadow may differ from the page. */
  outOfSync(gmfn: number): boolean {
    return this.isPageTable(gmfn) && (this.flags(gmfn) & SHF_OUT_OF_SYNC) !== 0;
  }

  /** mfn_oos_may_write: the guest may hold writable mappings. */
  oosMayWrite(gmfn: number): boolean {
    return this.isPageTable(gmfn) && (this.flags(gmfn) & SHF_OOS_MAY_WRITE) !== 0;
  }

  /** Count of type PGT_writable_page: writable shadow entries that map the page, and writers outside the guest. */
  writers(gmfn: number): number {
    return this.table.get(gmfn, WRITERS);
  }

  addWriters(gmfn: number, by: number): void {
    this.table.set(gmfn, WRITERS, this.writers(gmfn) + by);
  }

  /** General references taken by shadow entries that map the page, one each. */
  refs(gmfn: number): number {
    return this.table.get(gmfn, REFS);
  }

  addRefs(gmfn: number, by: number): void {
    this.table.set(gmfn, REFS, this.refs(gmfn) + by);
  }

  /** Of the writers, those no shadow entry accounts for: grants to other domains. */
  foreignWriters(gmfn: number): number {
    return this.table.get(gmfn, FOREIGN);
  }

  addForeignWriters(gmfn: number, by: number): void {
    this.table.set(gmfn, FOREIGN, this.foreignWriters(gmfn) + by);
    this.addWriters(gmfn, by);
  }

  /** Its bit in the dirty log: the guest has written it, or may have, since the log was started or read. */
  dirty(gmfn: number): boolean {
    return this.table.get(gmfn, DIRTY) !== 0;
  }

  setDirty(gmfn: number, on: boolean): void {
    this.table.set(gmfn, DIRTY, on ? 1 : 0);
  }

  /** Of a PV domain: which level of table the page is for its guest (PGT_l1_page_table to PGT_l4_page_table); 0: none. */
  pageType(gmfn: number): number {
    return this.table.get(gmfn, PAGE_TYPE);
  }

  setPageType(gmfn: number, level: number): void {
    this.table.set(gmfn, PAGE_TYPE, level);
  }

  /** Pages that anything is recorded about, ascending. */
  touched(): readonly number[] {
    return this.table.rows();
  }

  /** Cells of a page's descriptor, for provenance. */
  flagsCell(gmfn: number): number {
    return this.table.cell(gmfn, SHADOW_FLAGS);
  }

  writersCell(gmfn: number): number {
    return this.table.cell(gmfn, WRITERS);
  }
}
