import type { Choice, Touch, Violation, World } from '../../kernel';
import type { MoveMaker } from '../moves';
import type { Subject } from '../subject';
import type { Watch } from '../watch';
import type { Contention } from './contention';

/** A cycle of steps that nobody sees must not go on for ever in one move. */
const LONGEST = 4096;

/**
 * Moves that go as far as nobody sees, by the cells that steps are seen to use: a step is taken, and if it turned out to use a
 * contended cell, a move that should have ended before it undoes it. Judges as it goes, for invariants, too, are readers.
 */
export class NotedMoves implements MoveMaker {
  readonly judges = true;
  readonly noticed = false;
  length = 1;
  branches = 1;
  violation: Violation | undefined;
  private trace: Choice[] | undefined;
  private eventsBefore = 0;

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
    private readonly contention: Contention,
    readonly fusing: 'eager' | 'lazy',
  ) {}

  /** For subjects whose store notes uses; undefined for others. */
  static of(subject: Subject, watch: Watch, fusing: 'eager' | 'lazy'): NotedMoves | undefined {
    const { world, contention } = subject;
    return contention && new NotedMoves(world, watch, contention, fusing);
  }

  /** Looks at the first state. */
  first(): Violation | undefined {
    const found = this.watch.lookAt(this.contention);
    this.contention.end();
    return found;
  }

  take(actor: number, branch: number): boolean {
    const took = this.fusing === 'lazy' ? this.takeLazily(actor, branch) : this.takeEagerly(actor, branch);
    this.contention.end();
    return took;
  }

  spell(moves: Iterable<Choice>): Choice[] {
    const spelled: Choice[] = [];
    this.trace = spelled;
    for (const { actor, branch = 0 } of moves) this.take(actor, branch);
    this.trace = undefined;
    return spelled;
  }

  private note(actor: number): void {
    const { branchTaken } = this.world;
    this.trace?.push(branchTaken === 0 ? { actor } : { actor, branch: branchTaken });
  }

  /** Takes one step. What it breaks is judged apart: where it is undone, there is no need. */
  private step(actor: number, branch: number): boolean {
    this.eventsBefore = this.world.events.mark;
    this.contention.begin(actor, this.world.store.cells);
    return this.world.tryStep(actor, branch);
  }

  /** What the step just taken breaks. Invariants that wait for an event are read by whoever emits it, the others by nobody in particular. */
  private judge(): Violation | undefined {
    const { watch, contention } = this;
    const found = watch.needsEvents ? watch.taken(this.eventsBefore) : undefined;
    if (found !== undefined || !contention.observed) return found;
    const seen = watch.lookAt(contention);
    contention.end();
    return seen;
  }

  private hides(touch: Touch): boolean {
    const { touched, observed, buffered, pushed } = this.contention;
    if (touched || observed) return false;
    // What is put into a buffer too late leaves it too late. Taken early it is seen by nobody, if all that is done is to add to its tail.
    return this.fusing === 'lazy' ? !pushed && !buffered : !buffered || touch === 'buffered';
  }

  private takeEagerly(actor: number, branch: number): boolean {
    const { world } = this;
    const { store, events } = world;
    if (!this.step(actor, branch)) return false;
    this.length = 1;
    this.branches = world.branches;
    if (this.trace !== undefined) this.note(actor);
    this.violation = this.judge();
    const thread = world.actors[actor]?.thread;
    while (thread?.alive && this.violation === undefined && this.length < LONGEST) {
      const { mark, hashLo, hashHi } = store;
      const eventsBefore = events.mark;
      const { touch } = thread;
      if (!this.step(actor, 0)) break;
      let ends = world.branches > 1 || !this.hides(touch);
      if (!ends) {
        this.violation = this.judge();
        ends = this.violation === undefined && !this.hides(touch);
      }
      if (ends) {
        store.undoTo(mark, hashLo, hashHi);
        events.truncate(eventsBefore);
        break;
      }
      this.length++;
      if (this.trace !== undefined) this.note(actor);
    }
    return true;
  }

  private takeLazily(actor: number, branch: number): boolean {
    const { world } = this;
    const { store, events } = world;
    const thread = world.actors[actor]?.thread;
    this.length = 0;
    this.branches = 1;
    this.violation = undefined;
    for (;;) {
      const touch = thread?.alive ? thread.touch : 'racy';
      const { mark, hashLo, hashHi } = store;
      const eventsBefore = events.mark;
      if (!this.step(actor, branch)) return this.length > 0;
      if (world.branches > 1) {
        if (this.branches > 1) {
          store.undoTo(mark, hashLo, hashHi);
          events.truncate(eventsBefore);
          return true;
        }
        this.branches = world.branches;
      }
      this.length++;
      if (this.trace !== undefined) this.note(actor);
      this.violation = this.judge();
      if (this.violation !== undefined || !this.hides(touch) || this.length >= LONGEST) return true;
    }
  }
}
