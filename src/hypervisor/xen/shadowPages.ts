import type { Region, Store } from '../../kernel';
import { SH_NONE } from './types';

/** Cells of one descriptor; `up`, `next` and the pinned list's links are 0 for "none". */
const CELLS = 16;
const TYPE = 0;
const COUNT = 1;
const PINNED = 2;
const BACKPOINTER = 3;
const NEXT = 4;
const UP = 5;
const LIST_PREV = 6;
const LIST_NEXT = 7;
const STALE = 8;
const PART = 9;

/** Entries per page in a `up` address: frame * 512 + index, which is its physical address in units of an entry. */
const PER_PAGE = 512;

/**
 * Xen's descriptor of each page of the pool (struct shadow_page_info), by smfn. Sheet 1.5. Frame numbers are never 0 here,
 * because the pool lies above the guest's frames.
 */
export class ShadowPages {
  private readonly region: Region;
  private usedAt = -1;
  private usedThen: number[] = [];

  constructor(
    private readonly store: Store,
    /** First frame of the pool. */
    readonly first: number,
    /** Frames of the pool. */
    readonly frames: number,
  ) {
    this.region = store.region('shadow page descriptors', Math.max(1, frames) * CELLS);
  }

  /** Whether a frame belongs to the pool. */
  owns(mfn: number): boolean {
    return mfn >= this.first && mfn < this.first + this.frames;
  }

  private at(smfn: number, field: number): number {
    return this.region.base + (smfn - this.first) * CELLS + field;
  }

  private get(smfn: number, field: number): number {
    return this.store.get(this.at(smfn, field));
  }

  private set(smfn: number, field: number, value: number): void {
    this.store.set(this.at(smfn, field), value);
  }

  /** SH_* of the page; SH_NONE if it is free. */
  type(smfn: number): number {
    return this.owns(smfn) ? this.get(smfn, TYPE) : SH_NONE;
  }

  setType(smfn: number, type: number): void {
    this.set(smfn, TYPE, type);
  }

  /** References from higher shadow entries, one per vCPU top-level slot, one if pinned. */
  count(smfn: number): number {
    return this.get(smfn, COUNT);
  }

  setCount(smfn: number, count: number): void {
    this.set(smfn, COUNT, count);
  }

  pinned(smfn: number): boolean {
    return this.get(smfn, PINNED) !== 0;
  }

  setPinned(smfn: number, on: boolean): void {
    this.set(smfn, PINNED, on ? 1 : 0);
  }

  /** gmfn of the guest page behind it; for fl1 the GFN where the superpage starts. */
  backpointer(smfn: number): number {
    return this.get(smfn, BACKPOINTER);
  }

  setBackpointer(smfn: number, gmfn: number): void {
    this.set(smfn, BACKPOINTER, gmfn);
  }

  /** Next shadow of its hash bucket, or next of the free list; 0 at the end. */
  next(smfn: number): number {
    return this.get(smfn, NEXT);
  }

  setNext(smfn: number, next: number): void {
    this.set(smfn, NEXT, next);
  }

  /** Whether the first higher-level entry that referenced it is known. */
  hasUp(smfn: number): boolean {
    return this.get(smfn, UP) !== 0;
  }

  /** Table of the entry `up` addresses. */
  upFrame(smfn: number): number {
    return Math.floor(this.get(smfn, UP) / PER_PAGE);
  }

  upIndex(smfn: number): number {
    return this.get(smfn, UP) % PER_PAGE;
  }

  /** Whether `up` addresses this entry; entries of a shadow of several pages are counted through. */
  upIs(smfn: number, frame: number, index: number): boolean {
    return this.get(smfn, UP) === frame * PER_PAGE + index;
  }

  setUp(smfn: number, frame: number, index: number): void {
    this.set(smfn, UP, frame * PER_PAGE + index);
  }

  clearUp(smfn: number): void {
    this.set(smfn, UP, 0);
  }

  listPrev(smfn: number): number {
    return this.get(smfn, LIST_PREV);
  }

  setListPrev(smfn: number, other: number): void {
    this.set(smfn, LIST_PREV, other);
  }

  listNext(smfn: number): number {
    return this.get(smfn, LIST_NEXT);
  }

  setListNext(smfn: number, other: number): void {
    this.set(smfn, LIST_NEXT, other);
  }

  /** Of a freed page: the vCPUs (bits) whose TLB was not flushed since. Xen keeps a timestamp for this. */
  stale(smfn: number): number {
    return this.get(smfn, STALE);
  }

  setStale(smfn: number, vcpus: number): void {
    this.set(smfn, STALE, vcpus);
  }

  /** Which page of its shadow this is, from 0: only shadows for 2-level guests have more than one. */
  part(smfn: number): number {
    return this.get(smfn, PART);
  }

  setPart(smfn: number, part: number): void {
    this.set(smfn, PART, part);
  }

  /** The first page of the shadow that a page belongs to: the one that the hash, references and names know. */
  head(smfn: number): number {
    return this.owns(smfn) ? smfn - this.part(smfn) : smfn;
  }

  /** All pages in use, ascending: of shadows of several pages each page. */
  inUse(): readonly number[] {
    const { store, region } = this;
    const changed = store.changed(region.base, region.cells);
    if (changed !== this.usedAt) {
      this.usedAt = changed;
      this.usedThen = [];
      for (let i = 0; i < this.frames; i++)
        if (store.cells[region.base + i * CELLS + TYPE] !== SH_NONE) this.usedThen.push(this.first + i);
    }
    return this.usedThen;
  }

  /** The page a descriptor's cell belongs to, or -1. */
  pageOfCell(cell: number): number {
    const offset = cell - this.region.base;
    return offset >= 0 && offset < this.region.cells ? this.first + Math.floor(offset / CELLS) : -1;
  }
}
