import { defined, hex, type Word, word } from '../base';
import { designs } from '../hypervisor';
import type { Xen } from '../hypervisor/xen/state';
import { REPAIRS as ALL_REPAIRS, SWITCHES } from '../hypervisor/xen/switches';
import { LockReleased, type LoggedEvent, Store, type Violation, World } from '../kernel';
import { A, D, type GuestOp, guest, Machine, P, REAL_GEOMETRY, U, W } from '../machine';
import {
  CR0,
  type GuestEntry,
  type GuestShape,
  guestOf,
  type LabMode,
  prepareGuest,
  storeEntry,
} from './xenGuest';

export { CR0 };

/** The sheet's guest (facts 9): top table T, and K, the kernel's L1 that maps table page g writable at D(g). */
export const T = 0x10;
export const K = 0x61;

/** Flags as the sheet writes them. */
export const PWUAD = P | W | U | A | D;
export const PUAD = P | U | A | D;

/** An entry: frame and low flags. */
export const e = (frame: number, flags: number): Word => word(frame >>> 20, (frame << 12) | flags);
export const EMPTY = word(0, 0);

const G64 = guestOf('64');
/** The VA that entry i of table page p translates, for the 64-bit guest. */
export const { vaOf, direct } = G64;

export const load = (va: Word, cpl: 0 | 3 = 3): GuestOp => ({ kind: 'load', va, width: 8, cpl });
export const store = (va: Word, value: Word, cpl: 0 | 3 = 3): GuestOp => ({
  kind: 'store',
  va,
  value,
  width: 8,
  cpl,
});
/** The kernel's store to entry i of table page p. */
export const setEntry = (p: number, i: number, value: Word): GuestOp => storeEntry(G64, p, i, value);
export const cr3 = (frame = T): GuestOp => ({ kind: 'cr3', value: word(0, frame << 12) });
/** An operation of the design. */
export const call = (name: string, ...args: number[]): GuestOp => ({ kind: 'call', name, args });
export const invlpg = (va: Word): GuestOp => ({ kind: 'invlpg', va });

export interface LabOptions {
  readonly era?: string;
  /** How the guest pages; 64-bit unless said otherwise. Its tables and addresses are in `guestOf(mode)`. */
  readonly mode?: LabMode;
  /** Beside those of the profile. The repairs made after 2008 are on unless said otherwise. */
  readonly switches?: Readonly<Record<string, boolean>>;
  readonly vcpus?: number;
  readonly pool?: number;
  readonly tlb?: number;
  /** Entries of the guest's table pages at the start. */
  readonly entries?: readonly GuestEntry[];
  /** False: the guest is not thought to use L3 tables as top levels (LINUX_L3_TOPLEVEL), so L3 shadows are not pinned. */
  readonly l3TopLevel?: boolean;
  /** A PV guest, whose tables are changed by `mmu-update`. */
  readonly pv?: boolean;
  /** Check no invariants: for what is known to break them. */
  readonly lenient?: boolean;
}

/**
 * Repairs made after 2008: with them off, races of the time break invariants under random schedules. Later changes that only save
 * time stay as the profile has them.
 */
export const REPAIRS: readonly string[] = SWITCHES.filter(
  ({ name, protects }) => protects !== undefined && ALL_REPAIRS.includes(name),
).map(({ name }) => name);

const STEPS = 400_000;

/**
 * A tiny world of Xen and its guest, driven operation by operation: `run` takes one operation of one vCPU to its end, `begin`,
 * `until` and `finish` interleave. Invariants are checked whenever the shadow lock is released; what they find is in `violations`.
 */
export class XenLab {
  readonly store = new Store();
  readonly world: World;
  readonly machine: Machine;
  readonly x: Xen;
  readonly violations: { readonly step: number; readonly violation: Violation }[] = [];
  steps = 0;
  private readonly design = defined(designs.get('xen'), 'the design xen');
  private readonly programs: GuestOp[][];

  constructor(readonly options: LabOptions = {}) {
    const vcpus = options.vcpus ?? 2;
    const guestFrames = 0x6000;
    this.world = new World(this.design.counters, this.store);
    this.machine = new Machine(this.world, {
      ...REAL_GEOMETRY,
      ...(options.tlb === undefined ? {} : { tlbEntries: options.tlb }),
      vcpus,
      guestFrames,
      machineFrames: guestFrames + (options.pool ?? 128),
    });
    const era = options.era ?? 'U';
    const profile = defined(
      this.design.profiles.find((p) => p.name === era),
      `profile ${era}`,
    );
    const repaired = Object.fromEntries(REPAIRS.map((name) => [name, true]));
    this.machine.addActors();
    const built = this.design.build(this.world, this.machine, {
      profile: era,
      switches: { ...profile.switches, ...repaired, ...options.switches },
      p2m: [],
      poolFrames: options.pool ?? 128,
      knobs: options.pv === true ? { pv: 1 } : {},
    });
    this.machine.attach(built.exits);
    this.machine.setSwitch = built.setSwitch;
    this.machine.switchNames = this.design.switches.map((s) => s.name);
    this.x = this.world.part('xen') as Xen;
    this.programs = Array.from({ length: vcpus + 1 }, () => []);
    prepareGuest(this.machine, options.entries ?? [], options.mode);
    defined(this.world.actors[0]?.thread, 'a first vCPU').start(built.boot);
    this.go(0, () => false);
    if (options.l3TopLevel === false) this.x.domain.set('optFlags', 0);
    this.fresh();
  }

  /** Where things are in this lab's guest. */
  get guest(): GuestShape {
    return guestOf(this.options.mode ?? '64');
  }

  /** The kernel's store to entry i of table page p. */
  setEntry(p: number, i: number, value: Word): GuestOp {
    return storeEntry(this.guest, p, i, value);
  }

  /** Counters and events start from nothing. */
  fresh(): void {
    this.world.counters.reset();
    this.world.events.truncate(0);
  }

  /** One operation of a vCPU, to its end. */
  run(v: number, ...ops: readonly GuestOp[]): void {
    for (const op of ops) {
      this.begin(v, op);
      this.finish(v);
    }
  }

  /** Puts a vCPU before an operation. */
  begin(v: number, op: GuestOp): void {
    this.programs[v] = [op];
    this.machine.programs = this.programs;
    defined(this.world.actors[v]?.thread, `vCPU ${v}`).start(guest);
  }

  /** Gives each vCPU a whole program, and puts it before its first operation. */
  load(programs: readonly (readonly GuestOp[])[]): void {
    this.machine.programs = [...programs, []];
    this.machine.startPrograms();
  }

  /** A whole program of vCPU 0, to its end. */
  runProgram(...ops: readonly GuestOp[]): void {
    this.load([ops, ...this.programs.slice(1, -1).map(() => [])]);
    this.finish(0);
  }

  /** Steps a vCPU until it stands before the step `procedure.label`. */
  until(v: number, label: string): void {
    this.go(v, () => {
      const at = this.world.location(v);
      return at !== undefined && `${at.procedure.name}.${at.label}` === label;
    });
    const at = this.world.location(v);
    if (at === undefined) throw new Error(`vCPU ${v} never came to ${label}`);
  }

  finish(v: number): void {
    this.go(v, () => false);
  }

  private go(v: number, stop: () => boolean): void {
    for (let i = 0; i < STEPS; i++) {
      if (this.world.location(v) === undefined || stop()) return;
      if (!this.world.enabled(v)) throw new Error(`vCPU ${v} waits at ${this.where(v)}`);
      this.step(v);
    }
    throw new Error(`vCPU ${v} does not come to an end: ${this.where(v)}`);
  }

  where(v: number): string {
    const at = this.world.location(v);
    return at === undefined ? 'nowhere' : `${at.procedure.name}.${at.label}`;
  }

  step(v: number): void {
    const from = this.world.events.mark;
    this.world.step(v);
    this.steps++;
    if (this.options.lenient === true) return;
    let released = false;
    this.world.events.scan(from, this.world.events.mark, (type) => {
      if (type.kind === LockReleased.kind) released = true;
    });
    if (released) this.check();
  }

  /** Invariants as of now; each violation is noted when it appears. */
  check(): void {
    for (const invariant of this.design.invariants) {
      const check = invariant.check as (part: unknown) => readonly Violation[];
      for (const violation of check(this.world.part(invariant.part))) {
        const known = this.violations.some(
          (v) => v.violation.invariant === violation.invariant && v.violation.where === violation.where,
        );
        if (!known) this.violations.push({ step: this.steps, violation });
      }
    }
  }

  /** Names of broken invariants so far, in order of appearance. */
  get broken(): string[] {
    return [...new Set(this.violations.map((v) => v.violation.invariant))];
  }

  /** Events of these kinds since `fresh`, each as its kind and its fields' values in hex: `Unsynced 0 30 0`. */
  events(...kinds: readonly string[]): string[] {
    const all = this.world.events.read(0, this.world.events.mark, 0);
    return all.filter((event) => kinds.includes(event.kind)).map(sayEvent);
  }

  counter(name: string): number {
    return this.world.counters.value(name);
  }

  /** Those of the named counters that are not zero. */
  counters(...names: readonly string[]): Record<string, number> {
    return Object.fromEntries(names.map((n) => [n, this.counter(n)] as const).filter(([, n]) => n !== 0));
  }

  /** The whole word of an entry, as hex. */
  entry(frame: number, index: number): string {
    return text(this.machine.memory.hi(frame, index), this.machine.memory.lo(frame, index));
  }

  /** An entry of the L1 shadow of a guest table, as hex; `-` if it has no shadow. */
  shadow(gmfn: number, index: number): string {
    const smfn = this.shadowOf(gmfn);
    return smfn < 0 ? '-' : text(this.x.hi(smfn, index), this.x.lo(smfn, index));
  }

  /** By default the L1 shadow. */
  shadowOf(gmfn: number, type = this.guest.l1Type): number {
    return this.x.hash.find(gmfn, type);
  }

  /** Pages in the slots of a vCPU, -1 where empty. */
  slots(v: number): number[] {
    const { oos } = this.x.vcpu(v);
    return Array.from({ length: oos.size }, (_, slot) => oos.page(slot));
  }

  /** Snapshot pages of the slots of a vCPU. */
  snapshots(v: number): number[] {
    const { oos } = this.x.vcpu(v);
    return Array.from({ length: oos.size }, (_, slot) => oos.snapshot(slot));
  }

  /** Whether the processor may store through the entry by which the direct map reaches page g. */
  writable(g: number): boolean {
    const smfn = this.shadowOf(this.guest.kernel);
    return smfn >= 0 && (this.x.lo(smfn, g) & (P | W)) === (P | W);
  }
}

const text = (hi: number, lo: number): string => `${hex(hi, 8)}${hex(lo, 8)}`.replace(/^0+(?=.)/, '');

/** An entry as `XenLab.entry` writes it. */
export const asText = (w: Word): string => text(w.hi, w.lo);
export const GNP = 'ffffffffffffffff';

function sayEvent(event: LoggedEvent): string {
  const fields = Object.entries(event).filter(([key]) => !['kind', 'actor', 'step'].includes(key));
  return [event.kind, ...fields.map(([, value]) => hex(value as number))].join(' ');
}
