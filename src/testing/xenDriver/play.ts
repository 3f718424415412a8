import { defined, type Random } from '../../base';
import { type BuiltWorld, buildWorld } from '../../engine';
import type { Xen } from '../../hypervisor/xen/state';
import { LockReleased, type Violation } from '../../kernel';
import { type GuestOp, OperationEnded, OperationStarted } from '../../machine';
import { printDiagnostic, resolve } from '../../scenario';
import { design } from './design';
import { burst } from './pace';
import type { DriverWorld } from './settings';
import { type Segment, worldText } from './text';

/** Where an actor was left: `into` steps into operation `op` of its program (as generated: `id`s survive the shrinking). */
export interface Stop {
  readonly actor: number;
  readonly op: number;
  readonly into: number;
}

/** How a world came out. */
export interface Played {
  /** Operations begun, and steps taken. */
  readonly operations: number;
  readonly steps: number;
  /** What was broken at the first step at which anything was. */
  readonly violations: readonly Violation[];
  /** The domain was crashed by Xen; or an actor waits for ever, or never ends; or a promise of our own was broken. */
  readonly trouble: string | undefined;
  readonly segments: readonly Segment[];
  readonly stops: readonly Stop[];
}

/** More steps of its own than any honest operation takes. */
const STEPS_PER_OPERATION = 20_000;

export const CRASHED = 'Xen has crashed the domain';
const ENDLESS = 'an operation does not come to an end';

const atStep = design.invariants.filter((one) => one.when === 'step');
const atRelease = design.invariants.filter((one) => one.when === 'release');
const atOperation = design.invariants.filter((one) => one.when === 'operation');
const atRest = design.invariants.filter((one) => one.when === 'quiescent');

/** A driven world, before its first step. */
export function buildDriven(w: DriverWorld): BuiltWorld {
  const resolved = resolve(worldText(w, 'A random world'));
  if (resolved.kind === 'error') throw new Error(resolved.error.map(printDiagnostic).join('\n'));
  return buildWorld(resolved.value.spec, design);
}

/** One world while it runs. */
class Playing {
  readonly built: BuiltWorld;
  readonly segments: { actor: number; steps: number }[] = [];
  readonly stops: Stop[] = [];
  violations: readonly Violation[] = [];
  trouble: string | undefined;
  operations = 0;
  steps = 0;
  private readonly into: number[];
  private readonly xen: Xen;

  constructor(
    w: DriverWorld,
    readonly programs: readonly (readonly GuestOp[])[],
  ) {
    this.built = buildDriven(w);
    const { machine, world } = this.built;
    machine.programs = programs;
    machine.startPrograms();
    this.into = programs.map(() => 0);
    this.xen = world.part('xen') as Xen;
  }

  get over(): boolean {
    return this.violations.length > 0 || this.trouble !== undefined;
  }

  alive(actor: number): boolean {
    return this.built.world.actors[actor]?.thread?.alive === true;
  }

  able(): number[] {
    const { world } = this.built;
    const able: number[] = [];
    for (let actor = 0; actor < this.programs.length; actor++) if (world.enabled(actor)) able.push(actor);
    if (able.length === 0 && this.programs.some((_, actor) => this.alive(actor)))
      this.trouble = 'nobody can run, and not everybody is done';
    return able;
  }

  /** The step that an actor would take next. */
  label(actor: number): string {
    const at = this.built.world.location(actor);
    return at === undefined ? '' : `${at.procedure.name}.${at.label}`;
  }

  /** Where an actor stands. */
  at(actor: number): Stop {
    const op = this.built.machine.registersOf(actor).get('op');
    return { actor, op, into: this.into[actor] ?? 0 };
  }

  /** Lets an actor run while `more` says so and it can. */
  run(actor: number, more: (taken: number) => boolean): void {
    let taken = 0;
    const { world } = this.built;
    while (!this.over && more(taken) && world.enabled(actor)) {
      this.step(actor);
      taken++;
    }
    if (taken === 0) return;
    this.stops.push(this.at(actor));
    const last = this.segments.at(-1);
    if (last?.actor === actor) last.steps += taken;
    else this.segments.push({ actor, steps: taken });
  }

  private step(actor: number): void {
    const { world } = this.built;
    const { events } = world;
    const from = events.mark;
    try {
      world.step(actor);
    } catch (error) {
      this.trouble = `a promise of our own was broken: ${(error as Error).message}`;
      return;
    }
    this.steps++;
    this.into[actor] = (this.into[actor] ?? 0) + 1;
    let released = false;
    let ended = false;
    events.scan(from, events.mark, (type) => {
      if (type === LockReleased) released = true;
      else if (type === OperationStarted) {
        this.into[actor] = 1;
        this.operations++;
      } else if (type === OperationEnded) ended = true;
    });
    this.check(atStep);
    if (released && !this.over) this.released();
    if (ended && !this.over) this.check(atOperation);
    if (ended && !this.over && atRest.length > 0 && this.built.atRest()) this.check(atRest);
    if ((this.into[actor] ?? 0) > STEPS_PER_OPERATION) this.trouble = ENDLESS;
  }

  private released(): void {
    this.check(atRelease);
    if (this.xen.domain.get('crashed') !== 0 && !this.over) this.trouble = CRASHED;
  }

  private check(invariants: typeof design.invariants): void {
    for (const invariant of invariants) {
      const found = (invariant.check as (part: unknown) => readonly Violation[])(this.part(invariant.part));
      if (found.length > 0) this.violations = [...this.violations, ...found];
    }
  }

  private part(name: string): unknown {
    return name === 'xen' ? this.xen : this.built.world.part(name);
  }

  get outcome(): Played {
    const { operations, steps, violations, trouble, segments, stops } = this;
    return { operations, steps, violations, trouble, segments, stops };
  }
}

/** Runs the programs (one per vCPU, then the host's) under a random schedule, to their end or until anything breaks. */
export function play(w: DriverWorld, programs: readonly (readonly GuestOp[])[], r: Random): Played {
  const playing = new Playing(w, programs);
  const pauses = new Set(w.pauses);
  let paused = -1;
  let until = 0;
  while (!playing.over) {
    const all = playing.able();
    if (all.length === 0) break;
    const able = playing.steps < until ? all.filter((actor) => actor !== paused) : all;
    const actor = r.pick(able.length === 0 ? all : able);
    const most = burst(r, w.pace);
    playing.run(actor, (taken) => {
      if (taken >= most) return false;
      if (pauses.size === 0 || taken === 0 || !pauses.has(playing.label(actor)) || r.chance(0.4)) return true;
      paused = actor;
      until = playing.steps + 50 + r.below(600);
      return false;
    });
  }
  return playing.outcome;
}

/** Runs the programs again with the stops of an earlier run, then whoever is left, in order. */
export function replay(
  w: DriverWorld,
  programs: readonly (readonly GuestOp[])[],
  stops: readonly Stop[],
): Played {
  const playing = new Playing(w, programs);
  for (const { actor, op, into } of stops) {
    if (playing.over) break;
    playing.run(actor, () => {
      const at = playing.at(actor);
      return at.op < op || (at.op === op && at.into < into);
    });
  }
  for (let able = playing.able(); able.length > 0 && !playing.over; able = playing.able())
    playing.run(defined(able[0], 'somebody who can run'), () => true);
  return playing.outcome;
}
