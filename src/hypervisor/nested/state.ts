import { ensure } from '../../base';
import { Lock, type Region, type World } from '../../kernel';
import type { Machine } from '../../machine';
import { NamedCells } from '../cells';
import type { DesignOptions } from '../design';
import { SparseTable } from '../sparse';
import { ept, type NestedFormat, npt } from './format';

const P2M_KEY = 0x1000_0000;
const DIRTY_KEY = 0x1800_0000;

export const RAM = 1;
/** Read-only memory: stores to it are dropped. */
export const ROM = 2;
export const DEVICE = 3;

/** Why a guest frame may not be written though it is RAM. */
export const FREE = 0;
/** Nobody has written it since the log was cleared. */
export const LOGGED = 1;
/** The hypervisor wants to hear of stores to it. */
export const GUARDED = 2;

const TYPE = 0;
const MFN = 1;
const WATCH = 2;
const P2M_CELLS = 4;

export const SWITCHES = [
  'invept',
  'log-by-dirty-bits',
  'large-nested-pages',
  'walk-cache',
  'nested-ad',
] as const;
export type NestedSwitch = (typeof SWITCHES)[number];

/** Nested translations that each processor keeps: place = gfn modulo this. */
const CACHED = 16;
/** gfn + 1, mfn, rights, whether D is known, page shift, and where its leaf lies. */
const CACHE_CELLS = 7;

const EXIT_CELLS = ['gfn', 'access', 'sought', 'version'] as const;
/** Of the last walk: entries read in each dimension, and what large pages and caches have saved of the full count. */
const WITNESS_CELLS = [
  'vaHi',
  'vaLo',
  'gfn',
  'mfn',
  'guestReads',
  'nestedReads',
  'walks',
  'saved',
  'known',
] as const;

/** What nested paging keeps: one table from guest frames to machine frames, and nothing about the guest's own tables. */
export class Nested {
  readonly lock: Lock;
  readonly format: NestedFormat;
  /** Levels of the nested tables. */
  readonly levels: number;
  private readonly own: NamedCells<'root' | 'next' | 'version' | 'logging'>;
  private readonly p2m: SparseTable;
  readonly dirty: SparseTable;
  /** What the processor tells the hypervisor of an exit, per vCPU. */
  readonly exits: readonly NamedCells<(typeof EXIT_CELLS)[number]>[];
  readonly witness: readonly NamedCells<(typeof WITNESS_CELLS)[number]>[];
  private readonly switches: Region;
  private readonly caches: readonly Region[];
  /** Exits in which the nested tables had nothing against the access: none, ever (NI4). */
  readonly unexplained: Region;
  private readonly firstOwn: number;

  constructor(
    readonly world: World,
    readonly machine: Machine,
    readonly profile: string,
    options: DesignOptions,
  ) {
    const { store } = world;
    const { config } = machine;
    this.format = profile.startsWith('ept') ? ept : npt;
    this.levels = options.knobs['nested-levels'] ?? 4;
    ensure(
      this.levels >= 2 && this.levels <= 4,
      `knob nested-levels is 2, 3 or 4, not ${this.levels}: how many levels the nested tables have`,
    );
    this.firstOwn = config.machineFrames - options.poolFrames;
    this.lock = new Lock(store, 'lock of the nested tables', 0);
    this.own = new NamedCells(store, 'nested tables', ['root', 'next', 'version', 'logging']);
    this.p2m = new SparseTable(store, P2M_KEY, P2M_CELLS);
    this.dirty = new SparseTable(store, DIRTY_KEY, 1);
    this.exits = machine.regs.map((_, v) => new NamedCells(store, `exit of vCPU ${v}`, EXIT_CELLS));
    this.witness = machine.regs.map(
      (_, v) => new NamedCells(store, `walk witness of vCPU ${v}`, WITNESS_CELLS, 'witness'),
    );
    this.switches = store.region('nested switches', SWITCHES.length);
    this.caches = machine.regs.map((_, v) =>
      store.region(`nested translations of vCPU ${v}`, CACHED * CACHE_CELLS),
    );
    this.unexplained = store.witness('exits without a cause', 1);
    this.own.set('next', this.firstOwn);
    this.own.set('root', this.newTable());
    for (const { gfn, mfn, type } of options.p2m)
      this.setP2m(gfn, mfn, type === 'ro' ? ROM : type.startsWith('mmio') ? DEVICE : RAM);
  }

  private get store() {
    return this.world.store;
  }

  on(name: NestedSwitch): boolean {
    return this.store.get(this.switches.base + SWITCHES.indexOf(name)) !== 0;
  }

  setOn(name: NestedSwitch, on: boolean): void {
    this.store.set(this.switches.base + SWITCHES.indexOf(name), on ? 1 : 0);
  }

  /** Root of the nested tables: what nCR3, or the EPT pointer, names. */
  get root(): number {
    return this.own.get('root');
  }

  /** Goes up whenever a nested entry changes. */
  get version(): number {
    return this.own.get('version');
  }

  get logging(): boolean {
    return this.own.get('logging') !== 0;
  }

  set logging(on: boolean) {
    this.own.set('logging', on ? 1 : 0);
  }

  get causeless(): number {
    return this.store.get(this.unexplained.base);
  }

  countCauseless(): void {
    this.store.set(this.unexplained.base, this.causeless + 1);
  }

  /** A frame of the hypervisor's own. */
  owns(frame: number): boolean {
    return frame >= this.firstOwn && frame < this.own.get('next');
  }

  get tables(): number {
    return this.own.get('next') - this.firstOwn;
  }

  newTable(): number {
    const frame = this.own.get('next');
    ensure(
      frame < this.machine.config.machineFrames,
      `the pool has a frame for another nested table. It has ${frame - this.firstOwn}; say \`pool ${2 * (frame - this.firstOwn)} frames\` or more`,
    );
    this.own.set('next', frame + 1);
    return frame;
  }

  private known(gfn: number): boolean {
    return gfn >= 0 && gfn < 2 ** 28 && this.p2m.get(gfn, TYPE) !== 0;
  }

  private inRam(gfn: number): boolean {
    return gfn >= 0 && gfn < this.machine.config.guestFrames;
  }

  /** The machine frame behind a guest frame, or -1. */
  mfn(gfn: number): number {
    if (this.known(gfn)) return this.p2m.get(gfn, TYPE) === DEVICE ? -1 : this.p2m.get(gfn, MFN);
    return this.inRam(gfn) ? gfn : -1;
  }

  type(gfn: number): number {
    if (this.known(gfn)) return this.p2m.get(gfn, TYPE);
    return this.inRam(gfn) ? RAM : DEVICE;
  }

  setP2m(gfn: number, mfn: number, type: number): void {
    this.p2m.set(gfn, TYPE, type);
    this.p2m.set(gfn, MFN, mfn);
  }

  /** Why stores to a guest frame leave the guest: FREE, LOGGED or GUARDED. */
  watched(gfn: number): number {
    return this.p2m.get(gfn, WATCH);
  }

  watch(gfn: number, why: number): void {
    this.p2m.set(gfn, WATCH, why);
  }

  get indexBits(): number {
    return this.machine.config.indexBits;
  }

  /** Index of the entry for a guest frame in a nested table of the level. */
  index(gfn: number, level: number): number {
    return Math.floor(gfn / 2 ** (this.indexBits * (level - 1))) % 2 ** this.indexBits;
  }

  /** Whether the nested tables reach so far. */
  reaches(gfn: number): boolean {
    return gfn >= 0 && gfn < 2 ** (this.indexBits * this.levels);
  }

  hi(frame: number, index: number): number {
    return this.machine.memory.hi(frame, index);
  }

  lo(frame: number, index: number): number {
    return this.machine.memory.lo(frame, index);
  }

  /** Writes an entry of the nested tables. */
  write(frame: number, index: number, hi: number, lo: number): void {
    this.machine.memory.write64(frame, index, hi, lo);
    this.own.set('version', this.version + 1);
  }

  /** The leaf for a guest frame as it stands, without a trace: for invariants and answers. Undefined if there is none. */
  lookup(
    gfn: number,
  ): { readonly frame: number; readonly index: number; readonly level: number } | undefined {
    if (!this.reaches(gfn)) return undefined;
    let frame = this.root;
    for (let level = this.levels; level >= 1; level--) {
      const index = this.index(gfn, level);
      const lo = this.lo(frame, index);
      if (!this.format.present(lo)) return undefined;
      if (this.format.leaf(level, lo)) return { frame, index, level };
      frame = ((this.hi(frame, index) & 0xf_ffff) << 20) | (lo >>> 12);
    }
    return undefined;
  }

  /** The guest frame whose nested entry leads to a machine frame; -1 if there is none. */
  mappedGfn(mfn: number): number {
    const leads = (gfn: number): boolean => this.mfn(gfn) === mfn && this.lookup(gfn) !== undefined;
    return leads(mfn) ? mfn : (this.p2m.rows().find(leads) ?? -1);
  }

  // ---- the small cache of nested translations (a model) --------------------------------------------------------

  private cacheCell(v: number, gfn: number): number {
    return (this.caches[v] as Region).base + (gfn % CACHED) * CACHE_CELLS;
  }

  /** First cell of what is known of a guest frame, or -1. Its cells are what `nested_translate` returns. */
  cached(v: number, gfn: number): number {
    const cell = this.cacheCell(v, gfn);
    return this.store.get(cell) === gfn + 1 ? cell + 1 : -1;
  }

  cacheGet(cell: number, nth: number): number {
    return this.store.get(cell + nth);
  }

  remember(v: number, gfn: number, what: readonly number[]): void {
    const cell = this.cacheCell(v, gfn);
    [gfn + 1, ...what].forEach((value, i) => {
      this.store.set(cell + i, value);
    });
  }

  /** INVEPT on a vCPU, or a flush by ASID: combined and nested translations go. */
  invalidate(v: number): void {
    this.machine.tlb.flushAll(v, false);
    const { base } = this.caches[v] as Region;
    for (let i = 0; i < CACHED * CACHE_CELLS; i++) this.store.set(base + i, 0);
    this.witness[v]?.set('known', 0);
  }
}
