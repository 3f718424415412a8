import type { Violation } from '../kernel';
import { type Bounds, type Covered, type Outcome, PAGE_BOUNDS } from './outcome';
import { ensurePackable, followingChoice, packedActor, packedBranch } from './packedChoice';
import { NOBODY, Path } from './path';
import { ALONE, afterAlone, firstChoice } from './reduction';
import { StateSet } from './stateSet';
import { notDone, type Subject } from './subject';
import { Watch } from './watch';

/** Adding the bytes up costs more than a step; a mask. */
const BYTES_CHECKED_EVERY = 0xfff;

export interface DepthFirstOptions {
  readonly bounds?: Partial<Bounds>;
  /** `stop` at the first thing wrong, or `count` them all: then counts are of the whole state space. */
  readonly onWrong?: 'stop' | 'count';
  /** Leaves orders out that differ in private steps only. The verdict is the same; counts are of what is left. */
  readonly reduce?: boolean;
}

/**
 * Depth-first exploration of every interleaving and every branch, by the journal: a step forward is a step of the world, a
 * step back is an undo. Answers whether everything holds; its schedules are as long as they come (`BreadthFirst` finds the
 * shortest). Go on with `advance` until it returns an outcome; in between the world stands somewhere inside.
 */
export class DepthFirst {
  private readonly seen = new StateSet();
  private readonly watch: Watch;
  private readonly bounds: Bounds;
  private readonly counting: boolean;
  private readonly reducing: boolean;
  private readonly path = new Path();
  private deepest = 0;
  private transitions = 0;
  private violations = 0;
  private deadlocks = 0;
  private tooDeep = false;
  private outcome: Outcome | undefined;

  constructor(
    private readonly subject: Subject,
    options: DepthFirstOptions = {},
  ) {
    this.bounds = { ...PAGE_BOUNDS, ...options.bounds };
    this.reducing = options.reduce === true;
    this.counting = options.onWrong === 'count';
    this.watch = new Watch(subject);
    const { store } = subject.world;
    ensurePackable(subject.world);
    this.seen.add(store.hashLo, store.hashHi);
    this.enter();
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
    if (this.outcome !== undefined) this.path.rewind(world.store);
    return this.outcome;
  }

  /** Ends the exploration where it stands and puts the world back to its first state. */
  cancel(): Outcome {
    this.outcome ??= { kind: 'cancelled', covered: this.covered };
    this.path.rewind(this.subject.world.store);
    return this.outcome;
  }

  private search(until: number): void {
    const { world } = this.subject;
    const { store } = world;
    const actorCount = world.actors.length;
    const { seen, path } = this;
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
      if (!world.tryStep(packedActor(choice), packedBranch(choice))) {
        path.next = choice + 1;
        continue;
      }
      this.transitions++;
      path.taken = choice;
      if (needsEvents) {
        const violation = this.watch.taken(eventsBefore);
        world.events.truncate(eventsBefore);
        if (violation !== undefined) this.wrong(violation, path.depth + 1);
      }
      const fresh = seen.add(store.hashLo, store.hashHi) >= 0;
      path.next =
        (choice & ALONE) === 0
          ? followingChoice(choice, world.branches)
          : afterAlone(choice, world.branches, fresh && !this.watch.occasion, actorCount);
      if (fresh) this.enter();
      else path.restore(store);
    }
  }

  /** The world has come to a new state. */
  private enter(): void {
    const { path, bounds, seen } = this;
    path.push(this.subject.world.store);
    const { depth } = path;
    if (this.reducing) path.next = firstChoice(this.subject.world);
    if (depth > this.deepest) this.deepest = depth;
    const violation = this.watch.state();
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
    if (this.subject.ended()) return;
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
    else this.outcome ??= { kind: 'holds', covered: this.covered };
  }
}
