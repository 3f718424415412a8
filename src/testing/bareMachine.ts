import { defined, type Word, wordOfBigInt } from '../base';
import { type DesignOptions, designs } from '../hypervisor';
import { type LoggedEvent, type Procedure, type Step, Store, World } from '../kernel';
import {
  CR0_PE,
  CR0_PG,
  CR4_PAE,
  CR4_PSE,
  EFER_LME,
  EFER_NXE,
  type Exits,
  frameOf,
  type GuestOp,
  indexAt,
  Machine,
  type MachineConfig,
  P,
  present,
  REAL_GEOMETRY,
  U,
  W,
} from '../machine';

export interface BareOptions {
  readonly mode?: '64' | 'pae' | '32';
  readonly config?: Partial<MachineConfig>;
  readonly cr0?: number;
  /** Bits beside those the mode needs. */
  readonly cr4?: number;
  readonly efer?: number;
  readonly ac?: boolean;
  /** Name of the design; bare hardware if none is given. */
  readonly design?: string;
  /** Exits that differ from the design's own. */
  readonly exits?: Partial<Exits>;
  readonly options?: Partial<DesignOptions>;
  readonly store?: Store;
}

export interface MapOptions {
  /** Level of the leaf: 1 maps 4 KiB. */
  readonly level?: number;
  readonly nx?: boolean;
  /** Flags of new entries above the leaf. */
  readonly above?: number;
}

export const va = (address: bigint): Word => wordOfBigInt(address);
export const load = (address: bigint, cpl: 0 | 3 = 3): GuestOp => ({
  kind: 'load',
  va: va(address),
  width: 8,
  cpl,
});
export const store = (address: bigint, value: bigint, cpl: 0 | 3 = 3): GuestOp => ({
  kind: 'store',
  va: va(address),
  value: va(value),
  width: 8,
  cpl,
});
export const fetch = (address: bigint, cpl: 0 | 3 = 3): GuestOp => ({ kind: 'fetch', va: va(address), cpl });

/** The first table: CR3 points here; further ones follow. */
export const ROOT = 0x10;

/**
 * A small world on bare hardware for tests: maps pages as a boot loader would, runs programs one after the other, and reads
 * events. The tables of all modes grow from frame 0x10 upwards.
 */
export class BareMachine {
  readonly world: World;
  readonly machine: Machine;
  private nextTable = ROOT + 1;
  private booted = false;
  private readonly boot: Procedure<never>;

  constructor(readonly given: BareOptions = {}) {
    const name = given.design ?? 'native';
    const design = defined(designs.get(name), `the design ${name}`);
    this.world = new World(design.counters, given.store ?? new Store());
    this.machine = new Machine(this.world, {
      ...{ vcpus: 1, guestFrames: 4096, machineFrames: 4096, ...REAL_GEOMETRY },
      ...given.config,
    });
    this.machine.addActors();
    const built = design.build(this.world, this.machine, {
      ...{ profile: '', switches: {}, p2m: [], poolFrames: 0, knobs: {} },
      ...given.options,
    });
    this.machine.attach({ ...built.exits, ...given.exits });
    this.machine.setSwitch = built.setSwitch;
    this.machine.switchNames = design.switches.map((s) => s.name);
    this.boot = built.boot;
    for (const r of this.machine.regs) {
      r.set('cr0', CR0_PE | CR0_PG | (given.cr0 ?? 0));
      r.set('cr3Lo', ROOT << 12);
      r.set('cr4', this.modeCr4 | (given.cr4 ?? 0));
      r.set(
        'efer',
        (this.mode === '64' ? EFER_LME : 0) | (given.efer ?? (this.mode === '32' ? 0 : EFER_NXE)),
      );
      r.set('rflags', given.ac === true ? 1 << 18 : 0);
    }
  }

  private get mode(): '64' | 'pae' | '32' {
    return this.given.mode ?? '64';
  }

  private get modeCr4(): number {
    return this.mode === '32' ? CR4_PSE : CR4_PAE;
  }

  /** Writes the entry of a table. */
  entry(frame: number, index: number, hi: number, lo: number): void {
    if (this.mode === '32') this.machine.memory.write32(frame, index, lo);
    else this.machine.memory.write64(frame, index, hi, lo);
  }

  lo(frame: number, index: number): number {
    return this.mode === '32'
      ? this.machine.memory.read32(frame, index)
      : this.machine.memory.lo(frame, index);
  }

  hi(frame: number, index: number): number {
    return this.mode === '32' ? 0 : this.machine.memory.hi(frame, index);
  }

  /** Maps a page; tables on the way are made if they are not there. Returns where the leaf lies. */
  map(
    address: bigint,
    frame: number,
    flags: number,
    options: MapOptions = {},
  ): { frame: number; index: number } {
    const mode = this.machine.modes[this.mode];
    const leaf = options.level ?? 1;
    const at = va(address);
    let table = ROOT;
    for (let level = mode.levels; ; level--) {
      const index = indexAt(mode, level, at.hi, at.lo);
      if (level === leaf) {
        this.entry(table, index, (frame >>> 20) | (options.nx === true ? 1 << 31 : 0), (frame << 12) | flags);
        return { frame: table, index };
      }
      if (!present(this.lo(table, index))) {
        // A PDPTE has no W and U: these bits are reserved there.
        const above = mode.name === 'pae' && level === 3 ? P : (options.above ?? P | W | U);
        this.entry(table, index, 0, (this.nextTable++ << 12) | above);
      }
      table = frameOf(this.hi(table, index), this.lo(table, index));
    }
  }

  /** Starts the given programs, one per actor; boots first if that has not been done. */
  start(...programs: (readonly GuestOp[])[]): this {
    if (!this.booted) {
      defined(this.world.actors[0]?.thread, 'the thread of vCPU 0').start(this.boot);
      this.finish();
      this.booted = true;
    }
    this.world.events.truncate(0);
    this.machine.programs = programs;
    this.machine.startPrograms();
    return this;
  }

  /** Lets whoever can run, run, lowest actor first, until nobody can. */
  finish(bound = 100_000): this {
    for (let i = 0; i < bound; i++) {
      const actor = this.world.actors.find((a) => a.enabled());
      if (actor === undefined) return this;
      this.world.step(actor.index);
    }
    throw new Error(`not at rest after ${bound} steps`);
  }

  /** One actor alone, until nothing is left of its program. */
  finishActor(actor: number, bound = 10_000): this {
    for (let i = 0; i < bound && this.world.enabled(actor); i++) this.world.step(actor);
    return this;
  }

  /** Runs one actor until the step `procedure.label` is its next. */
  until(actor: number, location: string, bound = 1000): this {
    for (let i = 0; i < bound; i++) {
      const at = this.world.location(actor);
      if (at !== undefined && `${at.procedure.name}.${at.label}` === location) return this;
      this.world.step(actor);
    }
    throw new Error(`actor ${actor} never came to ${location}`);
  }

  /** Runs operations on vCPU 0 to their end; the events since then can be read with `events`. */
  run(...ops: GuestOp[]): this {
    return this.start(ops).finish();
  }

  /** Takes one step and returns its caption. */
  stepSaying(actor: number): string {
    const thread = defined(this.world.actors[actor]?.thread, `the thread of actor ${actor}`);
    const { procedure, step } = defined(thread.next, `a next step of actor ${actor}`);
    const frame = thread.frameBase;
    const { from, to } = thread.extent(frame, procedure);
    const { store } = this.world;
    const mark = store.mark;
    this.world.step(actor);
    const { say } = step as Step<unknown>;
    if (typeof say === 'string') return say;
    // The step may have given its frame up: what was there before its cells went back to zero.
    const gone = new Map<number, number>();
    store.writes(mark, store.mark, (cell, old, now) => {
      if (cell < from || cell >= to) return;
      if (now === 0) gone.set(cell, old);
      else gone.delete(cell);
    });
    const read = (cell: number): number =>
      gone.has(from) ? (gone.get(cell) ?? store.get(cell)) : store.get(cell);
    return thread.recall(frame, read, (t) => say(t, this.world.part(procedure.part)));
  }

  /** Events of a kind since the programs were started, as plain objects. */
  events(kind?: string): LoggedEvent[] {
    const all = this.world.events.read(0, this.world.events.mark, 0);
    return kind === undefined ? all : all.filter((e) => e.kind === kind);
  }

  /** How each operation of vCPU 0 ended: its page-fault error code, '#GP', 'impossible' or 'ok'. */
  outcomes(): (number | string)[] {
    let error: number | undefined;
    const out: (number | string)[] = [];
    for (const e of this.events()) {
      if (e.kind === 'GuestPageFault') error = e.error as number;
      if (e.kind !== 'OperationEnded') continue;
      const ways = ['ok', error ?? -1, '#GP', 'impossible'];
      out.push(ways[e.outcome as number] ?? 'unknown');
      error = undefined;
    }
    return out;
  }

  /** What the last operation read. */
  get result(): bigint {
    const e = defined(this.events('OperationEnded').at(-1), 'an operation that ended');
    return (BigInt((e.valueHi as number) >>> 0) << 32n) | BigInt((e.valueLo as number) >>> 0);
  }
}
