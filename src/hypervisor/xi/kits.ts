import type { Region, Store } from '../../kernel';
import { SparseTable } from '../sparse';
import { SHAPES, type ShapeName } from './constants';

const KEY = 0x1000_0000;

/** Fields of an SPTI in the order of their cells (sheet 4.5). Links and frames are kept + 1, so that 0 is none. */
const FIELDS = {
  /** 1 from when the kit is bound until it is recycled. */
  bound: 0,
  /** Guest frame of the table it shadows; of a divided large page, its first frame. */
  gfn: 1,
  level: 2,
  quadrant: 3,
  /** Place in SHAPES: how the guest's table is laid out. */
  shape: 4,
  /** The shadow may not reflect the guest's table. */
  snapStale: 5,
  /** Some SPTE lets the guest write the table. */
  guestMayWrite: 6,
  /** No guest table stands behind it. */
  direct: 7,
  /** Its pages hold leftovers: they must be zeroed before it is used. */
  used: 8,
  /** Slot + 1 of the first SPTE that points to it. */
  parentHead: 9,
  /** Neighbours in the LRU order, kit + 1. */
  newer: 10,
  older: 11,
  /** The next SPTI of the same guest page, in the order made, kit + 1. */
  nextOfPage: 12,
  /** The next kit of the free list, kit + 1. */
  nextFree: 13,
  /** The domain that has it. */
  domain: 14,
  /** Entries that are not empty. */
  entries: 15,
  /** It has a snapshot: always, unless snapshots come from a pool of their own. */
  snapshot: 16,
} as const;
const ROW = 32;

export type KitField = keyof typeof FIELDS;

/** Cells of a domain's lists: newest and oldest of the LRU order, first free kit, kits never used yet: from and to, free kits. */
const LIST = {
  newest: 0,
  oldest: 1,
  free: 2,
  fresh: 3,
  freshEnd: 4,
  freeCount: 5,
  snapshotsUsed: 6,
} as const;
const LIST_CELLS = 8;
type ListField = keyof typeof LIST;

/** The pool: every SPTI, which of them are free, and the others in the order of their last use (sheet 4.1, 4.5). */
export class Kits {
  private readonly rows: SparseTable;
  private readonly lists: Region;

  constructor(
    private readonly store: Store,
    domains: number,
    readonly count: number,
  ) {
    this.rows = new SparseTable(store, KEY, ROW);
    this.lists = store.region('SPTI lists', LIST_CELLS * domains);
  }

  get(kit: number, field: KitField): number {
    return this.rows.get(kit, FIELDS[field]);
  }

  set(kit: number, field: KitField, value: number): void {
    this.rows.set(kit, FIELDS[field], value);
  }

  add(kit: number, field: KitField, by: number): void {
    this.set(kit, field, this.get(kit, field) + by);
  }

  bound(kit: number): boolean {
    return this.get(kit, 'bound') !== 0;
  }

  shape(kit: number): ShapeName {
    return SHAPES[this.get(kit, 'shape')] ?? '64';
  }

  private list(domain: number, field: ListField): number {
    return this.store.get(this.lists.base + LIST_CELLS * domain + LIST[field]);
  }

  private setList(domain: number, field: ListField, value: number): void {
    this.store.set(this.lists.base + LIST_CELLS * domain + LIST[field], value);
  }

  // ---- the free list ---------------------------------------------------------------------------------------------

  /** Gives a domain the kits from..to-1, all of them fresh and zeroed. */
  reserve(domain: number, from: number, to: number): void {
    this.setList(domain, 'fresh', from);
    this.setList(domain, 'freshEnd', to);
    this.setList(domain, 'freeCount', to - from);
  }

  freeCount(domain: number): number {
    return this.list(domain, 'freeCount');
  }

  /** The kit that would be taken next, or -1: the one freed last, else the next that was never used. */
  nextFree(domain: number): number {
    const freed = this.list(domain, 'free');
    if (freed !== 0) return freed - 1;
    const fresh = this.list(domain, 'fresh');
    return fresh < this.list(domain, 'freshEnd') ? fresh : -1;
  }

  /** Takes the next kit off the free list. There is one. */
  take(domain: number): number {
    const freed = this.list(domain, 'free');
    const kit = freed !== 0 ? freed - 1 : this.list(domain, 'fresh');
    if (freed !== 0) {
      this.setList(domain, 'free', this.get(kit, 'nextFree'));
      this.set(kit, 'nextFree', 0);
    } else this.setList(domain, 'fresh', kit + 1);
    this.setList(domain, 'freeCount', this.freeCount(domain) - 1);
    return kit;
  }

  putFree(domain: number, kit: number): void {
    this.set(kit, 'nextFree', this.list(domain, 'free'));
    this.setList(domain, 'free', kit + 1);
    this.setList(domain, 'freeCount', this.freeCount(domain) + 1);
  }

  /** Free kits in the order in which they will be taken. */
  free(domain: number): number[] {
    const out: number[] = [];
    for (let at = this.list(domain, 'free'); at !== 0; at = this.get(at - 1, 'nextFree')) out.push(at - 1);
    for (let kit = this.list(domain, 'fresh'); kit < this.list(domain, 'freshEnd'); kit++) out.push(kit);
    return out;
  }

  /** A free kit whose pages hold leftovers, or -1: the one that will be taken first. */
  unzeroed(domain: number): number {
    for (let at = this.list(domain, 'free'); at !== 0; at = this.get(at - 1, 'nextFree'))
      if (this.get(at - 1, 'used') !== 0) return at - 1;
    return -1;
  }

  /** Snapshots attached now, of a pool of their own. */
  snapshotsUsed(domain: number): number {
    return this.list(domain, 'snapshotsUsed');
  }

  /** Attaches a snapshot to an SPTI, or takes it off, where snapshots come from a pool of their own. */
  setSnapshot(domain: number, kit: number, on: boolean): void {
    if ((this.get(kit, 'snapshot') !== 0) === on) return;
    this.set(kit, 'snapshot', on ? 1 : 0);
    this.setList(domain, 'snapshotsUsed', this.snapshotsUsed(domain) + (on ? 1 : -1));
  }

  // ---- the order of last use -------------------------------------------------------------------------------------

  /** Puts a kit at the front: it was used just now. */
  touch(domain: number, kit: number): void {
    if (this.list(domain, 'newest') === kit + 1) return;
    if (this.get(kit, 'older') !== 0 || this.get(kit, 'newer') !== 0) this.leave(domain, kit);
    const newest = this.list(domain, 'newest');
    this.set(kit, 'older', newest);
    if (newest === 0) this.setList(domain, 'oldest', kit + 1);
    else this.set(newest - 1, 'newer', kit + 1);
    this.setList(domain, 'newest', kit + 1);
  }

  /** Takes a kit out of the order. */
  leave(domain: number, kit: number): void {
    const older = this.get(kit, 'older');
    const newer = this.get(kit, 'newer');
    if (older === 0) this.setList(domain, 'oldest', newer);
    else this.set(older - 1, 'newer', newer);
    if (newer === 0) this.setList(domain, 'newest', older);
    else this.set(newer - 1, 'older', older);
    this.set(kit, 'older', 0);
    this.set(kit, 'newer', 0);
  }

  /** Kits in use, the one used last first. */
  lru(domain: number): number[] {
    const out: number[] = [];
    for (let at = this.list(domain, 'newest'); at !== 0; at = this.get(at - 1, 'older')) out.push(at - 1);
    return out;
  }

  /** The kit at the cold end, or -1. */
  oldest(domain: number): number {
    return this.list(domain, 'oldest') - 1;
  }

  /** The next kit towards the front, or -1. */
  newer(kit: number): number {
    return this.get(kit, 'newer') - 1;
  }

  /** Kits of which something is kept, by number: those in use, and those that have been. */
  known(): readonly number[] {
    return this.rows.rows();
  }

  /** Kits in use, by number. */
  used(): number[] {
    return this.rows.rows().filter((kit) => this.bound(kit));
  }
}
