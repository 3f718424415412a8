import { defined, hex, type Word, word } from '../base';
import { kvm } from '../hypervisor/kvm/design';
import type { Kvm } from '../hypervisor/kvm/state';
import { LockReleased, type LoggedEvent, Store, type Violation, World } from '../kernel';
import {
  A,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  D,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  type GuestOp,
  guest,
  Machine,
  P,
  REAL_GEOMETRY,
  U,
  W,
} from '../machine';

/** The guest of the sheet's scenarios (facts 8): T4 is what CR3 names, T1 the user's page table, D0 and D1 its data. */
export const T4 = 0x100;
export const T3 = 0x101;
export const T2 = 0x102;
export const T1 = 0x103;
export const D0 = 0x200;
export const D1 = 0x201;
/** Entry i of T1 translates this address. */
export const user = (i: number, byte = 0): Word => word(0, 0x40_0000 + i * 0x1000 + byte);
/** Where the kernel sees byte `byte` of frame g, below 0x200. */
export const kernel = (g: number, byte = 0): Word => word(0x80, g * 0x1000 + byte);
const KERNEL_TABLES = [0x104, 0x105, 0x106] as const;

export const PWU = P | W | U;
export const PWUA = P | W | U | A;
export const PWUAD = P | W | U | A | D;

/** An entry: frame and low flags. */
export const e = (frame: number, flags: number): Word => word(frame >>> 20, (frame << 12) | flags);

export const load = (va: Word, cpl: 0 | 3 = 3): GuestOp => ({ kind: 'load', va, width: 8, cpl });
export const store = (va: Word, value: Word, cpl: 0 | 3 = 3): GuestOp => ({
  kind: 'store',
  va,
  value,
  width: 8,
  cpl,
});
/** The kernel's store to entry i of the table in frame g. */
export const setEntry = (g: number, i: number, value: Word): GuestOp => store(kernel(g, 8 * i), value, 0);
export const cr3 = (frame = T4): GuestOp => ({ kind: 'cr3', value: word(0, frame << 12) });
export const cr0 = (value: number): GuestOp => ({ kind: 'cr0', value });
export const invlpg = (va: Word): GuestOp => ({ kind: 'invlpg', va });
/** An operation of the design. */
export const call = (name: string, ...args: number[]): GuestOp => ({ kind: 'call', name, args });

export const CR0_ON = CR0_PE | CR0_WP | CR0_PG;
export const CR0_OFF = CR0_PE | CR0_WP;

export interface KvmLabOptions {
  readonly profile?: string;
  readonly switches?: Readonly<Record<string, boolean>>;
  readonly vcpus?: number;
  readonly tlb?: number;
  readonly storeBufferDepth?: number;
  /** False: the guest begins without paging, its tables in memory all the same. */
  readonly paging?: boolean;
  /** Entries of T1 at the start beside T1[0] and T1[1], which map D0 and D1 with P, W, U. */
  readonly entries?: readonly { readonly index: number; readonly value: Word }[];
  /** Check no invariants: for what is known to break them. */
  readonly lenient?: boolean;
}

const STEPS = 200_000;
const GUEST_FRAMES = 0x400;
const POOL = 128;

/**
 * A tiny world of KVM and the sheet's guest, driven operation by operation: `run` takes one operation of one vCPU (the host is
 * the one after the last) to its end; `begin`, `until` and `finish` interleave. Invariants are checked whenever mmu_lock is
 * released.
 */
export class KvmLab {
  readonly world: World;
  readonly machine: Machine;
  readonly k: Kvm;
  readonly violations: { readonly step: number; readonly violation: Violation }[] = [];
  steps = 0;
  private readonly programs: GuestOp[][];

  constructor(readonly options: KvmLabOptions = {}) {
    const vcpus = options.vcpus ?? 2;
    this.world = new World(kvm.counters, new Store());
    this.machine = new Machine(this.world, {
      ...REAL_GEOMETRY,
      tlbEntries: options.tlb ?? REAL_GEOMETRY.tlbEntries,
      storeBufferDepth: options.storeBufferDepth ?? 0,
      vcpus,
      guestFrames: GUEST_FRAMES,
      machineFrames: GUEST_FRAMES + vcpus + POOL,
    });
    this.machine.addActors();
    const name = options.profile ?? 'linux-6.1';
    const profile = defined(
      kvm.profiles.find((p) => p.name === name),
      `profile ${name}`,
    );
    const built = kvm.build(this.world, this.machine, {
      profile: name,
      switches: { ...profile.switches, ...options.switches },
      p2m: [],
      poolFrames: POOL,
      knobs: {},
    });
    this.machine.attach(built.exits);
    this.machine.setSwitch = built.setSwitch;
    this.machine.switchNames = kvm.switches.map((s) => s.name);
    this.k = this.world.part('kvm') as Kvm;
    this.programs = Array.from({ length: vcpus + 1 }, () => []);
    this.prepare();
    defined(this.world.actors[0]?.thread, 'a first vCPU').start(built.boot);
    this.go(0, () => false);
    this.fresh();
  }

  private prepare(): void {
    const { memory } = this.machine;
    const set = (frame: number, index: number, to: Word): void => memory.write64(frame, index, to.hi, to.lo);
    set(T4, 0, e(T3, PWU));
    set(T3, 0, e(T2, PWU));
    set(T2, 2, e(T1, PWU));
    set(T1, 0, e(D0, PWU));
    set(T1, 1, e(D1, PWU));
    const [k3, k2, k1] = KERNEL_TABLES;
    set(T4, 1, e(k3, PWUA));
    set(k3, 0, e(k2, PWUA));
    set(k2, 0, e(k1, PWUA));
    for (let g = 0; g < 512; g++) set(k1, g, e(g, P | W | A | D));
    for (const { index, value } of this.options.entries ?? []) set(T1, index, value);
    const paging = this.options.paging !== false;
    for (let v = 0; v < this.machine.config.vcpus; v++) {
      const r = this.machine.vcpu(v);
      r.set('cr0', paging ? CR0_ON : CR0_OFF);
      r.set('cr4', CR4_PAE);
      r.set('efer', paging ? EFER_LME | EFER_LMA | EFER_NXE : EFER_LME | EFER_NXE);
      r.set('cr3Lo', T4 << 12);
    }
  }

  /** The actor of the host. */
  get host(): number {
    return this.machine.config.vcpus;
  }

  /** Counters and events start from nothing. */
  fresh(): void {
    this.world.counters.reset();
    this.world.events.truncate(0);
  }

  /** Operations of an actor, to their end. */
  run(v: number, ...ops: readonly GuestOp[]): void {
    for (const op of ops) {
      this.begin(v, op);
      this.finish(v);
    }
  }

  /** Puts an actor before an operation. */
  begin(v: number, op: GuestOp): void {
    this.programs[v] = [op];
    this.machine.programs = this.programs;
    defined(this.world.actors[v]?.thread, `actor ${v}`).start(guest);
  }

  /** Steps an actor until it stands before the step `procedure.label`. */
  until(v: number, label: string): void {
    this.go(v, () => this.where(v) === label);
    if (this.where(v) !== label) throw new Error(`actor ${v} never came to ${label}`);
  }

  finish(v: number): void {
    this.go(v, () => false);
  }

  /** Steps an actor until it must wait, or has come to its end. */
  advance(v: number): void {
    this.go(v, () => this.waits(v));
  }

  /** Whether an actor must wait where it stands. */
  waits(v: number): boolean {
    return this.world.location(v) !== undefined && !this.world.enabled(v);
  }

  private go(v: number, stop: () => boolean): void {
    for (let i = 0; i < STEPS; i++) {
      if (this.world.location(v) === undefined || stop()) return;
      if (!this.world.enabled(v)) throw new Error(`actor ${v} waits at ${this.where(v)}`);
      this.step(v);
    }
    throw new Error(`actor ${v} does not come to an end: ${this.where(v)}`);
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
    for (const invariant of kvm.invariants) {
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

  /** Events of these kinds since `fresh`, each as its kind and its fields' values in hex. */
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

  /** Valid shadow pages by their keys, oldest first. */
  pages(): string[] {
    return [...this.k.pages.activePages()].map((sfn) => this.k.key(sfn));
  }

  /** The page of a key as `Kvm.key` writes it. */
  page(key: string): number {
    const found = [...this.k.pages.activePages()].find((sfn) => this.k.key(sfn) === key);
    return defined(found, `shadow page ${key}`);
  }

  /** The low 12 bits of an spte, as hex. */
  bits(key: string, index: number): string {
    return hex(this.k.lo(this.page(key), index) & 0xfff);
  }
}

function sayEvent(event: LoggedEvent): string {
  const fields = Object.entries(event).filter(([key]) => !['kind', 'actor', 'step'].includes(key));
  return [event.kind, ...fields.map(([, value]) => hex(value as number))].join(' ');
}
