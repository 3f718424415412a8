import { type Ask, minimalSets } from './minimalSets';
import { missedAt } from './missing';
import type { Covered } from './outcome';
import { type RaceOptions, type RaceResult, RaceSearch } from './race';
import type { Subject } from './subject';

/** Something that can be taken away: a switch of a design, a fence of a model. */
export interface Protection {
  readonly name: string;
  readonly label: string;
}

/** A row of the protection table: what was taken away, and what came of it. */
export interface ProtectionRow {
  /** Missing in the first row: nothing is removed. */
  readonly removed: Protection | undefined;
  readonly result: RaceResult;
  /**
   * Where in the counterexample what was removed is missed: the place of the first step that could not have been taken with it, or
   * would have led its actor elsewhere. Missing where there is no counterexample, or no such step.
   */
  readonly missed?: number;
}

/** A set of protections and whether nothing breaks with these alone. */
export type Verdict = 'safe' | 'unsafe' | 'unknown';

/** What removing each protection does, and which sets are enough. */
export interface ProtectionTable {
  readonly rows: readonly ProtectionRow[];
  /**
   * Sets of protections with which nothing breaks, though something does whenever one of the set is taken away, too. That more
   * protection never harms is taken for granted.
   */
  readonly minimal: readonly (readonly Protection[])[];
  /** False: some set could not be explored within the bounds, or it was cancelled. Then `minimal` is what is known. */
  readonly complete: boolean;
  /** Explorations that were made for it. */
  readonly explored: number;
}

/** Builds what is to be explored without some of the protections, by name. */
export type Without = (removed: ReadonlySet<string>) => Subject;

/** How far the table has come. */
export interface TableProgress {
  /** Protections removed in the exploration under way. */
  readonly removed: readonly string[];
  readonly covered: Covered;
  readonly rows: readonly ProtectionRow[];
}

const keyOf = (names: Iterable<string>): string => [...names].sort().join();

/**
 * The protection table: each protection is removed in turn and the race looked for; then the smallest sets that still protect
 * are found. Every exploration is of a world of its own. Go on with `advance` until there is a table.
 */
export class TableSearch {
  private readonly rows: ProtectionRow[] = [];
  /** By the names removed. */
  private readonly verdicts = new Map<string, Verdict>();
  private readonly sets: Ask;
  private minimal: readonly (readonly string[])[] | undefined;
  private complete = true;
  private present: readonly string[] = [];
  /** What the search for the smallest sets wants to know, as the names removed. */
  private asked: readonly string[] | undefined;
  private search: RaceSearch;

  constructor(
    private readonly protections: readonly Protection[],
    private readonly without: Without,
    private readonly options: RaceOptions = {},
  ) {
    this.sets = minimalSets(protections.map(({ name }) => name));
    this.search = this.begin([]);
  }

  get progress(): TableProgress {
    return { removed: this.present, covered: this.search.covered, rows: this.rows };
  }

  /** Visits about `states` more states, of whichever exploration is under way. */
  advance(states: number): ProtectionTable | undefined {
    if (this.minimal !== undefined) return this.table();
    const result = this.search.advance(states);
    if (result === undefined) return undefined;
    this.record(result);
    // What breaks with all its protections is not saved by any of them: there is nothing to compare.
    if (this.verdicts.get('') === 'unsafe') this.minimal = [];
    if (this.minimal !== undefined) return this.table();
    const next = this.protections[this.rows.length - 1];
    if (next !== undefined) this.search = this.begin([next.name]);
    else this.askOn();
    return this.minimal === undefined ? undefined : this.table();
  }

  /** Ends it where it stands: rows that are there stay. */
  cancel(): ProtectionTable {
    this.search.cancel();
    this.complete = false;
    return this.table();
  }

  private begin(removed: readonly string[]): RaceSearch {
    this.present = removed;
    // Beyond the rows only verdicts are asked for.
    const verdictOnly = this.rows.length > this.protections.length;
    return new RaceSearch(this.without(new Set(removed)), { ...this.options, verdictOnly });
  }

  private record(result: RaceResult): void {
    this.verdicts.set(keyOf(this.present), verdictOf(result));
    if (this.rows.length > this.protections.length) return;
    const [name] = this.present;
    const removed = this.protections.find((p) => p.name === name);
    this.rows.push({ removed, result, ...this.missed(removed, result) });
  }

  private missed(removed: Protection | undefined, { counterexample }: RaceResult): { missed?: number } {
    if (removed === undefined || counterexample === undefined) return {};
    const [whole, less] = [this.without(new Set()), this.without(new Set([removed.name]))];
    const missed = missedAt(whole, less, counterexample.schedule);
    return missed === undefined ? {} : { missed };
  }

  /** Goes on with the smallest sets: answers what is known and begins to explore what is not. */
  private askOn(): void {
    let asked = this.asked === undefined ? this.sets.next() : this.sets.next(this.isSafe(this.asked));
    for (;;) {
      if (asked.done === true) {
        this.minimal = asked.value;
        return;
      }
      const kept = asked.value;
      const removed = this.protections.map(({ name }) => name).filter((name) => !kept.has(name));
      this.asked = removed;
      if (!this.verdicts.has(keyOf(removed))) {
        this.search = this.begin(removed);
        return;
      }
      asked = this.sets.next(this.isSafe(removed));
    }
  }

  private isSafe(removed: readonly string[]): boolean {
    return this.verdicts.get(keyOf(removed)) === 'safe';
  }

  private table(): ProtectionTable {
    const named = (names: readonly string[]): Protection[] =>
      this.protections.filter(({ name }) => names.includes(name));
    const unknown = [...this.verdicts.values()].includes('unknown');
    return {
      rows: this.rows,
      minimal: (this.minimal ?? []).map(named),
      complete: this.complete && !unknown,
      explored: this.verdicts.size,
    };
  }
}

function verdictOf({ outcome }: RaceResult): Verdict {
  switch (outcome.kind) {
    case 'holds':
      return 'safe';
    case 'violation':
    case 'deadlock':
    case 'livelock':
      return 'unsafe';
    default:
      return 'unknown';
  }
}

/** A whole table at once. */
export function protectionTable(
  protections: readonly Protection[],
  without: Without,
  options: RaceOptions = {},
): ProtectionTable {
  const search = new TableSearch(protections, without, options);
  for (;;) {
    const table = search.advance(65_536);
    if (table !== undefined) return table;
  }
}
