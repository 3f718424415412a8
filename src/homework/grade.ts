import { assertNever } from '../base';
import type { Answers } from './answersFile';
import { type MarkedExercise, markExercise } from './mark';
import { makeSheet, type SheetExercise, type SheetName, sheetAddress } from './sheet';
import { showAnswer } from './show';

/** One field of a report. `expected` is the key: a report is for course staff. */
export interface GradedField {
  readonly field: string;
  readonly asked: string;
  readonly mark: 'right' | 'wrong' | 'unreadable' | 'missing';
  readonly given: string;
  readonly expected: string;
  readonly points: number;
  readonly of: number;
  /** Why not, for what is wrong or cannot be read. */
  readonly says?: string;
}

export interface GradedExercise {
  readonly exercise: number;
  readonly generator: string;
  readonly points: number;
  readonly of: number;
  readonly fields: readonly GradedField[];
}

/** One student's report, plain data. */
export interface Graded {
  readonly student: string;
  readonly sheet: string;
  readonly points: number;
  readonly of: number;
  readonly exercises: readonly GradedExercise[];
  /** Answers that belong to no exercise or field of this sheet, and answers that cannot be read. */
  readonly problems: readonly string[];
}

/** Grades students' answers. Sheets are made once each, however many students have solved them. */
export class Grader {
  private readonly sheets = new Map<string, readonly SheetExercise[]>();

  sheet(name: SheetName): readonly SheetExercise[] {
    const address = sheetAddress(name);
    const known = this.sheets.get(address);
    if (known !== undefined) return known;
    const sheet = makeSheet(name);
    this.sheets.set(address, sheet);
    return sheet;
  }

  grade({ student, sheet: name, answers }: Answers): Graded {
    const sheet = this.sheet(name);
    const exercises = sheet.map((one) => reported(one, markExercise(one, answers[String(one.number)] ?? {})));
    return {
      student,
      sheet: sheetAddress(name),
      points: exercises.reduce((sum, { points }) => sum + points, 0),
      of: exercises.reduce((sum, { of }) => sum + of, 0),
      exercises,
      problems: [...strays(sheet, answers), ...exercises.flatMap(unreadable)],
    };
  }
}

function reported({ key }: SheetExercise, marked: MarkedExercise): GradedExercise {
  return {
    exercise: marked.number,
    generator: marked.generator,
    points: marked.points,
    of: marked.of,
    fields: marked.fields.map(({ field, mark }): GradedField => {
      const base = {
        field: field.id,
        asked: field.label,
        mark: mark.kind,
        expected: showAnswer(field.type, key.answers[field.id] as string),
        points: mark.points,
        of: field.points,
      };
      switch (mark.kind) {
        case 'right':
          return { ...base, given: mark.given };
        case 'wrong':
          return { ...base, given: mark.given, says: mark.rule };
        case 'unreadable':
          return { ...base, given: mark.given, says: mark.says };
        case 'missing':
          return { ...base, given: '' };
        default:
          return assertNever(mark);
      }
    }),
  };
}

function strays(sheet: readonly SheetExercise[], answers: Answers['answers']): string[] {
  return Object.entries(answers).flatMap(([number, fields]) => {
    const one = sheet.find((e) => String(e.number) === number);
    if (one === undefined)
      return [`answers.${number}: this sheet has no exercise ${number}. Expected 1 to ${sheet.length}.`];
    const known = one.exercise.fields.map(({ id }) => id);
    return Object.keys(fields)
      .filter((id) => !known.includes(id))
      .map(
        (id) =>
          `answers.${number}.${id}: exercise ${number} has no such field. Expected some of ${known.join(', ')}.`,
      );
  });
}

const unreadable = ({ exercise, fields }: GradedExercise): string[] =>
  fields.flatMap(({ field, mark, says }) =>
    mark === 'unreadable' ? [`answers.${exercise}.${field}: ${says}`] : [],
  );
