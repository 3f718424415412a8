import { ensure } from '../base';
import { type CounterSpec, Counters } from './counter';
import { EventLog, type EventType } from './event';
import type { Procedure } from './procedure';
import { Store } from './store';
import { Thread } from './thread';

/** Who can be scheduled: a vCPU, the host (operations from outside), an idle worker, or a store buffer that drains. */
export type ActorKind = 'vcpu' | 'host' | 'worker' | 'drain';

/** Somebody who can be chosen to take the next step. */
export interface Actor {
  readonly index: number;
  readonly kind: ActorKind;
  readonly name: string;
  /** Whether it can be chosen now. */
  readonly enabled: () => boolean;
  /** Does its one step. */
  readonly step: () => void;
  /** The stack it runs on; a store buffer has none. */
  readonly thread?: Thread;
}

/**
 * One simulated world: a store, the actors that change it, the parts that know what its cells mean, and the log of events.
 * It has no schedule of its own: somebody outside chooses an actor, `step` lets it take one step.
 */
export class World {
  readonly events = new EventLog();
  readonly actors: Actor[] = [];
  readonly counters: Counters;
  private readonly parts = new Map<string, unknown>();
  /** The actor whose step is running; events are attributed to it. */
  private running = -1;
  /** Who took the last step: at the end of an operation, whose that was. Not part of the state; for invariants of that moment. */
  mover = -1;
  /** The branch offered to the running step, and the one it took: 0 where it did not ask. */
  private branch = 0;
  branchTaken = 0;
  /** Among how many branches the last step could choose: 1 where it did not ask. For schedulers that try them all. */
  branches = 1;

  constructor(
    counters: readonly CounterSpec[],
    readonly store: Store = new Store(),
  ) {
    this.counters = new Counters(this.store, counters);
  }

  /** Registers the accessor object that procedures of that part are given. */
  addPart(name: string, part: unknown): void {
    ensure(!this.parts.has(name), `part ${name} is added once`);
    this.parts.set(name, part);
  }

  part(name: string): unknown {
    const part = this.parts.get(name);
    if (part === undefined) throw new Error(`this world has no part ${name}`);
    return part;
  }

  /** An actor with a stack. */
  addThread(kind: ActorKind, name: string): Thread {
    const index = this.actors.length;
    const thread = new Thread(this, index, this.store, name);
    this.actors.push({ index, kind, name, thread, enabled: () => thread.enabled, step: () => thread.step() });
    return thread;
  }

  /** An actor without a stack: one step, over and over, while it is enabled. */
  addActor(kind: ActorKind, name: string, enabled: () => boolean, step: () => void): number {
    const index = this.actors.length;
    this.actors.push({ index, kind, name, enabled, step });
    return index;
  }

  enabled(actor: number): boolean {
    return this.actors[actor]?.enabled() ?? false;
  }

  /** One atomic step of one actor. */
  step(actor: number, branch = 0): void {
    this.running = this.mover = actor;
    this.branch = branch;
    this.branchTaken = 0;
    this.branches = 1;
    (this.actors[actor] as Actor).step();
    this.running = -1;
  }

  /** `enabled` and `step` in one, for schedulers that try everybody: whether the actor could go and did. */
  tryStep(actor: number, branch = 0): boolean {
    const who = this.actors[actor] as Actor;
    this.running = this.mover = actor;
    this.branch = branch;
    this.branchTaken = 0;
    this.branches = 1;
    let took = true;
    if (who.thread !== undefined) took = who.thread.tryStep();
    else if (who.enabled()) who.step();
    else took = false;
    this.running = -1;
    return took;
  }

  /** Which branch the scheduler chose for the running step: 0 to n-1. A step asks once at most: its choice is one number. */
  choose(n: number): number {
    ensure(this.branches === 1, 'a step chooses once at most');
    this.branches = n;
    this.branchTaken = this.branch % n;
    return this.branchTaken;
  }

  emit<F extends string>(type: EventType<F>, ...args: number[]): void {
    this.events.emit(type, this.running, args);
  }

  count(name: string, by = 1): void {
    this.counters.add(name, by);
  }

  /** Where an actor stands, as `procedure.label`; undefined when it has nothing left to run. */
  location(actor: number): { procedure: Procedure; label: string; pc: number } | undefined {
    const next = this.actors[actor]?.thread?.next;
    return next === undefined
      ? undefined
      : { procedure: next.procedure, label: next.step.label, pc: next.pc };
  }
}
