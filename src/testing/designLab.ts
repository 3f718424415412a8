import { defined, hex, type Word, word } from '../base';
import type { Design, DesignOptions } from '../hypervisor';
import { LockReleased, type LoggedEvent, Store, type Violation, World } from '../kernel';
import { type GuestOp, guest, Machine, type MachineConfig } from '../machine';

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
export const invlpg = (va: Word): GuestOp => ({ kind: 'invlpg', va });
/** An operation of the design. */
export const call = (name: string, ...args: number[]): GuestOp => ({ kind: 'call', name, args });

interface LabSetup {
  readonly design: Design;
  readonly config: MachineConfig;
  readonly profile: string;
  /** Beside those of the profile. */
  readonly switches: Readonly<Record<string, boolean>>;
  readonly poolFrames: number;
  readonly knobs?: DesignOptions['knobs'];
  /** Check no invariants: for what is known to break them. */
  readonly lenient: boolean;
}

/** More than any operation takes; a design that goes round in circles must not hang the tests. */
const STEPS = 400_000;

/**
 * A tiny world of a design, driven operation by operation: `run` takes one operation of one vCPU (the host is the one after the
 * last) to its end; `begin`, `until` and `finish` interleave. Invariants are checked whenever a lock is released; what they
 * find is in `violations`. Who extends it puts the guest in memory, then calls `boot`.
 */
export class DesignLab {
  readonly store = new Store();
  readonly world: World;
  readonly machine: Machine;
  readonly violations: { readonly step: number; readonly violation: Violation }[] = [];
  steps = 0;
  protected readonly programs: GuestOp[][];
  protected readonly boot: () => void;

  constructor(private readonly setup: LabSetup) {
    const { design, config } = setup;
    this.world = new World(design.counters, this.store);
    this.machine = new Machine(this.world, config);
    this.machine.addActors();
    const profile = defined(
      design.profiles.find((p) => p.name === setup.profile),
      `profile ${setup.profile}`,
    );
    const built = design.build(this.world, this.machine, {
      profile: profile.name,
      switches: { ...profile.switches, ...setup.switches },
      p2m: [],
      poolFrames: setup.poolFrames,
      knobs: setup.knobs ?? {},
    });
    this.machine.attach(built.exits);
    this.machine.setSwitch = built.setSwitch;
    this.machine.switchNames = design.switches.map((s) => s.name);
    this.programs = Array.from({ length: config.vcpus + 1 }, () => []);
    this.boot = () => {
      defined(this.world.actors[0]?.thread, 'a first vCPU').start(built.boot);
      this.finish(0);
    };
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
    if (this.setup.lenient) return;
    let released = false;
    this.world.events.scan(from, this.world.events.mark, (type) => {
      if (type.kind === LockReleased.kind) released = true;
    });
    if (released) this.check();
  }

  /** Invariants as of now; each violation is noted when it appears. */
  check(): void {
    for (const invariant of this.setup.design.invariants) {
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
}

function sayEvent(event: LoggedEvent): string {
  const fields = Object.entries(event).filter(([key]) => !['kind', 'actor', 'step'].includes(key));
  return [event.kind, ...fields.map(([, value]) => hex(value as number))].join(' ');
}
