import type { Answer, Field } from './field';
import { readAnswer } from './read';
import type { SheetExercise } from './sheet';
import { showAnswer } from './show';

/** What became of one answer. */
export type Mark =
  | { readonly kind: 'right'; readonly given: string; readonly points: number }
  | { readonly kind: 'wrong'; readonly given: string; readonly points: 0; readonly rule: string }
  /** It cannot be read as an answer of that kind: what was found, and what was expected. */
  | { readonly kind: 'unreadable'; readonly given: string; readonly points: 0; readonly says: string }
  | { readonly kind: 'missing'; readonly points: 0 };

/** Holds what was typed into a field against the engine's answer. */
export function markField(field: Field, right: Answer, typed: string | undefined): Mark {
  if (typed === undefined || typed.trim() === '') return { kind: 'missing', points: 0 };
  const read = readAnswer(field.type, typed);
  if (read.kind === 'error') return { kind: 'unreadable', given: typed, points: 0, says: read.error };
  return read.value === right
    ? { kind: 'right', given: typed, points: field.points }
    : { kind: 'wrong', given: showAnswer(field.type, read.value), points: 0, rule: field.rule };
}

export interface MarkedField {
  readonly field: Field;
  readonly mark: Mark;
}

export interface MarkedExercise {
  readonly number: number;
  readonly generator: string;
  readonly fields: readonly MarkedField[];
  readonly points: number;
  readonly of: number;
}

/** One exercise, all its fields. */
export function markExercise(
  { number, generator, exercise, key }: SheetExercise,
  typed: Readonly<Record<string, string>>,
): MarkedExercise {
  const fields = exercise.fields.map((field) => ({
    field,
    mark: markField(field, key.answers[field.id] as Answer, typed[field.id]),
  }));
  return {
    number,
    generator: generator.name,
    fields,
    points: fields.reduce((sum, { mark }) => sum + mark.points, 0),
    of: exercise.fields.reduce((sum, { points }) => sum + points, 0),
  };
}
