import type { Region, Store } from '../../kernel';
import { NamedCells } from '../cells';

const FIELDS = [
  /** gmfn of the guest's top-level table + 1; 0: none loaded yet. */
  'guestTable',
  /** shadow_table[0..3]; 0: none. 64-bit guests use the first. */
  'shadowTable0',
  'shadowTable1',
  'shadowTable2',
  'shadowTable3',
  'lastWriteEmulOk',
  /** An interrupt is being delivered: what faults is no instruction. */
  'eventPending',
  /** VA >> 12, halves. */
  'lastEmulatedFrameHi',
  'lastEmulatedFrameLo',
  /** These three + 1; 0: none. */
  'lastEmulatedMfn',
  'lastEmulatedMfnForUnshadow',
  'lastWriteablePteSmfn',
  /** The vCPU's paging has been brought up (its snapshot pages exist). */
  'ready',
  /** Paging mode as of the last sh_update_paging_modes: place in MODES; 0: none yet. */
  'mode',
  /** gl3e[0..3]: a PAE guest's four top entries as they were when it loaded CR3, halves. */
  'gl3e0Hi',
  'gl3e0Lo',
  'gl3e1Hi',
  'gl3e1Lo',
  'gl3e2Hi',
  'gl3e2Lo',
  'gl3e3Hi',
  'gl3e3Lo',
  /** The page with the l3table that the processor walks PAE tables from; 0: none yet. */
  'l3table',
] as const;

/** Paging modes as a vCPU's cell holds them. */
export const MODES = ['off', '32', 'pae', '64'] as const;
type Slot = 0 | 1 | 2 | 3;
const SLOTS = [0, 1, 2, 3] as const satisfies readonly Slot[];

const WALK_FIELDS = [
  'valid',
  'version',
  'vaHi',
  'vaLo',
  'l4Hi',
  'l4Lo',
  'l3Hi',
  'l3Lo',
  'l2Hi',
  'l2Lo',
  'l1Hi',
  'l1Lo',
  /** Table frames + 1; 0: none (l1 of a superpage walk, or where the walk stopped). */
  'mfn4',
  'mfn3',
  'mfn2',
  'mfn1',
] as const;

type LevelName = 1 | 2 | 3 | 4;

/** walk_t: what the software walk of the guest tables found. Zero while no fault is being handled. */
export class WalkRecord {
  readonly cells: NamedCells<(typeof WALK_FIELDS)[number]>;

  constructor(store: Store, v: number) {
    this.cells = new NamedCells(store, `guest walk of vCPU ${v}`, WALK_FIELDS);
  }

  get version(): number {
    return this.cells.get('version');
  }

  start(version: number, vaHi: number, vaLo: number): void {
    this.clear();
    this.cells.set('version', version);
    this.cells.set('vaHi', vaHi);
    this.cells.set('vaLo', vaLo);
    this.cells.set('valid', 1);
  }

  clear(): void {
    for (const name of WALK_FIELDS) this.cells.set(name, 0);
  }

  hi(level: number): number {
    return this.cells.get(`l${level as LevelName}Hi`);
  }

  lo(level: number): number {
    return this.cells.get(`l${level as LevelName}Lo`);
  }

  setEntry(level: number, hi: number, lo: number): void {
    this.cells.set(`l${level as LevelName}Hi`, hi);
    this.cells.set(`l${level as LevelName}Lo`, lo);
  }

  entryCell(level: number): number {
    return this.cells.cell(`l${level as LevelName}Lo`);
  }

  /** Frame of the table that the entry of a level was read from, or -1. */
  mfn(level: number): number {
    return this.cells.get(`mfn${level as LevelName}`) - 1;
  }

  setMfn(level: number, mfn: number): void {
    this.cells.set(`mfn${level as LevelName}`, mfn + 1);
  }
}

const OOS_CELLS = 5;
const PAGE = 0;
const VA_HI = 1;
const VA_LO = 2;
const SNAPSHOT = 3;
const COMPLETE = 4;

/**
 * oos[], oos_va[] and oos_snapshot[] of one vCPU (sheet 5.3, 6.2). Snapshot pages belong to slots, their contents to the page
 * in the slot. Only the cells; what happens to them is in oos/.
 */
export class OosSlots {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    v: number,
    readonly size: number,
  ) {
    this.region = store.region(`out-of-sync table of vCPU ${v}`, size * OOS_CELLS);
  }

  private at(slot: number, field: number): number {
    return this.region.base + slot * OOS_CELLS + field;
  }

  /** gmfn in a slot, or -1. */
  page(slot: number): number {
    return this.store.get(this.at(slot, PAGE)) - 1;
  }

  /** `gmfn` -1 empties the slot; its snapshot page stays attached. */
  setPage(slot: number, gmfn: number): void {
    this.store.set(this.at(slot, PAGE), gmfn + 1);
  }

  vaHi(slot: number): number {
    return this.store.get(this.at(slot, VA_HI));
  }

  vaLo(slot: number): number {
    return this.store.get(this.at(slot, VA_LO));
  }

  setVa(slot: number, hi: number, lo: number): void {
    this.store.set(this.at(slot, VA_HI), hi);
    this.store.set(this.at(slot, VA_LO), lo);
  }

  /** smfn of the slot's snapshot page, or -1. */
  snapshot(slot: number): number {
    return this.store.get(this.at(slot, SNAPSHOT)) - 1;
  }

  setSnapshot(slot: number, smfn: number): void {
    this.store.set(this.at(slot, SNAPSHOT), smfn + 1);
  }

  /**
   * Whether a copy of the page in the slot was made, and every change of its shadow since then noted in it: not so if the
   * snapshots were switched off meanwhile. Goes with the page.
   */
  snapshotComplete(slot: number): boolean {
    return this.store.get(this.at(slot, COMPLETE)) !== 0;
  }

  setSnapshotComplete(slot: number, on: boolean): void {
    this.store.set(this.at(slot, COMPLETE), on ? 1 : 0);
  }

  /** Two slots exchange their snapshot pages. */
  exchangeSnapshots(a: number, b: number): void {
    const smfn = this.snapshot(a);
    this.setSnapshot(a, this.snapshot(b));
    this.setSnapshot(b, smfn);
  }

  /** Cells of a slot, for views: the page, then the snapshot. */
  pageCell(slot: number): number {
    return this.at(slot, PAGE);
  }

  snapshotCell(slot: number): number {
    return this.at(slot, SNAPSHOT);
  }
}

/** What each vCPU has for itself (sheet 1.9). */
export class VcpuState extends NamedCells<(typeof FIELDS)[number]> {
  readonly gw: WalkRecord;
  readonly oos: OosSlots;

  constructor(
    store: Store,
    readonly index: number,
    oosPages: number,
  ) {
    super(store, `shadow vCPU ${index}`, FIELDS);
    this.gw = new WalkRecord(store, index);
    this.oos = new OosSlots(store, index, oosPages);
  }

  /** gmfn of the guest's top-level table, or -1. */
  get guestTop(): number {
    return this.get('guestTable') - 1;
  }

  /** smfn of the top-level shadow in a slot of shadow_table[], or -1. 64-bit and 2-level guests use the first slot only. */
  shadowTable(slot: number): number {
    const smfn = this.get(`shadowTable${slot as Slot}`);
    return smfn === 0 ? -1 : smfn;
  }

  setShadowTable(slot: number, smfn: number): void {
    this.set(`shadowTable${slot as Slot}`, Math.max(smfn, 0));
  }

  /** smfn of the first top-level shadow, or -1: of a PAE guest the one of the lowest gigabyte. */
  get shadowTop(): number {
    return this.shadowTable(0);
  }

  /** Top-level shadows that the vCPU holds, by slot; empty slots are left out. */
  get tops(): number[] {
    return SLOTS.map((slot) => this.shadowTable(slot)).filter((smfn) => smfn >= 0);
  }

  gl3eHi(index: number): number {
    return this.get(`gl3e${index as Slot}Hi`);
  }

  gl3eLo(index: number): number {
    return this.get(`gl3e${index as Slot}Lo`);
  }

  setGl3e(index: number, hi: number, lo: number): void {
    this.set(`gl3e${index as Slot}Hi`, hi);
    this.set(`gl3e${index as Slot}Lo`, lo);
  }
}
