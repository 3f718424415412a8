import { type Answers, readAnswers } from './answersFile';
import { csvCell } from './csv';
import { type Graded, Grader } from './grade';
import { plain, sheetOf } from './roster';
import { type SheetName, sheetAddress } from './sheet';

/** A file of answers by its name; undefined text: it could not be read, and why. */
export interface AnswersFile {
  readonly file: string;
  readonly text: string | undefined;
  readonly why?: string;
}

/** What was set. Without it, whatever sheet a student has answered is graded: also one that is easier than the one that was set. */
export interface Assigned {
  readonly sheet: SheetName;
  /** With a class, each student has a sheet of his own, made from this one. */
  readonly roster?: readonly string[];
}

/** What came in and counts for nothing, with what to do about it. */
export interface Refused {
  readonly file: string;
  readonly student: string;
  readonly says: string;
}

/** The report of `npm run grade`, and of the page that marks: plain data, described in README.md. */
export interface Report {
  readonly format: 'shadowscope-grades';
  readonly version: 1;
  readonly students: readonly (Graded & { readonly file: string })[];
  readonly refused: readonly Refused[];
  /** Students of the class from whom nothing came that counts. */
  readonly missing: readonly string[];
}

/** Grades files of answers. `problems`: what somebody should look at, one sentence each, with its place. */
export function gradeFiles(
  files: readonly AnswersFile[],
  assigned?: Assigned,
): { readonly report: Report; readonly problems: readonly string[] } {
  const grader = new Grader();
  const students: (Graded & { readonly file: string })[] = [];
  const refused: Refused[] = [];
  const problems: string[] = [];
  const refuse = (one: Refused): void => {
    refused.push(one);
    problems.push(`${one.file}: ${one.student === '' ? '' : `${one.student}: `}${one.says}`);
  };
  const owners = ownersOf(assigned);
  for (const { file, text, why } of files) {
    if (text === undefined) {
      refuse({ file, student: '', says: `It cannot be read (${why ?? 'no reason is known'}).` });
      continue;
    }
    const all = readAnswers(text);
    if (all.kind === 'error') {
      refuse({ file, student: '', says: all.error });
      continue;
    }
    for (const one of all.value) {
      if (one.kind === 'error') {
        refuse({ file, student: '', says: one.error });
        continue;
      }
      const owner = owners?.get(sheetAddress(one.value.sheet));
      const foreign = notAssigned(one.value, assigned, owner);
      if (foreign !== undefined) {
        refuse({ file, student: one.value.student, says: foreign });
        continue;
      }
      const graded = grader.grade(one.value);
      const notes = [...namesDiffer(one.value, owner), ...again(students, graded), ...graded.problems];
      students.push({ file, ...graded, student: owner ?? graded.student, problems: notes });
      problems.push(...notes.map((note) => `${file}: ${graded.student || 'somebody'}: ${note}`));
    }
  }
  const seen = new Set(students.map(({ student }) => student));
  const missing = (assigned?.roster ?? []).filter((name) => !seen.has(name));
  problems.push(...missing.map((name) => `${name}: nothing was handed in that counts.`));
  return { report: { format: 'shadowscope-grades', version: 1, students, refused, missing }, problems };
}

/** Whose sheet it is, by its address. */
function ownersOf(assigned: Assigned | undefined): ReadonlyMap<string, string> | undefined {
  if (assigned?.roster === undefined) return undefined;
  return new Map(assigned.roster.map((name) => [sheetAddress(sheetOf(assigned.sheet, name)), name]));
}

function notAssigned(
  { student, sheet }: Answers,
  assigned: Assigned | undefined,
  owner: string | undefined,
): string | undefined {
  if (assigned === undefined || owner !== undefined) return undefined;
  const found = sheetAddress(sheet);
  if (assigned.roster === undefined) {
    const expected = sheetAddress(assigned.sheet);
    return found === expected
      ? undefined
      : `The answers are to the sheet ${found}. Expected ${expected}, which was set.`;
  }
  const own = assigned.roster.find((name) => plain(name) === plain(student));
  return own === undefined
    ? `The answers are to the sheet ${found}, which is nobody’s of this class, and no student of it is called \`${student}\`.`
    : `The answers are to the sheet ${found}. Expected ${sheetAddress(sheetOf(assigned.sheet, own))}, which is the one of ${own}.`;
}

const namesDiffer = ({ student }: Answers, owner: string | undefined): string[] =>
  owner === undefined || plain(owner) === plain(student)
    ? []
    : [`The sheet is the one of ${owner}, and the name on it is \`${student}\`. It counts for ${owner}.`];

/** Two files of one student to one sheet: both are graded, and somebody has to choose. */
function again(students: Report['students'], { student, sheet }: Graded): string[] {
  if (student === '') return [];
  const before = students.find((one) => one.sheet === sheet && plain(one.student) === plain(student));
  return before === undefined
    ? []
    : [`The same sheet was handed in twice: ${before.file} has ${before.points} points for it.`];
}

/** The report as a table for a grade book: one line per student, a column for each exercise. */
export function reportTable({ students }: Report): string {
  const most = Math.max(0, ...students.map(({ exercises }) => exercises.length));
  const head = ['student', 'file', 'sheet', 'points', 'of', 'percent'];
  const columns = Array.from({ length: most }, (_, i) => `exercise ${i + 1}`);
  const rows = students.map(({ student, file, sheet, points, of, exercises, problems }) => [
    ...[student, file, sheet, String(points), String(of), percent(points, of)],
    ...columns.map((_, i) => String(exercises[i]?.points ?? '')),
    problems.join(' '),
  ]);
  return `${[[...head, ...columns, 'problems'], ...rows].map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

/** Sheets made from one name may have a point more or less: what can be compared is the share. */
const percent = (points: number, of: number): string => String(Math.round((1000 * points) / of) / 10);
