import { ensure, type Word } from '../../base';
import { Lock, type Region, type World } from '../../kernel';
import { frameOf, isLeaf, type Machine, P, type PagingMode, present, U } from '../../machine';
import { NamedCells } from '../cells';
import type { DesignOptions } from '../design';
import { SparseTable } from '../sparse';
import { Queue } from './queue';
import type { Scheme } from './schemes';
import { ShadowTables } from './shadowTables';
import { isSwitch, type PvSwitch, SWITCHES } from './switches';

const FRAME_KEY = 0x1000_0000;
const VMA_KEY = 0x1800_0000;
const DISK_KEY = 0x3000_0000;

/** Per frame: who holds its page-table lock (actor + 1), who its page lock, its type (1 to 4: a table of that level), 1 if it is somebody else's, hash of its saved contents. */
const PTL = 0;
const PAGE_LOCK = 1;
const TYPE = 2;
const FOREIGN = 3;
const SAVED_SET = 4;
const SAVED = 5;
const FRAME_CELLS = 8;

/** again: spurious faults in a row, of one address (its low half) in one operation (+ 1). */
const VCPU_CELLS = ['lazy', 'table', 'index', 'open', 'flushOwed', 'faultOp', 'faultVa', 'again'] as const;
const FLAGS = ['attempts', 'foreignChange', 'marksInSwap', 'earlyInstall', 'misjudged'] as const;

/** Protections as mprotect has them. */
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;

/** What the guest's kernel, its queue and the hypervisor below keep. */
export class Pv {
  readonly queues: readonly Queue[];
  readonly shadows: ShadowTables;
  /** Of the hypervisor, over its shadows. */
  readonly lock: Lock;
  /** mmap_sem of the one process: its writer (actor + 1), and how many read. */
  readonly sem: NamedCells<'writer' | 'readers'>;
  readonly vcpus: readonly NamedCells<(typeof VCPU_CELLS)[number]>[];
  /** What an invariant must remember, for a later state does not show it. */
  readonly flags: NamedCells<(typeof FLAGS)[number]>;
  private readonly frames: SparseTable;
  private readonly vmas: SparseTable;
  /** What the disk holds: a row per word of a page, 1,024 of them per place; a page's place has the number of the frame it was saved from. */
  private readonly disk: SparseTable;
  private readonly switches: Region;

  constructor(
    readonly world: World,
    readonly machine: Machine,
    readonly scheme: Scheme,
    readonly options: DesignOptions,
  ) {
    const { store } = world;
    const { config } = machine;
    const capacity = options.knobs['queue-capacity'] ?? options.knobs.batch ?? scheme.queue;
    this.queues = machine.regs.map((_, v) => new Queue(store, v, Math.max(0, capacity)));
    this.lock = new Lock(store, 'shadow lock', 0);
    this.sem = new NamedCells(store, 'mmap_sem', ['writer', 'readers']);
    this.vcpus = machine.regs.map((_, v) => new NamedCells(store, `kernel of vCPU ${v}`, VCPU_CELLS));
    this.flags = new NamedCells(store, 'paravirt flags', FLAGS);
    this.frames = new SparseTable(store, FRAME_KEY, FRAME_CELLS);
    this.vmas = new SparseTable(store, VMA_KEY, 1);
    this.disk = new SparseTable(store, DISK_KEY, 1);
    this.switches = store.region('paravirt switches', SWITCHES.length);
    this.shadows = new ShadowTables(
      store,
      machine,
      config.machineFrames - options.poolFrames,
      options.poolFrames,
    );
  }

  private get store() {
    return this.world.store;
  }

  on(name: PvSwitch): boolean {
    return this.store.get(this.switches.base + SWITCHES.findIndex((s) => s.name === name)) !== 0;
  }

  setOn(name: string, on: boolean): void {
    ensure(
      isSwitch(name),
      `paravirt has the switches ${SWITCHES.map((s) => s.name).join(', ')}, not ${name}`,
    );
    this.store.set(this.switches.base + SWITCHES.findIndex((s) => s.name === name), on ? 1 : 0);
  }

  vcpu(v: number): NamedCells<(typeof VCPU_CELLS)[number]> {
    return this.vcpus[v] as NamedCells<(typeof VCPU_CELLS)[number]>;
  }

  /** A fault was spurious and its instruction is tried again. Counts how often that happens to one. */
  spurious(v: number, vaLo: number): void {
    const cells = this.vcpu(v);
    const op = this.machine.vcpu(v).get('op') + 1;
    const same = cells.get('faultOp') === op && cells.get('faultVa') === vaLo;
    cells.set('again', same ? cells.get('again') + 1 : 1);
    cells.set('faultOp', op);
    cells.set('faultVa', vaLo);
  }

  queue(v: number): Queue {
    return this.queues[v] as Queue;
  }

  lazy(v: number): boolean {
    return this.vcpu(v).get('lazy') !== 0;
  }

  /** Whether the guest's kernel leaves it to the hypervisor to write a new value into a table, at this moment. */
  setByCall(v: number): boolean {
    const { setQueued } = this.scheme;
    return setQueued === 'always' || (setQueued === 'lazy' && this.lazy(v));
  }

  /** Whether a frame is a guest table that nobody may write unseen. */
  guarded(frame: number): boolean {
    return this.scheme.keeping !== 'trusts' && this.shadows.of(frame) >= 0 && !this.shadows.unsync(frame);
  }

  // ---- frames --------------------------------------------------------------------------------------------------

  /** Owner of a table's page-table lock, or -1. */
  ptl(table: number): number {
    return this.frames.get(table, PTL) - 1;
  }

  setPtl(table: number, owner: number): void {
    this.frames.set(table, PTL, owner + 1);
  }

  /** Tables whose page-table lock or page lock is held. */
  get locked(): boolean {
    return this.frames
      .rows()
      .some((f) => this.frames.get(f, PTL) !== 0 || this.frames.get(f, PAGE_LOCK) !== 0);
  }

  /** Tables whose page-table lock a vCPU holds. */
  lockedBy(v: number): readonly number[] {
    return this.frames.rows().filter((f) => this.ptl(f) === v);
  }

  pageLock(frame: number): number {
    return this.frames.get(frame, PAGE_LOCK) - 1;
  }

  /** Frames whose page lock is held, and by whom. */
  get beingValidated(): { readonly frame: number; readonly vcpu: number }[] {
    return this.frames
      .rows()
      .filter((f) => this.pageLock(f) >= 0)
      .map((frame) => ({ frame, vcpu: this.pageLock(frame) }));
  }

  setPageLock(frame: number, owner: number): void {
    this.frames.set(frame, PAGE_LOCK, owner + 1);
  }

  /** Level of the table that a frame is validated as; 0 for none. */
  type(frame: number): number {
    return this.frames.get(frame, TYPE);
  }

  setType(frame: number, level: number): void {
    this.frames.set(frame, TYPE, level);
  }

  get validated(): readonly number[] {
    return this.frames.rows().filter((f) => this.type(f) !== 0);
  }

  /** The frame was freed, and is somebody else's now. */
  foreign(frame: number): boolean {
    return this.frames.get(frame, FOREIGN) !== 0;
  }

  setForeign(frame: number): void {
    this.frames.set(frame, FOREIGN, 1);
  }

  get foreignFrames(): readonly number[] {
    return this.frames.rows().filter((f) => this.foreign(f));
  }

  owned(frame: number): boolean {
    return frame >= 0 && frame < this.machine.config.guestFrames && !this.foreign(frame);
  }

  /** A hash of what a frame holds. */
  contents(frame: number): number {
    const { memory } = this.machine;
    if (memory.find(frame) === 0) return 0;
    let hash = 0;
    for (let i = 0; i < 1024; i++) {
      const word = memory.read32(frame, i);
      if (word !== 0) hash = (hash + Math.imul(word ^ (i * 0x9e37_79b1), 0x85eb_ca6b)) | 0;
    }
    return hash;
  }

  /** What the frame holds is on disk as well. */
  save(frame: number): void {
    this.frames.set(frame, SAVED_SET, 1);
    this.frames.set(frame, SAVED, this.contents(frame));
    const kept = this.disk.rows().some((row) => Math.floor(row / 1024) === frame);
    if (!kept && this.machine.memory.find(frame) === 0) return;
    for (let i = 0; i < 1024; i++) this.disk.set(frame * 1024 + i, 0, this.machine.memory.read32(frame, i));
  }

  /** Brings what the disk holds at a place into a frame. */
  restore(place: number, frame: number): void {
    for (let i = 0; i < 1024; i++) {
      const word = this.disk.get(place * 1024 + i, 0);
      if (word !== this.machine.memory.read32(frame, i)) this.machine.memory.write32(frame, i, word);
    }
    this.save(frame);
  }

  /** The highest frame of the guest that holds nothing and is used for nothing, or -1. `restore` makes it a used one. */
  get freeFrame(): number {
    const used = new Set(this.machine.regs.flatMap((_, one) => this.inUse(one)));
    for (let frame = this.machine.config.guestFrames - 1; frame > 0; frame--) {
      const known = this.frames.get(frame, SAVED_SET) !== 0 || this.type(frame) !== 0;
      if (this.owned(frame) && !known && !used.has(frame) && this.contents(frame) === 0) return frame;
    }
    return -1;
  }

  /** A frame that `restore` filled goes back, as empty as it was. */
  giveBack(frame: number): void {
    for (let i = 0; i < 1024; i++)
      if (this.machine.memory.read32(frame, i) !== 0) this.machine.memory.write32(frame, i, 0);
    this.save(frame);
    this.frames.set(frame, SAVED_SET, 0);
  }

  /** Tables of a vCPU's process, and frames that it maps as the user's. */
  private inUse(v: number): number[] {
    const mode = this.mode(v);
    return this.reachable(v, this.root(v)).flatMap(({ frame, level }) => {
      if (level !== 1 || this.machine.memory.find(frame) === 0) return [frame];
      const out = [frame];
      for (let i = 0; i <= (mode.indexMask[1] as number); i++) {
        const { hi, lo } = this.entry(v, frame, i);
        if (userPage(lo)) out.push(mode.entryCells === 2 ? frameOf(hi, lo) : lo >>> 12);
      }
      return out;
    });
  }

  /** Whether it holds something that is nowhere else. Frames that nobody has saved yet count as saved. */
  unsaved(frame: number): boolean {
    return this.frames.get(frame, SAVED_SET) !== 0 && this.frames.get(frame, SAVED) !== this.contents(frame);
  }

  /** What the process may do with the page of an entry, as its kernel has promised; 0 if it has not said. */
  vma(table: number, index: number): number {
    return this.vmas.get(table * 1024 + index, 0);
  }

  /** Entries of pages that the process has in its map. */
  get mapped(): { readonly table: number; readonly index: number }[] {
    return this.vmas.rows().map((row) => ({ table: Math.floor(row / 1024), index: row % 1024 }));
  }

  setVma(table: number, index: number, prot: number): void {
    this.vmas.set(table * 1024 + index, 0, prot);
  }

  // ---- entries -------------------------------------------------------------------------------------------------

  mode(v: number): PagingMode {
    return this.machine.guestMode(v);
  }

  /** An entry of a guest's table as it stands in memory. */
  entry(v: number, table: number, index: number): Word {
    const { memory } = this.machine;
    return this.mode(v).entryCells === 2
      ? { hi: memory.hi(table, index), lo: memory.lo(table, index) }
      : { hi: 0, lo: memory.read32(table, index) };
  }

  /** Writes one at once: what a locked operation of the hypervisor does. */
  writeEntry(v: number, table: number, index: number, hi: number, lo: number): void {
    const { memory } = this.machine;
    if (this.mode(v).entryCells === 2) memory.write64(table, index, hi, lo);
    else memory.write32(table, index, lo);
  }

  /** Every table that a root reaches, top down: frame and level. Each once. */
  reachable(v: number, root: number): { readonly frame: number; readonly level: number }[] {
    const mode = this.mode(v);
    const out: { frame: number; level: number }[] = [];
    const seen = new Set<number>();
    const visit = (frame: number, level: number): void => {
      if (seen.has(frame)) return;
      seen.add(frame);
      out.push({ frame, level });
      if (level === 1 || this.machine.memory.find(frame) === 0) return;
      for (let i = 0; i <= (mode.indexMask[level] ?? 0); i++) {
        const { hi, lo } = this.entry(v, frame, i);
        if (present(lo) && !isLeaf(mode, level, lo, this.machine.vcpu(v).get('cr4')))
          visit(frameOf(hi, lo), level - 1);
      }
    };
    visit(root, mode.levels);
    return out;
  }

  /** Top-level table that a vCPU's guest has loaded. */
  root(v: number): number {
    const r = this.machine.vcpu(v);
    return frameOf(this.mode(v).name === '64' ? r.get('cr3Hi') : 0, r.get('cr3Lo'));
  }
}

/** Whether an entry is a present mapping of the user's. */
export const userPage = (lo: number): boolean => (lo & (P | U)) === (P | U);
