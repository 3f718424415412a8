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

/** Grades files of answers, one after the other: each sheet is made once, however many students have answered it. */
export class Marking {
  private readonly grader = new Grader();
  private readonly students: (Graded & { readonly file: string })[] = [];
  private readonly refused: Refused[] = [];
  private readonly problems: string[] = [];
  /** Whose sheet it is, by its address. */
  private readonly owners: ReadonlyMap<string, string>;

  constructor(private readonly assigned?: Assigned) {
    const { sheet, roster = [] } = assigned ?? {};
    this.owners = new Map(
      sheet === undefined ? [] : roster.map((name) => [sheetAddress(sheetOf(sheet, name)), name]),
    );
  }

  add({ file, text, why }: AnswersFile): void {
    const refuse = (says: string, student = ''): void => {
      this.refused.push({ file, student, says });
      this.problems.push(`${file}: ${student === '' ? '' : `${student}: `}${says}`);
    };
    if (text === undefined) {
      refuse(`It cannot be read (${why ?? 'no reason is known'}).`);
      return;
    }
    const all = readAnswers(text);
    if (all.kind === 'error') {
      refuse(all.error);
      return;
    }
    for (const one of all.value) {
      if (one.kind === 'error') {
        refuse(one.error);
        continue;
      }
      const owner = this.owners.get(sheetAddress(one.value.sheet));
      const foreign = notAssigned(one.value, this.assigned, owner);
      if (foreign === undefined) this.count(file, one.value, owner);
      else refuse(foreign, one.value.student);
    }
  }

  private count(file: string, answers: Answers, owner: string | undefined): void {
    const graded = { ...this.grader.grade(answers), student: owner ?? answers.student };
    const problems = [...namesDiffer(answers, owner), ...again(this.students, graded), ...graded.problems];
    this.students.push({ file, ...graded, problems });
    this.problems.push(...problems.map((one) => `${file}: ${answers.student || 'somebody'}: ${one}`));
  }

  /** The report so far. `problems`: what somebody should look at, one sentence each, with its place. */
  report(): { readonly report: Report; readonly problems: readonly string[] } {
    const { students, refused } = this;
    const seen = new Set(students.map(({ student }) => student));
    const missing = (this.assigned?.roster ?? []).filter((name) => !seen.has(name));
    return {
      report: {
        format: 'shadowscope-grades',
        version: 1,
        students: [...students],
        refused: [...refused],
        missing,
      },
      problems: [...this.problems, ...missing.map((name) => `${name}: nothing was handed in that counts.`)],
    };
  }
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
