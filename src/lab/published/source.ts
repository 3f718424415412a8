import type { LabConfig } from '../config';
import type { LabResult } from '../report';

/** A count of the simulation that stands beside a published figure. */
export interface Beside {
  /** What is divided by what, in words. */
  readonly says: string;
  /** The runs it is computed from. */
  readonly runs: readonly LabConfig[];
  /** What it comes to, in words: `4.1 % (30 of 731)`. */
  readonly value: (results: readonly LabResult[]) => string;
}

/** Something that a document says in figures. */
export interface PublishedFigure {
  readonly figure: string;
  /** What was measured, and on what, as far as the document says. */
  readonly of: string;
  /** Why nothing can stand beside it, where that is so. */
  readonly cannot?: string;
  readonly beside?: readonly Beside[];
}

/** A table of the document, as it stands there; the changes are computed from it. */
export interface PublishedTable {
  /** What was measured, on what machine, in what unit, and which way is better. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader should see in it. */
  readonly says: string;
}

/** One quantity over a knob: what the runs count, and what the document says, where it says a figure of this. */
export interface SweepLine {
  readonly letter: string;
  readonly name: string;
  readonly published?: number;
  /** Part and whole; the plot shows their ratio. */
  readonly parts: (result: LabResult) => readonly [part: number, whole: number];
}

/** Something of the made-up workload that a person may turn. */
export interface Knob {
  readonly name: string;
  readonly label: string;
  readonly values: readonly number[];
  readonly run: (value: number) => LabConfig;
}

/** How what is counted moves when one knob is turned and nothing else. */
export interface Sweep {
  readonly says: string;
  /** Ratios are multiplied by this: 100 for per cent. */
  readonly times: number;
  readonly unit: string;
  readonly knobs: readonly Knob[];
  readonly lines: readonly SweepLine[];
}

/** One source document. */
export interface PublishedSource {
  readonly id: string;
  readonly title: string;
  /** Who, where, when. */
  readonly origin: string;
  /** Where the figures stand in it. */
  readonly place: string;
  /** What the simulation can and cannot say about it, in plain words. */
  readonly about: readonly string[];
  readonly tables?: readonly PublishedTable[];
  readonly figures: readonly PublishedFigure[];
  /** The same workload with another design, mechanism or switch. */
  readonly moves?: {
    readonly says: string;
    readonly rows: readonly { readonly label: string; readonly beside: readonly Beside[] }[];
  };
  readonly sweep?: Sweep;
}

/** Every run that a source's tables need, each once. */
export function runsOf(source: PublishedSource): readonly LabConfig[] {
  const all = [
    ...source.figures.flatMap(({ beside }) => beside ?? []),
    ...(source.moves?.rows.flatMap(({ beside }) => beside) ?? []),
  ].flatMap(({ runs }) => runs);
  const seen = new Map(all.map((run) => [JSON.stringify(run), run]));
  return [...seen.values()];
}
