import type { Random } from '../base';
import type { Answer, Field } from './field';

/** How hard: 1 is for the week in which the matter was first heard of, 3 for an examination. */
export type Level = 1 | 2 | 3;
export const LEVELS: readonly Level[] = [1, 2, 3];

/** What stands on the sheet above the questions. Cells of tables and lines of programs are set in the mono font. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: 'program'; readonly caption: string; readonly lines: readonly string[] };

/** What a student gets. */
export interface Exercise {
  readonly title: string;
  readonly prompt: readonly Block[];
  readonly fields: readonly Field[];
  /** The scenario that decides it, as text: what opens on the stage. */
  readonly scenario: string;
}

/** A moment of the exercise's run, as links name one: an anchor, and the count of steps that it stands for here. */
export interface Moment {
  readonly anchor: string;
  readonly step: number;
}

/** One stretch of a schedule: an actor goes on until it has done an operation (from 0); a store buffer gives one store away. */
export interface Stretch {
  readonly actor: number;
  readonly until: number | 'one-step';
}

/** Another way through the exercise's run than its own, and what it is called on the stage. */
export interface Schedule {
  readonly label: string;
  readonly stretches: readonly Stretch[];
}

/** A sentence of a solution, and where the stage shows it: a moment of the run, or the end of another schedule. */
export interface Told {
  readonly says: string;
  readonly at?: Moment;
  readonly schedule?: Schedule;
}

/** What only the key shows: the engine's answers, and how it came to them in the words of the run itself. */
export interface Key {
  readonly answers: Readonly<Record<string, Answer>>;
  readonly solution: readonly Told[];
  /** By field: the moment after the step of the run that decides its answer. Fields that no single run answers have none. */
  readonly decided: Readonly<Record<string, Moment>>;
}

export interface Made {
  readonly exercise: Exercise;
  readonly key: Key;
}

/**
 * A kind of exercise. `make` draws one and lets the engine answer it. The same draws give the same exercise for ever: whoever
 * changes what is drawn or asked gives it a new version, for links name it.
 */
export interface Generator {
  /** As links and the command line write it. */
  readonly name: string;
  readonly version: number;
  readonly title: string;
  /** One or two sentences for whoever chooses. */
  readonly says: string;
  /** What each level brings. */
  readonly levels: Readonly<Record<Level, string>>;
  readonly make: (random: Random, level: Level) => Made;
}
