import type { Region, Store } from '../../kernel';

/** Entries per vCPU in the fixup tables of 2008: 2 pages of 24-byte entries, 13 buckets of 26 (sheet 5.6). */
export const FIXUP_BUCKETS = 13;
export const FIXUP_BUCKET_ENTRIES = 26;
export const FIXUP_TABLE_ENTRIES = FIXUP_BUCKETS * FIXUP_BUCKET_ENTRIES;
/** Pairs per slot in the fixup arrays. */
export const SHADOW_OOS_FIXUPS = 2;

/** Cells of the fixup table of one vCPU (T to U): entries {gmfn, smfn, off}, gmfn -1 when free, and oos_fixup_used. */
export class FixupTable {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    v: number,
  ) {
    this.region = store.region(`fixup table of vCPU ${v}`, 1 + 3 * FIXUP_TABLE_ENTRIES);
  }

  private at(entry: number, field: number): number {
    return this.region.base + 1 + entry * 3 + field;
  }

  get used(): boolean {
    return this.store.get(this.region.base) !== 0;
  }

  setUsed(on: boolean): void {
    this.store.set(this.region.base, on ? 1 : 0);
  }

  gmfn(entry: number): number {
    return this.store.get(this.at(entry, 0)) - 1;
  }

  smfn(entry: number): number {
    return this.store.get(this.at(entry, 1));
  }

  off(entry: number): number {
    return this.store.get(this.at(entry, 2));
  }

  /** Entries that record a mapping of a page, wherever they are. */
  entriesOf(gmfn: number): number[] {
    const out: number[] = [];
    for (let i = 0; i < FIXUP_TABLE_ENTRIES; i++) if (this.gmfn(i) === gmfn) out.push(i);
    return out;
  }

  put(entry: number, gmfn: number, smfn: number, off: number): void {
    this.store.set(this.at(entry, 0), gmfn + 1);
    this.store.set(this.at(entry, 1), smfn);
    this.store.set(this.at(entry, 2), off);
  }

  clear(entry: number): void {
    this.put(entry, -1, 0, 0);
  }
}

const SLOT_CELLS = 1 + 2 * SHADOW_OOS_FIXUPS;

/** Cells of the fixup arrays of one vCPU's slots (A on): {next, (smfn, off) x 2} each; smfn -1 when free. */
export class FixupArrays {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    v: number,
    slots: number,
  ) {
    this.region = store.region(`fixup arrays of vCPU ${v}`, slots * SLOT_CELLS);
  }

  private at(slot: number, field: number): number {
    return this.region.base + slot * SLOT_CELLS + field;
  }

  /** Round-robin position of the next add. */
  next(slot: number): number {
    return this.store.get(this.at(slot, 0));
  }

  setNext(slot: number, next: number): void {
    this.store.set(this.at(slot, 0), next);
  }

  smfn(slot: number, i: number): number {
    return this.store.get(this.at(slot, 1 + 2 * i)) - 1;
  }

  off(slot: number, i: number): number {
    return this.store.get(this.at(slot, 2 + 2 * i));
  }

  put(slot: number, i: number, smfn: number, off: number): void {
    this.store.set(this.at(slot, 1 + 2 * i), smfn + 1);
    this.store.set(this.at(slot, 2 + 2 * i), off);
  }

  /** Empties a slot's array. */
  clear(slot: number): void {
    this.setNext(slot, 0);
    for (let i = 0; i < SHADOW_OOS_FIXUPS; i++) this.put(slot, i, -1, 0);
  }
}
