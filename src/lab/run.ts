import { Random } from '../base';
import type { Store, Thread } from '../kernel';
import { AtOnce, atOperation, type GuestOp, guest, operationAt } from '../machine';
import type { LabConfig } from './config';
import { isAccess, type OpStream } from './stream';
import { MACHINE_MEASURES, type MeasureName, Tally } from './tally';
import { type LabWorld, openWorld } from './world';

/** Operations that a guest has ready before it is asked for more. */
const READY = 4096;
/** Operations of one program of the machine: behind its last, another begins. */
const MOST_OPERATIONS = 2048;
/** An emulator looks ahead in the program: no further than this. */
const AHEAD = 8;
/** An operation that takes more steps than this goes nowhere. */
const MOST_STEPS = 5_000_000;
/** Rows of counters over a run. */
export const WINDOWS = 100;

/** One vCPU: its thread, what its guest has ready, and the program that the machine sees of it. */
interface Lane {
  readonly thread: Thread;
  readonly stream: OpStream;
  readonly turn: Generator<void, never>;
  readonly program: GuestOp[];
  /** Row of the stream at which the program begins. */
  base: number;
  readonly atOnce: AtOnce;
  /** What is done instead of what could be done at once: by steps. */
  readonly instead: ((at: number) => void) | undefined;
  /** Operations of the program before this place have been shown to the machine: what lies there behind it is of an earlier program. */
  shown: number;
  /** What comes next cannot be done at once. */
  refused: boolean;
  /** In the middle of an operation. */
  within: boolean;
  /** How many of the stream's calls the host has begun. */
  called: number;
}

/** What a run has counted up to some access: values in the order of `measures`. */
export interface Window {
  readonly accesses: number;
  readonly values: Float64Array;
}

/** For tests and benches; missing: a store of its own, and as much at once as the TLB allows. */
export interface LabOptions {
  readonly store?: Store;
  /** Even what could be done at once goes step by step: for the law that it makes no difference. */
  readonly bySteps?: boolean;
}

/**
 * A run of the lab: the same step tables over the same store as on the stage, without a journal; and accesses that the TLB allows
 * are done at once. Deterministic: the same configuration counts the same, however it is cut into slices.
 */
export class LabRun {
  readonly world: LabWorld;
  /** What is counted: the machine's measures, then the design's counters. */
  readonly measures: readonly MeasureName[];
  /** How many of the measures are the machine's own. */
  readonly machineMeasures = MACHINE_MEASURES.length;
  readonly windows: Window[] = [];
  private readonly tally = new Tally();
  private readonly host: Thread;
  /** How many operations the machine is shown at a time. */
  private readonly ahead: number;
  private readonly hostProgram: GuestOp[] = [];
  /** The vCPU that waits for what the host is doing. */
  private hostOf: Lane | undefined;
  private readonly lanes: readonly Lane[];
  private readonly dice: Random;
  private readonly counterCells: readonly number[];
  private nextSample: number;
  private ended = false;

  constructor(
    readonly config: LabConfig,
    options: LabOptions = {},
  ) {
    this.world = openWorld(config, options.store);
    const { built, streams, turns } = this.world;
    const { world, machine } = built;
    world.events.told = this.tally.hear;
    this.ahead = machine.exits.looksAhead === true ? AHEAD : 1;
    this.dice = new Random(config.seed ^ 0x51ab);
    this.lanes = streams.map((stream, v) => {
      const thread = world.actors[v]?.thread as Thread;
      const lane: Lane = {
        thread,
        stream,
        turn: turns[v] as Generator<void, never>,
        program: [],
        base: 0,
        shown: 0,
        atOnce: new AtOnce(machine, thread),
        instead: options.bySteps === true ? (at) => this.throughSteps(lane, at) : undefined,
        refused: false,
        within: false,
        called: 0,
      };
      return lane;
    });
    this.host = world.actors[this.lanes.length]?.thread as Thread;
    machine.programs = [...this.lanes.map(({ program }) => program), this.hostProgram];
    const specs = built.design.counters;
    this.measures = [...MACHINE_MEASURES, ...specs];
    this.counterCells = specs.map(({ name }) => world.counters.cell(name));
    this.nextSample = this.sampleAt(1);
  }

  get accesses(): number {
    return this.tally.accesses;
  }

  get done(): boolean {
    return this.ended;
  }

  /** All counts now, in the order of `measures`. */
  values(): Float64Array {
    const { store } = this.world.built.world;
    return Float64Array.from([...this.tally.values(), ...this.counterCells.map((cell) => store.get(cell))]);
  }

  /** The guests make so many operations ready before anything is done. What they do is the same. */
  prepare(operations: number): void {
    for (const lane of this.lanes) this.fill(lane, operations);
  }

  /** Goes on for about so many accesses. Whether the run is over. */
  advance(accesses: number): boolean {
    const until = Math.min(this.config.accesses, this.tally.accesses + accesses);
    while (this.tally.accesses < until) {
      this.turn();
      while (this.tally.accesses >= this.nextSample) this.sample();
    }
    if (!this.ended && this.tally.accesses >= this.config.accesses) {
      this.ended = true;
      this.settle();
      if (this.windows.at(-1)?.accesses !== this.config.accesses || this.lanes.length > 1) this.lastSample();
    }
    return this.ended;
  }

  private sampleAt(nth: number): number {
    return Math.ceil((nth * this.config.accesses) / WINDOWS);
  }

  private sample(): void {
    this.windows.push({ accesses: this.nextSample, values: this.values() });
    this.nextSample =
      this.windows.length >= WINDOWS ? Number.POSITIVE_INFINITY : this.sampleAt(this.windows.length + 1);
  }

  /** Operations under way have come to their ends: that belongs to the last window. */
  private lastSample(): void {
    this.windows.pop();
    this.windows.push({ accesses: this.config.accesses, values: this.values() });
  }

  /** Some vCPU goes on a little; with more than one, chance decides which and how far, also in the middle of what it does. */
  private turn(): void {
    const left = this.nextSample - this.tally.accesses;
    const only = this.lanes[0];
    if (this.lanes.length === 1 && only !== undefined) {
      if (only.within) this.steps(only, MOST_STEPS);
      else this.go(only, left);
      return;
    }
    if (this.host.alive && this.dice.chance(0.5)) {
      this.hostSteps(1 + this.dice.below(24));
      return;
    }
    const lane = this.dice.pick(this.lanes);
    if (lane.within) this.steps(lane, 1 + this.dice.below(24));
    else this.go(lane, Math.min(left, 1 + this.dice.below(96)));
  }

  /** From between two operations: as many as can be done at once, at most so many, or the first step of one that cannot. */
  private go(lane: Lane, most: number): void {
    if (!lane.thread.alive) this.refill(lane);
    if (this.askHost(lane)) return;
    const did = this.burst(lane, most);
    // With more than one, the others may come first.
    if (did === 0 || (this.lanes.length === 1 && lane.refused)) this.begin(lane);
  }

  /** Whether the host must do something before this vCPU goes on. */
  private askHost(lane: Lane): boolean {
    const call = lane.stream.calls[lane.called];
    if (this.lanes.length > 1 && this.hostOf === lane) {
      if (this.host.alive) return true;
      this.hostOf = undefined;
    }
    if (call === undefined || call.row > lane.base + operationAt(lane.thread)) return false;
    if (this.host.alive) return true;
    lane.called++;
    this.hostProgram[0] = { kind: 'call', name: call.name, args: call.args };
    this.host.start(guest);
    this.hostOf = lane;
    if (this.lanes.length === 1) {
      this.hostSteps(MOST_STEPS);
      if (this.host.alive)
        throw new Error(`The host's ${call.name} has not ended within ${MOST_STEPS} steps.`);
    }
    return true;
  }

  private hostSteps(most: number): void {
    const { world } = this.world.built;
    for (let i = 0; i < most && this.host.alive; i++) if (!world.tryStep(this.host.actor)) return;
  }

  /** The next part of what the guest has ready; when all is done, it is asked for more. */
  private refill(lane: Lane): void {
    const { stream, program, thread } = lane;
    lane.base += program.length;
    if (lane.base >= stream.length) {
      stream.clear();
      lane.called = 0;
      this.fill(lane, READY);
      lane.base = 0;
    }
    program.length = Math.min(MOST_OPERATIONS, stream.length - lane.base);
    lane.shown = 0;
    thread.start(guest);
  }

  private fill({ stream, turn }: Lane, operations: number): void {
    while (stream.length < operations) turn.next();
  }

  private burst(lane: Lane, most: number): number {
    const { thread, stream, program, base } = lane;
    const first = operationAt(thread);
    // The last of a program goes step by step: behind it the program ends.
    const called = stream.calls[lane.called]?.row ?? Number.POSITIVE_INFINITY;
    const end = Math.min(program.length - 1, first + most, called - base);
    const did = lane.atOnce.go(stream, base, end, lane.instead) - first;
    lane.refused = first + did < end;
    this.tally.operations += did;
    this.tally.accesses += did;
    if (lane.instead === undefined) this.tally.hits(did - lane.atOnce.walks);
    return did;
  }

  private throughSteps(lane: Lane, row: number): void {
    this.show(lane, row - lane.base);
    do lane.thread.step();
    while (!atOperation(lane.thread));
  }

  /** The machine is shown the operation, and as many behind it as somebody may look at. */
  private show(lane: Lane, at: number): void {
    const { program, stream, base } = lane;
    const end = Math.min(program.length, at + this.ahead);
    for (let i = Math.max(at, lane.shown); i < end; i++) program[i] = stream.at(base + i);
    lane.shown = Math.max(end, lane.shown);
  }

  private begin(lane: Lane): void {
    const { thread, stream } = lane;
    const at = operationAt(thread);
    this.show(lane, at);
    if (!this.world.built.world.tryStep(thread.actor)) return; // paused by another
    this.tally.operations++;
    if (isAccess(stream.code[lane.base + at] as number)) this.tally.accesses++;
    lane.within = true;
    if (this.lanes.length === 1) this.steps(lane, MOST_STEPS);
  }

  /** Up to so many steps of an operation under way; fewer if it ends, or if a lock is held by another. */
  private steps(lane: Lane, most: number): void {
    const { world } = this.world.built;
    const { thread } = lane;
    for (let i = 0; i < most; i++) {
      if (!world.tryStep(thread.actor)) {
        if (this.lanes.length === 1) throw new Error('The guest is stuck: nobody can take a step.');
        return;
      }
      if (!thread.alive || atOperation(thread)) {
        lane.within = false;
        return;
      }
    }
    if (this.lanes.length === 1)
      throw new Error(`An operation of the guest has not ended within ${MOST_STEPS} steps.`);
  }

  /** Every operation under way is brought to its end. */
  private settle(): void {
    for (let i = 0; this.host.alive || this.lanes.some(({ within }) => within); i++) {
      if (i > MOST_STEPS) throw new Error(`The last operations have not ended within ${MOST_STEPS} turns.`);
      for (const lane of this.lanes) if (lane.within) this.steps(lane, 1);
      this.hostSteps(1);
    }
  }
}
