import { defined, frameName, shadowName } from '../../base';
import { Lock, type World } from '../../kernel';
import { CR4_PSE, frameOf, indexAt, type Machine, type Memory, present } from '../../machine';
import type { DesignOptions } from '../design';
import { FlushWitness } from '../flushWitness';
import { SwitchState } from '../switchState';
import { DomainState } from './domain';
import type { Era } from './eras';
import { FixupArrays, FixupTable } from './fixupStore';
import { type Geometry, type GeometryName, geometries, pagesOfType } from './geometry';
import { GuestPages } from './guestPages';
import { ShadowHash } from './hash';
import { P2m } from './p2m';
import { PinnedList } from './pinnedList';
import { Pool } from './pool';
import { ShadowPages } from './shadowPages';
import { SWITCHES } from './switches';
import {
  is64,
  isFl1,
  L1_TYPES,
  levelOfType,
  mapsPages,
  p2mTypeNamed,
  SH_MAX_SHADOW,
  SH_MONITOR_TABLE,
  SH_NONE,
  SH_P2M_TABLE,
} from './types';
import { MODES, VcpuState } from './vcpuState';
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
  /** What each paging mode of a guest means for its shadow. */
  readonly geometries: Readonly<Record<GeometryName, Geometry>>;
  /** Entries of a 64-bit guest's table: 512, fewer in a teaching geometry. */
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
  /** Knob `pv`: a paravirtualised domain, whose shadow serves the dirty log. See pv.ts. */
  readonly pv: boolean;

  constructor(
    readonly world: World,
    readonly machine: Machine,
    readonly era: Era,
    options: DesignOptions,
  ) {
    const { store } = world;
    const { config } = machine;
    this.memory = machine.memory;
    this.geometries = geometries(machine.modes);
    this.entries = (machine.modes['64'].indexMask[1] as number) + 1;
    this.lock = new Lock(store, 'shadow lock', 0);
    this.domain = new DomainState(store);
    this.switches = new SwitchState(store, SWITCHES, options.switches);
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
    this.pv = (options.knobs.pv ?? 0) !== 0;
    this.l3TopLevel = options.knobs['l3-top-level'] !== 0 && !this.pv;
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

  // ---- paging modes --------------------------------------------------------------------------------------------

  /** How a vCPU's guest is shadowed, as of its last change of mode. */
  geometry(v: number): Geometry {
    const mode = this.vcpu(v).get('mode') - 1;
    const name = MODES[mode] ?? '64';
    return this.geometries[name === 'off' ? '32' : name];
  }

  /** The vCPU's guest has paging off: Xen's own 1:1 table stands for its tables. */
  unpaged(v: number): boolean {
    return this.vcpu(v).get('mode') === 1 + MODES.indexOf('off');
  }

  /** guest_supports_superpages: whether PS counts in an L2 entry. In 2-level mode that is for CR4.PSE to say. */
  superpages(v: number): boolean {
    return this.geometry(v).name !== '32' || this.superpages2(v);
  }

  /** The same for an entry of a 2-level table that vCPU v writes, whatever its own mode. */
  superpages2(v: number): boolean {
    return this.unpaged(v) || (this.machine.vcpu(v).get('cr4') & CR4_PSE) !== 0;
  }

  // ---- entries -------------------------------------------------------------------------------------------------

  /** Halves of entry `index` of a shadow, or of any page of 64-bit entries. Entries of the pages that follow are counted through. */
  hi(frame: number, index: number): number {
    return this.memory.hi(frame + (index >>> 9), index & 511);
  }

  lo(frame: number, index: number): number {
    return this.memory.lo(frame + (index >>> 9), index & 511);
  }

  writeEntry(frame: number, index: number, hi: number, lo: number): void {
    this.memory.write64(frame + (index >>> 9), index & 511, hi, lo);
  }

  /** The cell of an entry's low half: what `Derived` names. */
  entryCell(frame: number, index: number): number {
    return this.memory.cell(frame + (index >>> 9), 2 * (index & 511));
  }

  /** Halves of entry `index` of a guest table (or of its snapshot) whose entries are 32 bits wide if `narrow`. */
  guestHi(narrow: boolean, frame: number, index: number): number {
    return narrow ? 0 : this.memory.hi(frame, index);
  }

  guestLo(narrow: boolean, frame: number, index: number): number {
    return narrow ? this.memory.read32(frame, index) : this.memory.lo(frame, index);
  }

  guestCell(narrow: boolean, frame: number, index: number): number {
    return this.memory.cell(frame, narrow ? index : 2 * index);
  }

  writeGuestEntry(narrow: boolean, frame: number, index: number, hi: number, lo: number): void {
    if (narrow) this.memory.write32(frame, index, lo);
    else this.memory.write64(frame, index, hi, lo);
  }

  /** Index, in the guest table of a level, of the entry that translates an address for a vCPU. Of an L1 shadow it is the same. */
  index(v: number, level: number, vaHi: number, vaLo: number): number {
    return indexAt(this.geometry(v).guest, level, vaHi, vaLo);
  }

  /** The same in a shadow, where a 2-level guest's L2 entry is two: the one of them that covers the address. */
  shadowIndex(v: number, level: number, vaHi: number, vaLo: number): number {
    const g = this.geometry(v);
    return g.narrow && level === 2 ? vaLo >>> 21 : indexAt(g.guest, level, vaHi, vaLo);
  }

  /** Entries of a shadow of this type, over all its pages. */
  entriesOf(type: number): number {
    if (is64(type)) return this.entries;
    return 512 * pagesOfType(type);
  }

  /** The slot of shadow_table[] that an address begins at. */
  topSlot(v: number, vaLo: number): number {
    return this.geometry(v).name === 'pae' ? vaLo >>> 30 : 0;
  }

  /**
   * The shadow table whose entry of a level translates a VA for a vCPU now, or -1 if an entry above is not present: what a
   * read through the linear window finds (at the top level it is what shadow_table[] holds). The first page of the shadow.
   */
  shadowTableOf(v: number, level: number, vaHi: number, vaLo: number): number {
    let frame = this.vcpu(v).shadowTable(this.topSlot(v, vaLo));
    for (let at: number = this.geometry(v).topLevel; at > level && frame >= 0; at--) {
      const i = this.shadowIndex(v, at, vaHi, vaLo);
      const lo = this.lo(frame, i);
      frame = present(lo) ? this.pages.head(frameOf(this.hi(frame, i), lo)) : -1;
    }
    return frame;
  }

  // ---- questions about guest pages -----------------------------------------------------------------------------

  /** sh_mfn_is_a_page_table: a page with a shadow or, in a PV domain, whatever is a table for its guest. */
  isTable(gmfn: number): boolean {
    return this.isPageTable(gmfn) || (this.pv && this.mfnValid(gmfn) && this.guest.pageType(gmfn) !== 0);
  }

  /** PGC_page_table: the page has a shadow. False for what is no machine frame. */
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

  /** Type of the L1 shadow of a guest page, SH_NONE if it has none: an out-of-sync page has exactly one. */
  l1Type(gmfn: number): number {
    return L1_TYPES.find((type) => (this.guest.typeBits(gmfn) & (1 << type)) !== 0) ?? SH_NONE;
  }

  /** The shadow of a guest table at a level, -1 if it has none there. */
  shadowAtLevel(gmfn: number, level: number): number {
    const bits = this.mfnValid(gmfn) ? this.guest.typeBits(gmfn) : 0;
    for (let type = SH_MAX_SHADOW; type > 0; type--)
      if ((bits & (1 << type)) !== 0 && levelOfType(type) === level) return this.hash.find(gmfn, type);
    return -1;
  }

  /** Home slot of a page in every vCPU's out-of-sync table. */
  homeSlot(gmfn: number): number {
    return gmfn % this.era.oosPages;
  }

  // ---- all shadows ---------------------------------------------------------------------------------------------

  /** Shadows in use that are tables (not snapshots), ascending; of several pages the first. */
  shadows(): readonly number[] {
    return this.pages
      .inUse()
      .filter((smfn) => levelOfType(this.pages.type(smfn)) > 0 && this.pages.part(smfn) === 0);
  }

  /** L1 and splintered-superpage shadows: what can map a page. */
  l1Shadows(): readonly number[] {
    return this.pages
      .inUse()
      .filter((smfn) => mapsPages(this.pages.type(smfn)) && this.pages.part(smfn) === 0);
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
      if (type === SH_P2M_TABLE) return `Xen's own 1:1 table ${this.name(mfn)}`;
      if (type === SH_MONITOR_TABLE) return `the L3 table ${this.name(mfn)}`;
      if (level === 0) return `the snapshot ${this.name(mfn)}`;
      const first = this.pages.head(mfn);
      const what = isFl1(type) ? 'splintered L1 shadow' : `shadow L${level} table`;
      return mfn === first
        ? `the ${what} ${this.name(mfn)}`
        : `page ${mfn - first} of the ${what} ${this.name(first)}`;
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
