import type { Choice, Violation } from '../kernel';
import { Cells } from './cells';
import { Edges } from './edges';
import { findLivelock } from './livelock';
import { type Bounds, type Covered, type Outcome, PAGE_BOUNDS } from './outcome';
import {
  ensurePackable,
  followingChoice,
  packChoice,
  packedActor,
  packedBranch,
  unpackChoice,
} from './packedChoice';
import { StateSet } from './stateSet';
import { notDone, type Subject } from './subject';
import { Tree } from './tree';
import { Watch } from './watch';

const BYTES_CHECKED_EVERY = 0xfff;

export interface BreadthFirstOptions {
  readonly bounds?: Partial<Bounds>;
  /** Also look for livelocks once everything else holds: keeps every step, at eight bytes more each. */
  readonly livelocks?: boolean;
}

/**
 * Breadth-first exploration: what it finds, it finds by a shortest schedule (of its kind: a violation is looked for in a
 * state when it is reached, a deadlock when it is left). A state is kept as its parent and the choice
 * that led there, never as contents: the world goes from one state to the next of its level through their last common
 * ancestor, by undo and by taking the choices again. Go on with `advance` until it returns an outcome.
 */
export class BreadthFirst {
  private readonly seen: StateSet;
  private readonly watch: Watch;
  private readonly bounds: Bounds;
  private readonly tree: Tree;
  private readonly edges: Edges | undefined;
  private readonly ends = new Cells();
  /** The state to expand next, by number; states are numbered as they come, so this is the queue. */
  private at = 0;
  /** Number of the first state of the level below the present one. */
  private levelEnd = 1;
  private depth = 0;
  private transitions = 0;
  private outcome: Outcome | undefined;

  constructor(
    private readonly subject: Subject,
    options: BreadthFirstOptions = {},
  ) {
    ensurePackable(subject.world);
    this.bounds = { ...PAGE_BOUNDS, ...options.bounds };
    this.watch = new Watch(subject);
    this.seen = new StateSet(options.livelocks === true);
    this.edges = options.livelocks === true ? new Edges() : undefined;
    this.tree = new Tree(subject.world);
    const { store } = subject.world;
    this.seen.add(store.hashLo, store.hashHi);
    const violation = this.watch.state();
    if (violation !== undefined) this.wrong(violation, []);
  }

  get covered(): Covered {
    const { seen, transitions, tree, depth } = this;
    const bytes = seen.bytes + tree.bytes + (this.edges?.bytes ?? 0) + this.subject.world.store.journalBytes;
    const found = this.outcome?.kind;
    const deepest = depth + (seen.size > this.levelEnd ? 1 : 0);
    return {
      states: seen.size,
      transitions,
      depth: deepest,
      bytes,
      violations: found === 'violation' ? 1 : 0,
      deadlocks: found === 'deadlock' ? 1 : 0,
    };
  }

  /** Expands about `states` more states. Returns the outcome when there is one; the world is then in its first state. */
  advance(states: number): Outcome | undefined {
    const { world } = this.subject;
    const recording = world.events.recording;
    world.events.recording = this.watch.needsEvents;
    for (let i = 0; i < states && this.outcome === undefined; i++) this.expandNext();
    world.events.recording = recording;
    if (this.outcome !== undefined) this.tree.goTo(0);
    return this.outcome;
  }

  /** Ends the exploration where it stands and puts the world back to its first state. */
  cancel(): Outcome {
    this.outcome ??= { kind: 'cancelled', covered: this.covered };
    this.tree.goTo(0);
    return this.outcome;
  }

  private expandNext(): void {
    if (this.at === this.seen.size) {
      this.finish();
      return;
    }
    if (this.at === this.levelEnd) {
      this.depth++;
      this.levelEnd = this.seen.size;
    }
    if (this.depth === this.bounds.depth) {
      this.stop('depth');
      return;
    }
    this.tree.goTo(this.at);
    this.edges?.begin();
    if (!this.expand()) this.nobody();
    this.at++;
    if ((this.at & BYTES_CHECKED_EVERY) === 0 && this.covered.bytes >= this.bounds.bytes) this.stop('bytes');
  }

  /** Takes every choice possible in the present state and comes back. Returns whether there was one. */
  private expand(): boolean {
    const { actors, store, events } = this.subject.world;
    const { mark, hashLo, hashHi } = store;
    let some = false;
    for (let choice = packChoice(0, 0); this.outcome === undefined; ) {
      const who = actors[packedActor(choice)];
      if (who === undefined) break;
      if (packedBranch(choice) === 0 && !who.enabled()) {
        choice++;
        continue;
      }
      some = true;
      const eventsBefore = events.mark;
      this.take(choice, eventsBefore);
      events.truncate(eventsBefore);
      store.undoTo(mark, hashLo, hashHi);
      choice = followingChoice(choice, this.subject.world.branches);
    }
    return some;
  }

  private take(choice: number, eventsBefore: number): void {
    const { world } = this.subject;
    world.step(packedActor(choice), packedBranch(choice));
    this.transitions++;
    let violation = this.watch.needsEvents ? this.watch.taken(eventsBefore) : undefined;
    const number = this.seen.add(world.store.hashLo, world.store.hashHi);
    this.edges?.add(choice, number < 0 ? -1 - number : number);
    if (number >= 0) {
      this.tree.add(this.at, choice);
      violation ??= this.watch.state();
    }
    if (violation !== undefined)
      this.wrong(violation, [...this.tree.schedule(this.at), unpackChoice(choice)]);
    else if (this.seen.size >= this.bounds.states) this.stop('states');
  }

  /** Nobody can run in the state being expanded. */
  private nobody(): void {
    if (this.subject.ended()) {
      this.ends.push(this.at);
      return;
    }
    this.outcome ??= {
      kind: 'deadlock',
      actors: notDone(this.subject.world),
      schedule: this.tree.schedule(this.at),
      covered: { ...this.covered, deadlocks: 1 },
    };
  }

  private wrong(violation: Violation, schedule: readonly Choice[]): void {
    this.outcome ??= {
      kind: 'violation',
      violation,
      schedule,
      covered: { ...this.covered, violations: 1 },
    };
  }

  private stop(bound: keyof Bounds): void {
    this.outcome ??= { kind: 'bound', bound, limit: this.bounds[bound], covered: this.covered };
  }

  private finish(): void {
    const { covered } = this;
    const livelock = this.edges && findLivelock(this.edges, this.ends, this.seen.size);
    if (livelock === undefined) {
      this.outcome = { kind: 'holds', covered };
      return;
    }
    const { actors } = this.subject.world;
    const names = [...new Set(livelock.cycle.map((c) => actors[c.actor]?.name ?? ''))];
    const schedule = [...this.tree.schedule(livelock.from), ...livelock.stem];
    this.outcome = { kind: 'livelock', actors: names, schedule, cycle: livelock.cycle, covered };
  }
}
