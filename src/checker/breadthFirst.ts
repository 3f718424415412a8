import type { Choice, Violation } from '../kernel';
import { Cells } from './cells';
import { Edges } from './edges';
import { findLivelock } from './livelock';
import { type MoveMaker, Moves } from './moves';
import { type Bounds, type Covered, type Outcome, PAGE_BOUNDS } from './outcome';
import {
  ensurePackable,
  followingChoice,
  packChoice,
  packedActor,
  packedBranch,
  unpackChoice,
} from './packedChoice';
import type { Search } from './search';
import { StateSet } from './stateSet';
import { notDone, type Subject } from './subject';
import { Canonical } from './symmetry';
import { NotedMoves } from './touched/notedMoves';
import { Tree } from './tree';
import { Watch } from './watch';

const BYTES_CHECKED_EVERY = 0xfff;

/** Missing: no reduction, and the usual bounds. */
export interface BreadthFirstOptions {
  readonly bounds?: Partial<Bounds>;
  /** Also look for livelocks once everything else holds: keeps every step, at eight bytes more each. Leaves symmetry aside. */
  readonly livelocks?: boolean;
  /** Takes steps that nobody else sees together with the next one that somebody may. Schedules are as short as without. */
  readonly fuse?: boolean;
  /** States that differ only in which vCPU is which are one, where the subject declares who is alike. */
  readonly symmetry?: boolean;
}

/** The nearest thing wrong that was found so far: the state it was found in, the move out of it, and steps to there in all. */
interface Nearest {
  readonly violation: Violation;
  readonly state: number;
  readonly choice: number;
  readonly steps: number;
}

/**
 * Exploration by distance: what it finds, it finds by a schedule of fewest steps (of its kind: a violation is looked for in a
 * state when it is reached, a deadlock when it is left). A state is kept as its parent and the move that led there, never as
 * contents: the world goes from one state to the next through their last common ancestor. Go on with `advance` until it
 * returns an outcome.
 *
 * A move may be several steps long, so states wait in rows by their distance, and a state found again by a shorter way before
 * its turn has come moves to an earlier row.
 */
export class BreadthFirst implements Search {
  private readonly seen: StateSet;
  private readonly watch: Watch;
  private readonly bounds: Bounds;
  private readonly moves: MoveMaker;
  private readonly tree: Tree;
  private readonly canonical: Canonical | undefined;
  private readonly edges: Edges | undefined;
  private readonly ends = new Cells();
  /** Steps from the first state to each, by its number, on the shortest way known. */
  private readonly distances = new Cells();
  /** States to expand, by distance. Some have been moved to an earlier row since: then their distance is another. */
  private readonly rows: (Cells | undefined)[] = [];
  private distance = 0;
  private inRow = 0;
  private expanded = 0;
  private deepest = 0;
  private transitions = 0;
  private nearest: Nearest | undefined;
  private outcome: Outcome | undefined;

  constructor(
    private readonly subject: Subject,
    options: BreadthFirstOptions = {},
  ) {
    const { world, symmetry } = subject;
    ensurePackable(world);
    this.bounds = { ...PAGE_BOUNDS, ...options.bounds };
    this.watch = new Watch(subject);
    const fuse = options.fuse === true && subject.singly !== true;
    const noted = fuse ? NotedMoves.of(subject, this.watch, 'lazy') : undefined;
    this.moves = noted ?? new Moves(world, this.watch, fuse ? 'lazy' : 'steps');
    const alike = options.symmetry === true && options.livelocks !== true ? symmetry : undefined;
    this.canonical = alike && new Canonical(world.store, alike);
    // Numbers of states seen are needed where one may be found again by a shorter way, or where steps are kept.
    this.seen = new StateSet(options.livelocks === true || options.fuse === true);
    this.edges = options.livelocks === true ? new Edges() : undefined;
    this.tree = new Tree(world);
    this.canonical?.whole(0);
    this.number();
    this.put(0, 0);
    const violation = noted === undefined ? this.watch.state() : noted.first();
    if (violation !== undefined) this.tell({ violation, state: 0, choice: -1, steps: 0 });
  }

  get covered(): Covered {
    const { seen, transitions, tree, distances, deepest } = this;
    const waiting = this.rows.reduce((sum, row) => sum + (row?.bytes ?? 0), 0);
    const bytes =
      seen.bytes +
      tree.bytes +
      distances.bytes +
      waiting +
      (this.edges?.bytes ?? 0) +
      this.subject.world.store.journalBytes;
    const found = this.outcome?.kind;
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
    if (this.outcome !== undefined) this.tree.goTo(0);
    world.events.recording = recording;
    return this.outcome;
  }

  /** Ends the exploration where it stands and puts the world back to its first state. */
  cancel(): Outcome {
    this.outcome ??= { kind: 'cancelled', covered: this.covered };
    this.tree.goTo(0);
    return this.outcome;
  }

  /** Number of the present state, whose key has been computed: as `StateSet.add`. */
  private number(): number {
    const { canonical, seen } = this;
    if (canonical === undefined) {
      const { store } = this.subject.world;
      return seen.add(store.hashLo, store.hashHi);
    }
    return seen.add(canonical.lo, canonical.hi);
  }

  /** A state is to be expanded when its distance has its turn. */
  private put(state: number, distance: number): void {
    this.distances.set(state, distance);
    let row = this.rows[distance];
    if (row === undefined) {
      row = new Cells(64);
      this.rows[distance] = row;
    }
    row.push(state);
    if (distance > this.deepest) this.deepest = distance;
  }

  /** The next state whose turn it is, or -1 when all are done. */
  private next(): number {
    for (;;) {
      const row = this.rows[this.distance];
      while (row !== undefined && this.inRow < row.length) {
        const state = row.get(this.inRow++);
        if (this.distances.get(state) === this.distance) return state;
      }
      if (this.distance >= this.rows.length) return -1;
      this.rows[this.distance] = undefined;
      this.distance++;
      this.inRow = 0;
    }
  }

  private expandNext(): void {
    const state = this.next();
    const { nearest } = this;
    // Nothing from here on can be nearer: every move is a step at least.
    if (nearest !== undefined && (state < 0 || this.distance + 1 >= nearest.steps)) {
      this.tell(nearest);
      return;
    }
    if (state < 0) {
      this.finish();
      return;
    }
    if (this.distance >= this.bounds.depth) {
      this.stop('depth');
      return;
    }
    this.tree.goTo(state);
    this.canonical?.whole(0);
    this.edges?.begin(state);
    if (!this.expand(state)) this.nobody(state);
    this.edges?.end(state);
    this.expanded++;
    if ((this.expanded & BYTES_CHECKED_EVERY) === 0 && this.covered.bytes >= this.bounds.bytes)
      this.stop('bytes');
  }

  /** Makes every move possible in the present state and comes back. Returns whether there was one. */
  private expand(state: number): boolean {
    const { actors, store, events } = this.subject.world;
    const { mark, hashLo, hashHi } = store;
    const eventsBefore = events.mark;
    let some = false;
    for (let choice = packChoice(0, 0); this.outcome === undefined; ) {
      if (packedActor(choice) >= actors.length) break;
      if (!this.moves.take(packedActor(choice), packedBranch(choice))) {
        choice++;
        continue;
      }
      some = true;
      this.arrive(state, choice, eventsBefore);
      events.truncate(eventsBefore);
      store.undoTo(mark, hashLo, hashHi);
      choice = followingChoice(choice, this.moves.branches);
    }
    return some;
  }

  /** The world has made a move out of a state. */
  private arrive(from: number, choice: number, eventsBefore: number): void {
    this.transitions++;
    const steps = this.distance + this.moves.length;
    const { moves, watch } = this;
    let { violation } = moves;
    if (!moves.judges && watch.needsEvents) violation = watch.taken(eventsBefore);
    this.canonical?.moved(0, packedActor(choice));
    const found = this.number();
    const state = found < 0 ? -1 - found : found;
    this.edges?.add(choice, state);
    const nearer = found < 0 && this.moves.fusing !== 'steps' && steps < this.distances.get(state);
    if (found >= 0) this.tree.add(choice);
    else if (nearer) this.tree.reparent(state, choice);
    if (found >= 0 || nearer) {
      this.put(state, steps);
      if (!moves.judges) violation ??= watch.state();
    }
    this.consider(violation, from, choice, steps);
    if (this.seen.size >= this.bounds.states) this.stop('states');
  }

  private consider(violation: Violation | undefined, state: number, choice: number, steps: number): void {
    if (violation === undefined || (this.nearest !== undefined && this.nearest.steps <= steps)) return;
    this.nearest = { violation, state, choice, steps };
    if (steps <= this.distance + 1) this.tell(this.nearest);
  }

  private tell({ violation, state, choice }: Nearest): void {
    const moves = this.tree.schedule(state);
    const schedule = this.spelled(choice < 0 ? moves : [...moves, unpackChoice(choice)]);
    this.outcome ??= { kind: 'violation', violation, schedule, covered: { ...this.covered, violations: 1 } };
  }

  /** Nobody can run in the state being expanded. */
  private nobody(state: number): void {
    if (this.subject.ended()) {
      this.ends.push(state);
      const violation = this.watch.end();
      if (violation !== undefined) this.tell({ violation, state, choice: -1, steps: this.distance });
      return;
    }
    this.outcome ??= {
      kind: 'deadlock',
      actors: notDone(this.subject.world),
      schedule: this.spelled(this.tree.schedule(state)),
      covered: { ...this.covered, deadlocks: 1 },
    };
  }

  /** Moves in single steps. The world stays where it is. */
  private spelled(moves: readonly Choice[], after: readonly Choice[] = []): readonly Choice[] {
    if (this.moves.fusing === 'steps') return moves;
    const { store, events } = this.subject.world;
    const here = this.tree.here;
    const eventsBefore = events.mark;
    this.tree.goTo(0);
    const mark = store.mark;
    this.moves.spell(after);
    const schedule = this.moves.spell(moves);
    store.undo(mark);
    events.truncate(eventsBefore);
    this.tree.goTo(here);
    return schedule;
  }

  private stop(bound: keyof Bounds): void {
    // What was found is true whatever lies beyond, but may not be the nearest.
    if (this.nearest !== undefined) this.tell(this.nearest);
    this.outcome ??= { kind: 'bound', bound, limit: this.bounds[bound], covered: this.covered };
  }

  private finish(): void {
    const { covered } = this;
    const livelock = this.edges && findLivelock(this.edges, this.ends, this.seen.size);
    if (livelock === undefined) {
      this.outcome = { kind: 'holds', covered, ...this.watch.tried };
      return;
    }
    const { actors } = this.subject.world;
    const names = [...new Set(livelock.cycle.map((c) => actors[c.actor]?.name ?? ''))];
    const moves = [...this.tree.schedule(livelock.from), ...livelock.stem];
    const cycle = this.spelled(livelock.cycle, moves);
    this.outcome = { kind: 'livelock', actors: names, schedule: this.spelled(moves), cycle, covered };
  }
}
