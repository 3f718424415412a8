import type { Choice, Touch, Violation, World } from '../../kernel';
import type { MoveMaker } from '../moves';
import type { Subject } from '../subject';
import type { Watch } from '../watch';
import type { Contention } from './contention';
import type { Place, Uses } from './places';
import { Whereabouts } from './whereabouts';

/** A cycle of steps that nobody sees must not go on for ever in one move. */
const LONGEST = 512;

/**
 * Moves that go as far as nobody sees, by the cells that steps are seen to use: a step is taken, and if it turned out to use a
 * cell that others may yet use, a move that should have ended before it undoes it. Judges as it goes, for invariants, too, are readers.
 */
export class NotedMoves implements MoveMaker {
  readonly judges = true;
  readonly noticed = false;
  length = 1;
  branches = 1;
  violation: Violation | undefined;
  private trace: Choice[] | undefined;
  private eventsBefore = 0;
  private readonly where: Whereabouts;

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
    private readonly contention: Contention,
    readonly fusing: 'eager' | 'lazy',
  ) {
    this.where = new Whereabouts(world, contention);
  }

  /** For subjects whose store notes uses; undefined for others. */
  static of(subject: Subject, watch: Watch, fusing: 'eager' | 'lazy'): NotedMoves | undefined {
    const { world, contention } = subject;
    return contention && new NotedMoves(world, watch, contention, fusing);
  }

  /** Looks at the first state. */
  first(): Violation | undefined {
    this.violation = undefined;
    const found = this.watch.lookAt(this.contention);
    this.contention.end();
    return found;
  }

  take(actor: number, branch: number): boolean {
    this.violation = undefined;
    this.length = 0;
    this.branches = 1;
    this.where.lookAll();
    return this.fusing === 'lazy' ? this.takeLazily(actor, branch) : this.takeEagerly(actor, branch);
  }

  spell(moves: Iterable<Choice>): Choice[] {
    const spelled: Choice[] = [];
    this.trace = spelled;
    for (const { actor, branch = 0 } of moves) this.take(actor, branch);
    this.trace = undefined;
    return spelled;
  }

  private userOf(actor: number): number {
    return this.contention.world.users[actor] as number;
  }

  /** Takes one step, if it can be taken. What it breaks is judged apart: where it is undone, there is no need. */
  private step(actor: number, branch: number, place: Place, others: Uses): boolean {
    const { world, contention } = this;
    this.eventsBefore = world.events.mark;
    contention.begin(actor, world.store.cells, place, others);
    const took = world.tryStep(actor, branch);
    place.seen = true;
    if (contention.observed) place.observed = true;
    return took;
  }

  /** The step just taken is kept. */
  private keep(actor: number, from: Place): Place {
    this.contention.end();
    this.length++;
    if (this.trace !== undefined) {
      const { branchTaken } = this.world;
      this.trace.push(branchTaken === 0 ? { actor } : { actor, branch: branchTaken });
    }
    const user = this.userOf(actor);
    const to = this.where.look(user);
    this.contention.places.leads(from, to);
    return to;
  }

  /** What the step just taken breaks. Invariants that wait for an event are read by whoever emits it, the others by nobody in particular. */
  private judge(): Violation | undefined {
    const { watch, contention } = this;
    const found = watch.needsEvents ? watch.taken(this.eventsBefore) : undefined;
    if (found !== undefined || !contention.observed) return found;
    return watch.lookAt(contention);
  }

  private hides(touch: Touch): boolean {
    const { touched, observed, buffered, pushed } = this.contention;
    if (touched || observed) return false;
    // What is put into a buffer too late leaves it too late. Taken early it is seen by nobody, if all that is done is to add to its tail.
    return this.fusing === 'lazy' ? !pushed && !buffered : !buffered || touch === 'buffered';
  }

  private takeEagerly(actor: number, branch: number): boolean {
    const user = this.userOf(actor);
    const place = this.where.placeOf(user);
    if (!this.step(actor, branch, place, this.where.ahead(user))) {
      this.contention.end();
      return false;
    }
    this.branches = this.world.branches;
    this.violation = this.judge();
    this.keep(actor, place);
    this.goOn(actor);
    // Others may stand before steps that somebody could have seen before this move, and now nobody does.
    for (let again = true; again && this.violation === undefined && this.length < LONGEST; ) {
      again = false;
      for (const { index, thread } of this.world.actors)
        if (thread?.alive && this.violation === undefined && this.goOn(index)) again = true;
    }
    return true;
  }

  /** Takes what an actor can do and nobody sees, as long as it asks nothing. Says whether there was anything. */
  private goOn(actor: number): boolean {
    const { world, where } = this;
    const { store, events } = world;
    const thread = world.actors[actor]?.thread;
    const user = this.userOf(actor);
    let place = where.placeOf(user);
    const others = where.ahead(user);
    let some = false;
    while (thread?.alive && this.violation === undefined && this.length < LONGEST) {
      const { mark, hashLo, hashHi } = store;
      const eventsBefore = events.mark;
      const { touch } = thread;
      if (!this.step(actor, 0, place, others)) break;
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
      place = this.keep(actor, place);
      some = true;
    }
    this.contention.end();
    return some;
  }

  private takeLazily(actor: number, branch: number): boolean {
    const { world, where } = this;
    const { store, events } = world;
    const thread = world.actors[actor]?.thread;
    const user = this.userOf(actor);
    const others = where.ahead(user);
    let place = where.placeOf(user);
    for (;;) {
      const touch = thread?.alive ? thread.touch : 'racy';
      const { mark, hashLo, hashHi } = store;
      const eventsBefore = events.mark;
      if (!this.step(actor, branch, place, others)) break;
      if (world.branches > 1) {
        if (this.branches > 1) {
          store.undoTo(mark, hashLo, hashHi);
          events.truncate(eventsBefore);
          break;
        }
        this.branches = world.branches;
      }
      this.violation = this.judge();
      const hidden = this.hides(touch);
      place = this.keep(actor, place);
      if (this.violation !== undefined || !hidden || this.length >= LONGEST) break;
    }
    this.contention.end();
    return this.length > 0;
  }
}
