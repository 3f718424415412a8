import { assertNever, defined } from '../base';
import type { Violation } from '../kernel';
import { type Avoidable, AvoidSearch } from './avoid';
import type { BreadthFirstOptions } from './breadthFirst';
import { breadthFirst, depthFirst } from './explore';
import { type Bounds, type Covered, type Outcome, PAGE_BOUNDS, type Schedule } from './outcome';
import { replay } from './replay';
import type { Search } from './search';
import { shrinkSwitches, switchesOf } from './shrink';
import type { Subject } from './subject';

/** The shortest way to break it, and what can be said about it. Schedules are of single steps. */
export interface Counterexample {
  /** Missing: somebody is stuck. */
  readonly violation: Violation | undefined;
  /** Who is not done, by name, in a deadlock. */
  readonly stuck: readonly string[];
  readonly schedule: Schedule;
  /** Changes of actor along it. */
  readonly switches: number;
  /** Whether no schedule of fewer steps breaks anything: false where a bound was reached before that was known. */
  readonly shortest: boolean;
  /** Missing: whatever is chosen, it breaks; or not known. */
  readonly avoidable: Avoidable | undefined;
}

/** What a search for a race has come to. */
export interface RaceResult {
  /** Of the search for a verdict: `holds`, something wrong, a bound, or cancelled. */
  readonly outcome: Outcome;
  /** There is one where something is wrong. */
  readonly counterexample: Counterexample | undefined;
  /** States visited for the verdict, and for the shortest way to break it. */
  readonly states: number;
}

/** What is left out and how far it goes; missing: every reduction, and the usual bounds. */
export interface RaceOptions {
  readonly bounds?: Partial<Bounds>;
  /** Off: every step is a move of its own, for comparison. */
  readonly fuse?: boolean;
  /** Off: every order is tried. */
  readonly reduce?: boolean;
  readonly symmetry?: boolean;
  /** Where everything holds, also look for states that no schedule leads out of to an end. */
  readonly livelocks?: boolean;
  /** The verdict is enough: nothing is looked for beyond it. */
  readonly verdictOnly?: boolean;
}

/** What is being looked for: whether it breaks, the shortest way to that, the last choice that could have avoided it. */
export type Phase = 'verdict' | 'livelocks' | 'shortest' | 'avoidable';

/**
 * Looks for a race: first for a verdict, depth-first with every reduction; if something is wrong, again for the shortest way to
 * it, for the last choice that could have avoided it, and for the nearest schedule that is safe. Go on with `advance` until
 * there is a result; the world is then in its first state.
 */
export class RaceSearch {
  phase: Phase = 'verdict';
  private readonly verdictSearch: Search;
  private shortestSearch: Search | undefined;
  private avoidSearch: AvoidSearch | undefined;
  private readonly bounds: Bounds;
  private readonly verdictOnly: boolean;
  private readonly livelocks: boolean;
  private readonly wide: BreadthFirstOptions;
  /** Of the search for a verdict. */
  private verdict: Outcome | undefined;
  private found: Counterexample | undefined;
  private result: RaceResult | undefined;

  constructor(
    private readonly subject: Subject,
    options: RaceOptions = {},
  ) {
    const {
      fuse = true,
      reduce = true,
      symmetry = true,
      verdictOnly = false,
      livelocks = false,
      bounds,
    } = options;
    this.verdictOnly = verdictOnly;
    this.livelocks = livelocks;
    this.bounds = { ...PAGE_BOUNDS, ...bounds };
    this.wide = { bounds: this.bounds, fuse, symmetry };
    this.verdictSearch = depthFirst(subject, { bounds: this.bounds, fuse, reduce, symmetry });
  }

  /** How far the present phase has come. */
  get covered(): Covered {
    const { covered } = this.shortestSearch ?? this.verdictSearch;
    const { avoidSearch } = this;
    if (avoidSearch === undefined) return covered;
    return {
      ...covered,
      states: covered.states + avoidSearch.states,
      bytes: covered.bytes + avoidSearch.bytes,
    };
  }

  /** Visits about `states` more states. */
  advance(states: number): RaceResult | undefined {
    if (this.result !== undefined) return this.result;
    switch (this.phase) {
      case 'verdict':
        this.judge(states);
        break;
      case 'livelocks':
        this.goRound(states);
        break;
      case 'shortest':
        this.shorten(states);
        break;
      case 'avoidable':
        this.avoid(states);
        break;
      default:
        assertNever(this.phase);
    }
    return this.result;
  }

  /** Ends it where it stands. What has been found so far is true, but perhaps not the shortest. */
  cancel(): RaceResult {
    this.verdict ??= this.verdictSearch.cancel();
    this.shortestSearch?.cancel();
    this.avoidSearch?.cancel();
    this.end();
    return defined(this.result, 'a result');
  }

  private end(): void {
    const outcome = defined(this.verdict, 'a verdict');
    this.result ??= { outcome, counterexample: this.found, states: this.covered.states };
  }

  private judge(states: number): void {
    const outcome = this.verdictSearch.advance(states);
    if (outcome === undefined) return;
    this.verdict = outcome;
    if (outcome.kind === 'violation' || outcome.kind === 'deadlock') {
      this.found = this.counterexample(
        outcome.schedule,
        outcome.kind === 'violation' ? outcome.violation : undefined,
        outcome.schedule.length === 0,
      );
      if (outcome.schedule.length > 0 && !this.verdictOnly) {
        this.phase = 'shortest';
        this.shortestSearch = breadthFirst(this.subject, this.wide);
        return;
      }
    }
    if (outcome.kind === 'holds' && this.livelocks) {
      this.phase = 'livelocks';
      this.shortestSearch = breadthFirst(this.subject, { ...this.wide, livelocks: true });
      return;
    }
    this.end();
  }

  /** Nothing breaks and nobody is stuck; is there a way round and round, with no way out? */
  private goRound(states: number): void {
    const outcome = this.shortestSearch?.advance(states);
    if (outcome === undefined) return;
    this.verdict = outcome;
    if (outcome.kind === 'livelock') {
      const { schedule, actors } = outcome;
      const counterexample = {
        violation: undefined,
        stuck: actors,
        schedule,
        shortest: false,
        avoidable: undefined,
      };
      this.found = { ...counterexample, switches: switchesOf(schedule) };
    }
    this.end();
  }

  private shorten(states: number): void {
    const outcome = this.shortestSearch?.advance(states);
    if (outcome === undefined) return;
    // Where a bound was reached, what the verdict found is all there is.
    if (outcome.kind === 'violation')
      this.found = this.counterexample(outcome.schedule, outcome.violation, true);
    else if (outcome.kind === 'deadlock') this.found = this.counterexample(outcome.schedule, undefined, true);
    this.phase = 'avoidable';
    this.avoidSearch = new AvoidSearch(this.subject, this.found?.schedule ?? []);
  }

  private avoid(states: number): void {
    const { avoidSearch, found } = this;
    if (avoidSearch === undefined || found === undefined) return;
    const answer = avoidSearch.advance(states);
    if (
      answer === undefined &&
      avoidSearch.states < this.bounds.states &&
      avoidSearch.bytes < this.bounds.bytes
    )
      return;
    if (answer === undefined) avoidSearch.cancel();
    else if (answer !== 'none') this.found = { ...found, avoidable: answer };
    this.end();
  }

  private counterexample(
    long: Schedule,
    violation: Violation | undefined,
    shortest: boolean,
  ): Counterexample {
    const schedule = this.shrunk(long, violation);
    const { stuck } = replay(this.subject, schedule);
    return {
      violation,
      stuck: violation === undefined ? stuck : [],
      schedule,
      switches: switchesOf(schedule),
      shortest,
      avoidable: undefined,
    };
  }

  /** In fewer turns, as long as the same breaks. */
  private shrunk(schedule: Schedule, violation: Violation | undefined): Schedule {
    return shrinkSwitches(schedule, (candidate) => {
      const again = replay(this.subject, candidate);
      if (again.steps !== candidate.length) return false;
      return violation === undefined ? !again.goesOn : again.violation?.invariant === violation.invariant;
    });
  }
}

/** A whole search at once. The world is left in its first state. */
export function findRace(subject: Subject, options: RaceOptions = {}): RaceResult {
  const search = new RaceSearch(subject, options);
  for (;;) {
    const result = search.advance(65_536);
    if (result !== undefined) return result;
  }
}
