import { fail, fnv1a, ok, type Result } from '../base';
import { csvCell } from './csv';
import { NO_CHECKS, type SheetName, sheetAddress } from './sheet';

/** What one list of students may hold. */
const MOST_STUDENTS = 2000;
const MOST_NAME = 200;

/**
 * A class as people write it: one student per line; empty lines and lines that begin with # say nothing, and of a line with commas,
 * semicolons or tabs (as tables are exported) the first column counts. Twice the same name would be twice the same sheet, and is refused.
 */
export function readRoster(text: string): Result<readonly string[], string> {
  const lines = new Map<string, number>();
  const names: string[] = [];
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const name = (line.split(/[,;\t]/)[0] ?? '')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim();
    if (name === '' || name.startsWith('#')) continue;
    if (name.length > MOST_NAME)
      return fail(`Line ${i + 1}: found a name of ${name.length} characters. Expected at most ${MOST_NAME}.`);
    const before = lines.get(plain(name));
    if (before !== undefined)
      return fail(
        `Line ${i + 1}: found \`${name}\`, as in line ${before}. Expected each student once: give one of them another name, such as one with a number.`,
      );
    lines.set(plain(name), i + 1);
    names.push(name);
  }
  if (names.length === 0) return fail('Found no name. Expected one student per line.');
  if (names.length > MOST_STUDENTS)
    return fail(`Found ${names.length} names. Expected at most ${MOST_STUDENTS}.`);
  return ok(names);
}

/** A name however it is typed: capitals, spaces and the way accents are encoded make no other student. */
export const plain = (name: string): string =>
  name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();

/**
 * The sheet of one student of a class: of the same kind, with a seed that comes from the class's seed and the student's name. So the
 * list of names and one sheet's name are all that has to be kept.
 */
export function sheetOf(sheet: SheetName, student: string): SheetName {
  return { ...sheet, seed: fnv1a(`${sheet.seed}/${plain(student)}`) >>> 0 };
}

/** Which sheet each student of a class has, and where on the page it is: plain data, for a mail or a course's page. */
export interface ClassTable {
  readonly format: 'shadowscope-class';
  readonly version: 1;
  /** The sheet from which they are made: `npm run grade -- --sheet` takes it. */
  readonly sheet: string;
  readonly students: readonly {
    readonly student: string;
    readonly sheet: string;
    /** Behind the address of the page. */
    readonly address: string;
  }[];
}

/** `checks`: students may hold their answers against the engine's. */
export function classTable(sheet: SheetName, roster: readonly string[], checks: boolean): ClassTable {
  return {
    format: 'shadowscope-class',
    version: 1,
    sheet: sheetAddress(sheet),
    students: roster.map((student) => {
      const own = sheetAddress(sheetOf(sheet, student));
      return { student, sheet: own, address: `#/homework/${own}${checks ? '' : `/${NO_CHECKS}`}` };
    }),
  };
}

/** The same as a table that spreadsheets and mail merges take. `page`: the page's own address, in front of each. */
export const classText = ({ students }: ClassTable, page = ''): string =>
  [
    ['student', 'sheet', 'address'],
    ...students.map(({ student, sheet, address }) => [student, sheet, `${page}${address}`]),
  ]
    .map((row) => row.map(csvCell).join(','))
    .join('\n');
