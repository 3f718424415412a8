import { type Assigned, Marking, readRoster, reportTable, sheetNamed } from '../homework';
import type { Printed, ReadText } from './homeworkCommand';

const GRADE_USAGE =
  'Usage: npm run grade -- ANSWERS.json [MORE.json ...] [--sheet GENERATOR/SEED/VERSION/COUNT/LEVEL] [--class NAMES.txt] [--csv]';

interface GradeArgs {
  readonly files: readonly string[];
  readonly sheet: string | undefined;
  readonly roster: string | undefined;
  readonly csv: boolean;
}

function readArgs(args: readonly string[]): GradeArgs | string {
  const files: string[] = [];
  let sheet: string | undefined;
  let roster: string | undefined;
  let csv = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--csv') csv = true;
    else if (arg === '--sheet' || arg === '--class') {
      const value = args[++i];
      if (value === undefined) return `${arg} is given nothing. ${GRADE_USAGE}`;
      if (arg === '--sheet') sheet = value;
      else roster = value;
    } else if (arg.startsWith('--')) return `There is no option ${arg}. ${GRADE_USAGE}`;
    else files.push(arg);
  }
  if (files.length === 0) return `There is no file. ${GRADE_USAGE}`;
  if (roster !== undefined && sheet === undefined)
    return `--class needs --sheet: the sheet from which each student’s own was made. ${GRADE_USAGE}`;
  return { files, sheet, roster, csv };
}

/** What was set, as the options name it; or what is wrong with them. */
function assignedBy({ sheet, roster }: GradeArgs, read: ReadText): Assigned | undefined | string {
  if (sheet === undefined) return undefined;
  const [generator = '', seed = '', version, count, level] = sheet.split('/');
  const named = sheetNamed({ generator, seed, version, count, level });
  if (named.kind === 'error') return `--sheet ${sheet}: ${named.error}`;
  if (roster === undefined) return { sheet: named.value };
  const text = read(roster);
  if (text.kind === 'error') return `${roster} cannot be read (${text.error}). ${GRADE_USAGE}`;
  const names = readRoster(text.value);
  return names.kind === 'error' ? `${roster}: ${names.error}` : { sheet: named.value, roster: names.value };
}

/**
 * The report on students' answers, as JSON or as a table. 0: everything was graded. 1: it was, but somebody should look at what `err`
 * says: answers or files that cannot be read, sheets that were not set, students who are missing. 2: there was nothing to grade.
 */
export function runGrade(args: readonly string[], read: ReadText): Printed {
  const given = readArgs(args);
  if (typeof given === 'string') return { code: 2, out: [], err: [given] };
  const assigned = assignedBy(given, read);
  if (typeof assigned === 'string') return { code: 2, out: [], err: [assigned] };
  const marking = new Marking(assigned);
  for (const file of given.files) {
    const text = read(file);
    marking.add(text.kind === 'ok' ? { file, text: text.value } : { file, text: undefined, why: text.error });
  }
  const { report, problems } = marking.report();
  if (report.students.length === 0) return { code: 2, out: [], err: problems };
  return {
    code: problems.length > 0 ? 1 : 0,
    out: given.csv ? [reportTable(report).trimEnd()] : [JSON.stringify(report, null, 2)],
    err: problems,
  };
}
