import type { Choice, Violation } from '../kernel';
import { type Hidden, type MoveMaker, Moves } from './moves';
import { type Bounds, type Covered, type Outcome, PAGE_BOUNDS } from './outcome';
import { ensurePackable, followingChoice, packedActor, packedBranch } from './packedChoice';
import { NOBODY, Path } from './path';
import { ALONE, afterAlone, firstChoice } from './reduction';
import type { Search } from './search';
import { StateSet } from './stateSet';
import { notDone, type Subject } from './subject';
import { Canonical } from './symmetry';
import { NotedMoves } from './touched/notedMoves';
import { Watch } from './watch';

/** Adding the bytes up costs more than a step; a mask. */
const BYTES_CHECKED_EVERY = 0xfff;

/** Missing: no reduction, the usual bounds, and it stops at the first thing wrong. */
export interface DepthFirstOptions {
  readonly bounds?: Partial<Bounds>;
  /** `stop` at the first thing wrong, or `count` them all: then counts are of the whole state space. */
  readonly onWrong?: 'stop' | 'count';
  /** Takes steps that nobody else sees together with the one before them. The verdict is the same; counts are of what is left. */
  readonly fuse?: boolean;
  /** Leaves orders out that differ in such steps only. The verdict is the same; counts are of what is left. */
  readonly reduce?: boolean;
  /** States that differ only in which vCPU is which are one, where the subject declares who is alike. The verdict is the same. */
  readonly symmetry?: boolean;
}

/**
 * Depth-first exploration of every interleaving and every branch, by the journal: a step forward is a step of the world, a
 * step back is an undo. Answers whether everything holds; its schedules are as long as they come (`BreadthFirst` finds the
 * shortest). Go on with `advance` until it returns an outcome; in between the world stands somewhere inside.
 */
export class DepthFirst implements Search {
  private readonly seen = new StateSet();
  private readonly watch: Watch;
  private readonly bounds: Bounds;
  private readonly counting: boolean;
  private readonly reducing: boolean;
  private readonly moves: MoveMaker;
  private readonly hidden: Hidden;
  /** Single steps, and nothing to be told about them: then the world is asked itself, for speed. */
  private readonly plain: boolean;
  private readonly canonical: Canonical | undefined;
  private readonly path = new Path();
  private deepest = 0;
  private transitions = 0;
  private violations = 0;
  private deadlocks = 0;
  private tooDeep = false;
  /** What is wrong is wrong at the very end: every step of the last move belongs to it. */
  private atTheEnd = false;
  private outcome: Outcome | undefined;

  constructor(
    private readonly subject: Subject,
    options: DepthFirstOptions = {},
  ) {
    const { symmetry = false, onWrong } = options;
    const fuse = options.fuse === true && subject.singly !== true;
    const reduce = options.reduce === true && subject.singly !== true;
    this.bounds = { ...PAGE_BOUNDS, ...options.bounds };
    this.counting = onWrong === 'count';
    this.watch = new Watch(subject);
    ensurePackable(subject.world);
    const declared = new Moves(subject.world, this.watch, fuse ? 'eager' : 'steps');
    const noted = fuse ? NotedMoves.of(subject, this.watch, 'eager') : undefined;
    this.moves = noted ?? declared;
    this.hidden = declared.hidden;
    // After a move by cells everybody stands before a step that others see: there is nothing to be taken alone.
    this.reducing = reduce && noted === undefined;
    this.plain = !reduce && !fuse;
    if (symmetry && subject.symmetry !== undefined)
      this.canonical = new Canonical(subject.world.store, subject.symmetry);
    this.isNew(-1);
    this.enter(noted === undefined ? this.watch.state() : noted.first());
  }

  get covered(): Covered {
    const { seen, transitions, violations, deadlocks } = this;
    const bytes = seen.bytes + this.path.bytes + this.subject.world.store.journalBytes;
    return { states: seen.size, transitions, depth: this.deepest, bytes, violations, deadlocks };
  }

  /** Visits about `states` more new states. Returns the outcome when there is one; the world is then in its first state. */
  advance(states: number): Outcome | undefined {
    if (this.outcome !== undefined) return this.outcome;
    const { world } = this.subject;
    const recording = world.events.recording;
    world.events.recording = this.watch.needsEvents;
    this.search(this.seen.size + states);
    world.events.recording = recording;
    if (this.outcome !== undefined) this.outcome = this.settled(this.outcome);
    return this.outcome;
  }

  /** Ends the exploration where it stands and puts the world back to its first state. */
  cancel(): Outcome {
    this.outcome ??= { kind: 'cancelled', covered: this.covered };
    this.path.rewind(this.subject.world.store);
    return this.outcome;
  }

  /** Puts the world back to its first state and spells the schedule out in single steps. */
  private settled(outcome: Outcome): Outcome {
    const { store, events } = this.subject.world;
    this.path.rewind(store);
    if (this.moves.fusing === 'steps' || !('schedule' in outcome)) return outcome;
    const mark = store.mark;
    const eventsBefore = events.mark;
    const recording = events.recording;
    events.recording = this.watch.needsEvents;
    const schedule: Choice[] = this.moves.spell(outcome.schedule);
    // What breaks, breaks at the first step of an eager move: nobody sees the others. One that judges ends where it breaks.
    const early = outcome.kind === 'violation' && !this.atTheEnd && !this.moves.judges;
    if (early && this.moves.fusing === 'eager' && schedule.length > 0)
      schedule.length -= this.moves.length - 1;
    store.undo(mark);
    events.truncate(eventsBefore);
    events.recording = recording;
    return { ...outcome, schedule };
  }

  /** Whether the present state has not been seen before; from now on it has. The actor has just moved; -1: nobody has. */
  private isNew(actor: number): boolean {
    const { canonical, seen } = this;
    if (canonical === undefined) {
      const { store } = this.subject.world;
      return seen.add(store.hashLo, store.hashHi) >= 0;
    }
    if (actor < 0) canonical.whole(0);
    else canonical.moved(this.path.depth, actor);
    return seen.add(canonical.lo, canonical.hi) >= 0;
  }

  private search(until: number): void {
    const { world } = this.subject;
    const { store } = world;
    const actorCount = world.actors.length;
    const { seen, path, moves, plain } = this;
    const { needsEvents } = this.watch;
    while (seen.size < until && this.outcome === undefined) {
      const choice = path.next;
      if (packedActor(choice) === actorCount) {
        if (path.taken === NOBODY) this.nobody();
        if (path.depth === 0) {
          this.finish();
          return;
        }
        path.pop(store);
        continue;
      }
      const eventsBefore = needsEvents ? world.events.mark : 0;
      const actor = packedActor(choice);
      const branch = packedBranch(choice);
      if (plain ? !world.tryStep(actor, branch) : !moves.take(actor, branch)) {
        path.next = choice + 1;
        continue;
      }
      this.transitions++;
      path.taken = choice;
      const branches = plain ? world.branches : moves.branches;
      let violation = moves.violation;
      if (needsEvents) {
        if (!moves.judges) violation = this.watch.taken(eventsBefore);
        world.events.truncate(eventsBefore);
      }
      if (violation !== undefined) this.wrong(violation, path.depth + 1);
      const fresh = this.isNew(actor);
      path.next =
        (choice & ALONE) === 0
          ? followingChoice(choice, branches)
          : afterAlone(choice, branches, fresh && !moves.noticed, actorCount);
      if (fresh) this.enter(moves.judges ? undefined : this.watch.state());
      else path.restore(store);
    }
  }

  /** The world has come to a new state, which may break something. */
  private enter(violation: Violation | undefined): void {
    const { path, bounds, seen } = this;
    path.push(this.subject.world.store);
    const { depth } = path;
    if (this.reducing) path.next = firstChoice(this.subject.world, this.hidden);
    if (depth > this.deepest) this.deepest = depth;
    if (violation !== undefined) this.wrong(violation, depth);
    if (depth === bounds.depth) {
      // Not expanded: whoever is here could go on, and is taken to.
      path.next = this.subject.world.actors.length;
      path.taken = 0;
      this.tooDeep = true;
    }
    if (seen.size >= bounds.states) this.stop('states');
    else if ((seen.size & BYTES_CHECKED_EVERY) === 0 && this.covered.bytes >= bounds.bytes)
      this.stop('bytes');
  }

  private stop(bound: keyof Bounds): void {
    this.outcome ??= { kind: 'bound', bound, limit: this.bounds[bound], covered: this.covered };
  }

  private wrong(violation: Violation, steps: number): void {
    this.violations++;
    if (this.counting) return;
    const schedule = this.path.schedule(steps);
    this.outcome ??= { kind: 'violation', violation, schedule, covered: this.covered };
  }

  /** Nobody can run in the present state. */
  private nobody(): void {
    if (this.subject.ended()) {
      const violation = this.watch.end();
      if (violation === undefined) return;
      this.atTheEnd = true;
      this.wrong(violation, this.path.depth);
      return;
    }
    this.deadlocks++;
    if (this.counting) return;
    const actors = notDone(this.subject.world);
    this.outcome ??= {
      kind: 'deadlock',
      actors,
      schedule: this.path.schedule(this.path.depth),
      covered: this.covered,
    };
  }

  private finish(): void {
    if (this.tooDeep) this.stop('depth');
    else this.outcome ??= { kind: 'holds', covered: this.covered, ...this.watch.tried };
  }
}
