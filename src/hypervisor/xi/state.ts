import { defined, ensure, frameName, shadowName } from '../../base';
import { Lock, type Region, type World } from '../../kernel';
import type { Machine, Memory } from '../../machine';
import type { DesignOptions } from '../design';
import { Backlinks, indexOf, kitOf, slotOf } from './backlinks';
import {
  CHAIN_PAGE,
  KIT_PAGES,
  NO_QUADRANT,
  SHAPES,
  type ShapeName,
  SPTE_PAGE,
  SPTE_TABLE,
  TO_LARGE,
  TO_NOTHING,
  TO_PAGE,
  TO_TABLE,
} from './constants';
import { GuestPages } from './guestPages';
import { Kits } from './kits';
import { P2m } from './p2m';
import { type Reservation, reservation } from './reservation';
import { type Shape, shapes } from './shape';
import { SwitchState } from './switchState';
import { VcpuState } from './vcpuState';

/** Cells of a domain: pages reserved (0 before its first root), the log is on, a flush is owed. */
const DOMAIN = { reserved: 0, logging: 1, owed: 2 } as const;
const DOMAIN_CELLS = 4;

/** All state of XI in one world, and the only object that knows where it lies. Part name: `xi`. */
export class Xi {
  readonly memory: Memory;
  /** The domain's shadow lock: every algorithm runs under it (sheet 5, RECONSTRUCTED). */
  readonly lock: Lock;
  readonly shapes: Readonly<Record<ShapeName, Shape>>;
  readonly reservation: Reservation;
  readonly kits: Kits;
  readonly pages: GuestPages;
  readonly backlinks: Backlinks;
  readonly p2m: P2m;
  readonly vcpus: readonly VcpuState[];
  readonly switches: SwitchState;
  /** First machine frame of the kits. */
  readonly firstFrame: number;
  private readonly domain: Region;
  /** Knobs (sheet 15), fixed for a run. */
  readonly zeroedPages: number;
  readonly adEmulation: boolean;
  /** Each store to a page table is emulated, instead of opening the table. */
  readonly emulateWrites: boolean;
  /** Snapshots in a pool of their own, attached while a table is open; -1: each kit has its own for life. */
  readonly snapshots: number;
  /** Only mappings of page tables have backlinks, as was proposed. */
  readonly tablesOnly: boolean;
  readonly touchOnHit: boolean;
  /** What the idle loop does: 0 there is none, 1 it zeroes free kits, 2 it also sees to it that one is free. */
  readonly idle: number;
  readonly domains: number;
  readonly sharedHeap: boolean;

  constructor(
    readonly world: World,
    readonly machine: Machine,
    options: DesignOptions,
  ) {
    const { store } = world;
    const { config } = machine;
    this.memory = machine.memory;
    this.lock = new Lock(store, 'shadow lock', 0);
    this.shapes = shapes(machine.modes, config);
    this.reservation = reservation(config.guestFrames, options.knobs);
    const { kits } = this.reservation;
    const { knobs } = options;
    this.zeroedPages = knobs['zeroed-pages'] ?? KIT_PAGES;
    this.adEmulation = knobs['a-d-emulation'] !== 0;
    this.emulateWrites = (knobs['emulate-writes'] ?? 0) !== 0;
    this.touchOnHit = (knobs['touch-on-hit'] ?? 0) !== 0;
    this.snapshots = knobs.snapshots ?? -1;
    this.tablesOnly = (knobs['backlinks-of-tables-only'] ?? 0) !== 0;
    this.idle = knobs['idle-zeroing'] ?? 0;
    this.domains = Math.max(1, knobs.domains ?? 1);
    this.sharedHeap = (knobs['shared-heap'] ?? 0) !== 0;
    this.firstFrame = config.machineFrames - kits * KIT_PAGES - config.vcpus;
    ensure(
      this.firstFrame >= config.guestFrames,
      `the machine has room for ${kits} kits of ${KIT_PAGES} pages`,
    );
    this.kits = new Kits(store, this.domains, kits);
    this.pages = new GuestPages(store, this.kits);
    this.backlinks = new Backlinks(
      this.memory,
      (kit) => this.spt(kit) + 2,
      (frame) => this.backlinkPageAt(frame),
    );
    this.p2m = new P2m(store, config.guestFrames);
    for (const { gfn, mfn, type } of options.p2m) this.p2m.set(gfn, type.startsWith('ram') ? mfn : -1);
    this.vcpus = Array.from({ length: config.vcpus }, (_, v) => new VcpuState(store, v));
    this.switches = new SwitchState(store, options.switches);
    this.domain = store.region('XI domain', DOMAIN_CELLS * this.domains);
  }

  on(name: string): boolean {
    return this.switches.on(name);
  }

  vcpu(v: number): VcpuState {
    return defined(this.vcpus[v], `XI's state of vCPU ${v}`);
  }

  /** The domain that an actor works for: with two domains each vCPU is one of its own; the host and the idle loop work for the first. */
  domainOf(actor: number): number {
    return actor < this.domains ? actor : 0;
  }

  /** The domain whose free list a domain draws on. */
  heapOf(domain: number): number {
    return this.sharedHeap ? 0 : domain;
  }

  // ---- the domain ------------------------------------------------------------------------------------------------

  /** Pages reserved for a domain; 0 before its first root. */
  reserved(domain: number): number {
    return this.world.store.get(this.domain.base + DOMAIN_CELLS * domain + DOMAIN.reserved);
  }

  setReserved(domain: number, pages: number): void {
    this.world.store.set(this.domain.base + DOMAIN_CELLS * domain + DOMAIN.reserved, pages);
  }

  /** Dirty logging is on. */
  get logging(): boolean {
    return this.world.store.get(this.domain.base + DOMAIN.logging) !== 0;
  }

  set logging(on: boolean) {
    this.world.store.set(this.domain.base + DOMAIN.logging, on ? 1 : 0);
  }

  /** An entry was removed, and the TLBs may still know it. */
  get owed(): boolean {
    return this.world.store.get(this.domain.base + DOMAIN.owed) !== 0;
  }

  set owed(on: boolean) {
    this.world.store.set(this.domain.base + DOMAIN.owed, on ? 1 : 0);
  }

  // ---- kits and their pages ----------------------------------------------------------------------------------------

  /** Machine frame of a kit's shadow page table. Its snapshot and its two pages of backlinks follow. */
  spt(kit: number): number {
    return this.firstFrame + kit * KIT_PAGES;
  }

  snapshot(kit: number): number {
    return this.spt(kit) + 1;
  }

  /** Whether a kit has a snapshot that can be compared with. */
  hasSnapshot(kit: number): boolean {
    return this.snapshots < 0 || this.kits.get(kit, 'snapshot') !== 0;
  }

  /** Whether the chain of a page holds all of its mappings. */
  chained(gfn: number): boolean {
    return !this.tablesOnly || this.pages.get(gfn, 'complete') !== 0;
  }

  /** The kit whose SPT a machine frame is, or -1. */
  kitAt(frame: number): number {
    const at = frame - this.firstFrame;
    return at >= 0 && at < this.kits.count * KIT_PAGES && at % KIT_PAGES === 0 ? at / KIT_PAGES : -1;
  }

  private backlinkPageAt(frame: number): number {
    const at = frame - this.firstFrame;
    const page = (at % KIT_PAGES) - 2;
    return at < 0 || page < 0 || at >= this.kits.count * KIT_PAGES
      ? -1
      : Math.floor(at / KIT_PAGES) * 2 + page;
  }

  /** The page of a vCPU's own with its four top entries, where addresses have 32 bits; until it has roots it is an empty table. */
  ownPage(v: number): number {
    return this.machine.config.machineFrames - this.machine.config.vcpus + v;
  }

  /** How the guest table behind a kit is laid out. */
  shapeOf(kit: number): Shape {
    return this.shapes[this.kits.shape(kit)];
  }

  /** How a vCPU's guest pages now. */
  shape(v: number): Shape {
    const { name } = this.machine.guestMode(v);
    return this.shapes[name === 'off' ? '32' : name];
  }

  shapeNumber(name: ShapeName): number {
    return SHAPES.indexOf(name);
  }

  /** The SPTI of a guest page at a level and quadrant, or -1: the hash, one chain for each page. */
  find(gfn: number, level: number, quadrant: number, shape: number): number {
    const { kits } = this;
    for (let at = this.pages.get(gfn, 'sptis') - 1; at >= 0; at = kits.get(at, 'nextOfPage') - 1)
      if (
        kits.get(at, 'level') === level &&
        kits.get(at, 'quadrant') === quadrant &&
        kits.get(at, 'shape') === shape
      )
        return at;
    return -1;
  }

  // ---- shadow entries ----------------------------------------------------------------------------------------------

  hi(slot: number): number {
    return this.memory.hi(this.spt(kitOf(slot)), indexOf(slot));
  }

  lo(slot: number): number {
    return this.memory.lo(this.spt(kitOf(slot)), indexOf(slot));
  }

  /** What an SPTE leads to: TO_NOTHING, TO_PAGE, TO_LARGE or TO_TABLE. */
  what(slot: number): number {
    const lo = this.lo(slot);
    if ((lo & SPTE_TABLE) !== 0) return TO_TABLE;
    if ((lo & SPTE_PAGE) === 0) return TO_NOTHING;
    return this.kits.get(kitOf(slot), 'level') === 1 ? TO_PAGE : TO_LARGE;
  }

  /** The guest frame that an SPTE maps (of a large page: the first): by its chain, or where there is none by its machine frame. */
  gfnOf(slot: number): number {
    const { chain, of } = this.backlinks.chainOf(slot);
    return chain === CHAIN_PAGE ? of : this.p2m.gfn(this.mfnOf(slot));
  }

  mfnOf(slot: number): number {
    return (this.hi(slot) & 0xf_ffff) * 0x10_0000 + (this.lo(slot) >>> 12);
  }

  // ---- entries of the guest's tables -------------------------------------------------------------------------------

  /** Halves of an entry of a guest table, or of a snapshot, by machine frame. */
  guestHi(shape: Shape, frame: number, index: number): number {
    return shape.guest.entryCells === 1 ? 0 : this.memory.hi(frame, index);
  }

  guestLo(shape: Shape, frame: number, index: number): number {
    return shape.guest.entryCells === 1 ? this.memory.read32(frame, index) : this.memory.lo(frame, index);
  }

  writeGuest(shape: Shape, frame: number, index: number, hi: number, lo: number): void {
    if (shape.guest.entryCells === 1) this.memory.write32(frame, index, lo);
    else this.memory.write64(frame, index, hi, lo);
  }

  /** The cell of an entry's low half: what `Derived` names. */
  guestCell(shape: Shape, frame: number, index: number): number {
    return this.memory.cell(frame, index * shape.guest.entryCells);
  }

  spteCell(slot: number): number {
    return this.memory.cell(this.spt(kitOf(slot)), 2 * indexOf(slot));
  }

  // ---- names for people --------------------------------------------------------------------------------------------

  /** `S3`: an SPTI. */
  kitName(kit: number): string {
    return `S${kit}`;
  }

  /** `S3[0x007]`. */
  slotName(slot: number): string {
    return `S${kitOf(slot)}[${indexOf(slot)}]`;
  }

  name(frame: number): string {
    return frame >= this.firstFrame ? shadowName(frame) : frameName(frame);
  }

  /** `S3, the shadow of the L1 table 0x012`. */
  describe(kit: number): string {
    const { kits } = this;
    const gfn = frameName(kits.get(kit, 'gfn'));
    if (!kits.bound(kit)) return `the free kit ${this.kitName(kit)}`;
    if (kits.get(kit, 'direct') !== 0) return `${this.kitName(kit)}, the pieces of the large page at ${gfn}`;
    const quadrant = kits.get(kit, 'quadrant');
    const part = this.kits.shape(kit) === '32' && quadrant < NO_QUADRANT ? `quadrant ${quadrant} of ` : '';
    return `${this.kitName(kit)}, the shadow of ${part}the L${kits.get(kit, 'level')} table ${gfn}`;
  }

  slot(kit: number, index: number): number {
    return slotOf(kit, index);
  }
}
