/** What was checked against something outside this program, with what came of it. Plain data: it is stored, sent and shown. */
export interface TruthSection {
  readonly id: 'kvm' | 'xen' | 'walks' | 'litmus' | 'spin' | 'library';
  readonly title: string;
  /** What it was checked against, with its version. */
  readonly against: string;
  /** What must be equal, and how that was found out. */
  readonly how: string;
  /** What `passed` and `failed` count. */
  readonly unit: string;
  readonly passed: number;
  readonly failed: number;
  /** Nothing is run for it here: `passed` is how many there are, and that they hold is for the tests to say. */
  readonly onlyCounted?: true;
  readonly tables: readonly TruthTable[];
  /** Known differences between the recorder and what is simulated, with how often they were met. */
  readonly deviations: readonly Counted[];
  /** What is not compared though it is recorded. */
  readonly leftOut: readonly string[];
}

/** Counts of one kind of thing. A row with 0 is something that the format knows and no case shows: not covered. */
export interface TruthTable {
  readonly title: string;
  readonly rows: readonly Counted[];
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** Recorded material, as text. */
export interface Recordings {
  /** One case per line. */
  readonly kvm: readonly string[];
  readonly xen: readonly string[];
  readonly walks: readonly string[];
  readonly litmus: readonly { readonly name: string; readonly text: string }[];
  /** Verdicts of the litmus tests, as JSON. */
  readonly verdicts: string;
}

/** How far a check has come. */
export interface TruthProgress {
  readonly section: TruthSection['id'];
  readonly done: number;
  readonly of: number;
}

/** Rows for all that the format knows, in its order, then whatever else was met. */
export function tableOf(
  title: string,
  known: readonly string[],
  met: ReadonlyMap<string, number>,
): TruthTable {
  const others = [...met.keys()].filter((name) => !known.includes(name)).sort();
  return { title, rows: [...known, ...others].map((name) => ({ name, count: met.get(name) ?? 0 })) };
}

/** What the formats know and no case shows. */
export const uncovered = ({ tables }: TruthSection): readonly string[] =>
  tables.flatMap(({ title, rows }) =>
    rows.filter(({ count }) => count === 0).map(({ name }) => `${title}: ${name}`),
  );

/** Counts by name. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }
}
