import { defined, frameName, shadowName } from '../../base';
import { Lock, type World } from '../../kernel';
import { frameOf, indexAt, type Machine, type Memory, type PagingMode, present } from '../../machine';
import type { DesignOptions } from '../design';
import { DomainState } from './domain';
import type { Era } from './eras';
import { FixupArrays, FixupTable } from './fixupStore';
import { FlushWitness } from './flushWitness';
import { GuestPages } from './guestPages';
import { ShadowHash } from './hash';
import { P2m } from './p2m';
import { PinnedList } from './pinnedList';
import { Pool } from './pool';
import { ShadowPages } from './shadowPages';
import { SwitchState } from './switchState';
import { isFl1, levelOfType, mapsPages, p2mTypeNamed, SH_NONE } from './types';
import { VcpuState } from './vcpuState';
import { Vtlb } from './vtlb';
import { WalkWitness } from './walkWitness';
import { FaultWitness } from './witness';

/**
 * All state of Xen's shadow code in one world, and the only object that knows where it lies. Part name: `xen`.
 * The monitor table is not modelled: what Xen reads through its linear window is read from the shadow tables themselves
 * (`shadowTableOf`), one access per level as the window costs one per level too.
 */
export class Xen {
  readonly memory: Memory;
  /** The guest's paging mode, for indices. */
  readonly mode: PagingMode;
  /** Entries of a table: 512, fewer in a teaching geometry. */
  readonly entries: number;
  readonly lock: Lock;
  readonly domain: DomainState;
  readonly p2m: P2m;
  readonly guest: GuestPages;
  readonly pages: ShadowPages;
  readonly pool: Pool;
  readonly hash: ShadowHash;
  readonly pinned: PinnedList;
  readonly vcpus: readonly VcpuState[];
  readonly fixupTables: readonly FixupTable[];
  readonly fixupArrays: readonly FixupArrays[];
  readonly vtlbs: readonly Vtlb[];
  readonly switches: SwitchState;
  /** For invariants only: I17; I16 and I20; I11. */
  readonly witness: FaultWitness;
  readonly walkWitness: WalkWitness;
  readonly flushWitness: FlushWitness;
  /** Knob `l3-top-level`: whether the domain starts with LINUX_L3_TOPLEVEL on, as Xen's do. */
  readonly l3TopLevel: boolean;

  constructor(
    readonly world: World,
    readonly machine: Machine,
    readonly era: Era,
    options: DesignOptions,
  ) {
    const { store } = world;
    const { config } = machine;
    this.memory = machine.memory;
    this.mode = machine.modes['64'];
    this.entries = (this.mode.indexMask[1] as number) + 1;
    this.lock = new Lock(store, 'shadow lock', 0);
    this.domain = new DomainState(store);
    this.switches = new SwitchState(store, options.switches);
    this.p2m = new P2m(store, config.guestFrames);
    this.guest = new GuestPages(store);
    this.pages = new ShadowPages(store, config.guestFrames, config.machineFrames - config.guestFrames);
    const each = <T>(make: (v: number) => T): T[] => Array.from({ length: config.vcpus }, (_, v) => make(v));
    this.vcpus = each((v) => new VcpuState(store, v, era.oosPages));
    this.fixupTables = each((v) => new FixupTable(store, v));
    this.fixupArrays = each((v) => new FixupArrays(store, v, era.oosPages));
    this.vtlbs = each((v) => new Vtlb(store, v));
    this.witness = new FaultWitness(store, config.vcpus);
    this.walkWitness = new WalkWitness(store, config.vcpus);
    this.flushWitness = new FlushWitness(store, config.vcpus);
    this.pool = new Pool(world, machine, this.pages, this.domain, this.vcpus);
    this.hash = new ShadowHash(world, this.pages, this.domain);
    this.pinned = new PinnedList(this.pages, this.domain);
    this.l3TopLevel = options.knobs['l3-top-level'] !== 0;
    for (const { gfn, mfn, type } of options.p2m) this.p2m.set(gfn, mfn, p2mTypeNamed(type));
  }

  /** A switch, as it stands now. */
  on(name: string): boolean {
    return this.switches.on(name);
  }

  vcpu(v: number): VcpuState {
    return defined(this.vcpus[v], `shadow state of vCPU ${v}`);
  }

  /** Whether a number names a machine frame at all. */
  mfnValid(mfn: number): boolean {
    return mfn >= 0 && mfn < this.machine.config.machineFrames;
  }

  // ---- entries -------------------------------------------------------------------------------------------------

  /** Halves of entry `index` of a table page of 64-bit entries, guest or shadow. */
  hi(frame: number, index: number): number {
    return this.memory.hi(frame, index);
  }

  lo(frame: number, index: number): number {
    return this.memory.lo(frame, index);
  }

  /** The cell of an entry's low half: what `Derived` names. */
  entryCell(frame: number, index: number): number {
    return this.memory.cell(frame, 2 * index);
  }

  index(level: number, vaHi: number, vaLo: number): number {
    return indexAt(this.mode, level, vaHi, vaLo);
  }

  /**
   * The shadow table whose entry of a level translates a VA for a vCPU now, or -1 if an entry above is not present: what a
   * read through the linear window finds (level 4 is the top table itself).
   */
  shadowTableOf(v: number, level: number, vaHi: number, vaLo: number): number {
    let frame = this.vcpu(v).shadowTop;
    for (let at = this.mode.levels; at > level && frame >= 0; at--) {
      const i = this.index(at, vaHi, vaLo);
      const lo = this.lo(frame, i);
      frame = present(lo) ? frameOf(this.hi(frame, i), lo) : -1;
    }
    return frame;
  }

  // ---- questions about guest pages -----------------------------------------------------------------------------

  /** sh_mfn_is_a_page_table. False for what is no machine frame. */
  isPageTable(gmfn: number): boolean {
    return this.mfnValid(gmfn) && this.guest.isPageTable(gmfn);
  }

  outOfSync(gmfn: number): boolean {
    return this.mfnValid(gmfn) && this.guest.outOfSync(gmfn);
  }

  oosMayWrite(gmfn: number): boolean {
    return this.mfnValid(gmfn) && this.guest.oosMayWrite(gmfn);
  }

  /** Out of sync exists in this era and is switched on. */
  get oosEnabled(): boolean {
    return this.era.outOfSync && this.on('out-of-sync');
  }

  get snapshotsOn(): boolean {
    return this.era.snapshots && this.on('snapshots');
  }

  /** Home slot of a page in every vCPU's out-of-sync table. */
  homeSlot(gmfn: number): number {
    return gmfn % this.era.oosPages;
  }

  // ---- all shadows ---------------------------------------------------------------------------------------------

  /** Shadow pages in use that are tables (not snapshots), ascending by frame. */
  *shadows(): Iterable<number> {
    for (const smfn of this.pages.inUse()) if (levelOfType(this.pages.type(smfn)) > 0) yield smfn;
  }

  /** L1 and splintered-superpage shadows: what can map a page. */
  *l1Shadows(): Iterable<number> {
    for (const smfn of this.pages.inUse()) if (mapsPages(this.pages.type(smfn))) yield smfn;
  }

  // ---- names for people ----------------------------------------------------------------------------------------

  /** `s084` for a page of the pool, `0x02e` for a page of the guest. */
  name(mfn: number): string {
    return this.pages.owns(mfn) ? shadowName(mfn) : frameName(mfn);
  }

  /** `the shadow L1 table s084`, `the guest's L1 table 0x02e`, `the snapshot s0ff`, `frame 0x045`. */
  describe(mfn: number): string {
    const type = this.pages.type(mfn);
    if (this.pages.owns(mfn) && type !== SH_NONE) {
      const level = levelOfType(type);
      if (level === 0) return `the snapshot ${this.name(mfn)}`;
      return isFl1(type)
        ? `the splintered L1 shadow ${this.name(mfn)}`
        : `the shadow L${level} table ${this.name(mfn)}`;
    }
    const level = this.guestLevel(mfn);
    return level === 0 ? `frame ${this.name(mfn)}` : `the guest's L${level} table ${this.name(mfn)}`;
  }

  /** Level at which a guest page is shadowed (the highest, if several); 0 if it is no table. */
  guestLevel(gmfn: number): number {
    const bits = this.mfnValid(gmfn) ? this.guest.typeBits(gmfn) : 0;
    let level = 0;
    for (let type = 1; type < 14; type++)
      if ((bits & (1 << type)) !== 0) level = Math.max(level, levelOfType(type));
    return level;
  }
}
