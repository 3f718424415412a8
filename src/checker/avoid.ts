import type { Choice, Violation } from '../kernel';
import { type MoveMaker, Moves } from './moves';
import type { Schedule } from './outcome';
import { followingChoice, packChoice, packedActor, packedBranch, unpackChoice } from './packedChoice';
import { StateSet } from './stateSet';
import type { Subject } from './subject';
import { NotedMoves } from './touched/notedMoves';
import { Watch } from './watch';

/** The last choice of a counterexample that another one could have been made instead of, with a good end ahead. */
export interface Avoidable {
  /** Place of that choice in the counterexample. */
  readonly at: number;
  /** What could have been chosen instead. */
  readonly instead: Choice;
  /** The nearest schedule that is safe: as the counterexample up to there, then otherwise, to the end. */
  readonly safe: Schedule;
}

/** A state on the way: how to come back to it, what to try next in it, and what was taken last. */
interface Place {
  readonly mark: number;
  readonly hashLo: number;
  readonly hashHi: number;
  /** Counts from `first` on, packed with the branch. */
  next: number;
  /** The actor tried first: the one that was running, so that it goes on where it can. */
  readonly first: number;
  /** Single steps of the move taken last: none if no move was possible so far. */
  taken: readonly Choice[];
}

/**
 * Looks for the last choice of a counterexample that could still have avoided it: goes back along it, and from each state tries
 * everything for a way to the end on which nothing breaks. What has no such way is remembered, so no state is tried twice.
 * Go on with `advance` until it says something; the world is then in its first state again.
 */
export class AvoidSearch {
  private readonly doomed = new StateSet();
  private readonly moves: MoveMaker;
  private readonly watch: Watch;
  private readonly start: Place;
  /** The states of the counterexample, all but the last. */
  private readonly along: Place[] = [];
  private readonly eventsBefore: number;
  /** Beyond the last of `along`: the way being tried. */
  private way: Place[] = [];
  private answer: Avoidable | 'none' | undefined;

  constructor(
    private readonly subject: Subject,
    private readonly schedule: Schedule,
  ) {
    this.watch = new Watch(subject);
    this.moves = NotedMoves.of(subject, this.watch, 'lazy') ?? new Moves(subject.world, this.watch, 'lazy');
    this.eventsBefore = subject.world.events.mark;
    this.start = this.here(0);
  }

  get states(): number {
    return this.doomed.size;
  }

  get bytes(): number {
    return this.doomed.bytes + this.subject.world.store.journalBytes;
  }

  /** Tries about `states` more states. `none`: whatever is chosen, something breaks. */
  advance(states: number): Avoidable | 'none' | undefined {
    if (this.answer !== undefined) return this.answer;
    const { world } = this.subject;
    const recording = world.events.recording;
    world.events.recording = this.watch.needsEvents;
    if (this.along.length === 0) this.goAlong();
    const until = this.doomed.size + states;
    while (this.answer === undefined && this.doomed.size < until) this.tryNext();
    world.events.recording = recording;
    if (this.answer !== undefined) this.goBack(this.start);
    return this.answer;
  }

  /** Ends it; the world is in its first state again. */
  cancel(): void {
    this.answer ??= 'none';
    this.goBack(this.start);
  }

  private here(first: number): Place {
    const { mark, hashLo, hashHi } = this.subject.world.store;
    return { mark, hashLo, hashHi, next: packChoice(0, 0), first, taken: [] };
  }

  private goBack({ mark, hashLo, hashHi }: Place): void {
    const { world } = this.subject;
    world.store.undoTo(mark, hashLo, hashHi);
    world.events.truncate(this.eventsBefore);
  }

  private goAlong(): void {
    const { world } = this.subject;
    for (const { actor, branch = 0 } of this.schedule) {
      this.along.push(this.here(actor));
      world.step(actor, branch);
      world.events.truncate(this.eventsBefore);
    }
    this.stepBack();
  }

  /** To the state before, on the counterexample itself. */
  private stepBack(): void {
    const place = this.along.pop();
    if (place === undefined) {
      this.answer = 'none';
      return;
    }
    this.goBack(place);
    this.way = [];
    this.arrive(place.first);
  }

  /** The world has come to a state: it is tried if it has not been, and if it is a good end, that is the answer. */
  private arrive(actor: number): void {
    const { store } = this.subject.world;
    if (this.doomed.add(store.hashLo, store.hashHi) >= 0) this.way.push(this.here(actor));
  }

  private tryNext(): void {
    const place = this.way.at(-1);
    if (place === undefined) {
      this.stepBack();
      return;
    }
    const { world } = this.subject;
    const count = world.actors.length;
    this.goBack(place);
    const actor = (packedActor(place.next) + place.first) % count;
    const branch = packedBranch(place.next);
    if (packedActor(place.next) >= count) {
      const good = place.taken.length === 0 && this.subject.ended() && this.watch.end() === undefined;
      if (good) this.found();
      else this.way.pop();
      return;
    }
    // Spelled out as it is taken: how far a move goes is not the same once more is known of who uses what.
    const steps = this.moves.spell([unpackChoice(packChoice(actor, branch))]);
    if (steps.length === 0) {
      place.next++;
      return;
    }
    place.taken = steps;
    place.next = followingChoice(place.next, this.moves.branches);
    if (this.breaks() === undefined) this.arrive(actor);
  }

  private breaks(): Violation | undefined {
    const { moves, watch } = this;
    const violation = watch.needsEvents && !moves.judges ? watch.taken(this.eventsBefore) : moves.violation;
    this.subject.world.events.truncate(this.eventsBefore);
    return violation ?? (moves.judges ? undefined : watch.state());
  }

  private found(): void {
    const at = this.along.length;
    const rest = this.way.slice(0, -1).flatMap(({ taken }) => taken);
    const instead = rest[0];
    this.answer =
      instead === undefined ? 'none' : { at, instead, safe: [...this.schedule.slice(0, at), ...rest] };
  }
}
