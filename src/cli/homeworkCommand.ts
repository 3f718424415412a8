import {
  GENERATORS,
  Grader,
  keyText,
  LEVELS,
  MIXED,
  makeSheet,
  readAnswers,
  type SheetName,
  sheetData,
  sheetNamed,
  sheetText,
} from '../homework';

/** What a command prints, and how it ends. */
export interface Printed {
  readonly code: 0 | 1 | 2;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export const HOMEWORK_USAGE =
  'Usage: npm run homework -- --seed N [--count M] [--generator NAME] [--level 1|2|3] [--version V] [--key] [--json] [--list]';

export const GRADE_USAGE = 'Usage: npm run grade -- ANSWERS.json [MORE.json ...]';

interface HomeworkArgs {
  readonly sheet: SheetName;
  readonly key: boolean;
  readonly json: boolean;
}

const VALUED = ['seed', 'count', 'generator', 'level', 'version'] as const;
type Valued = (typeof VALUED)[number];

/** The command line of `homework`, or what is wrong with it. */
export function readHomeworkArgs(args: readonly string[]): HomeworkArgs | string {
  const given: Partial<Record<Valued, string>> = {};
  let key = false;
  let json = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const valued = VALUED.find((name) => arg === `--${name}`);
    if (arg === '--key') key = true;
    else if (arg === '--json') json = true;
    else if (valued === undefined) return `There is no option ${arg}. ${HOMEWORK_USAGE}`;
    else {
      const value = args[++i];
      if (value === undefined) return `${arg} is given nothing. ${HOMEWORK_USAGE}`;
      given[valued] = value;
    }
  }
  if (given.seed === undefined)
    return `There is no seed. Expected --seed and a whole number. ${HOMEWORK_USAGE}`;
  const sheet = sheetNamed({ ...given, generator: given.generator ?? MIXED, seed: given.seed });
  return sheet.kind === 'ok' ? { sheet: sheet.value, key, json } : sheet.error;
}

/** `--list`: the generators, with what each level brings. */
export function listText(): string[] {
  return GENERATORS.flatMap(({ name, version, title, says, levels }) => [
    `${name} (version ${version}): ${title}`,
    `  ${says}`,
    ...LEVELS.map((level) => `  level ${level}: ${levels[level]}`),
  ]);
}

/** A sheet, or with `key` its key: never both in one text, so that what is handed out cannot hold the answers by mistake. */
export function runHomework(args: readonly string[]): Printed {
  if (args.includes('--list')) return { code: 0, out: listText(), err: [] };
  const read = readHomeworkArgs(args);
  if (typeof read === 'string') return { code: 2, out: [], err: [read] };
  const sheet = makeSheet(read.sheet);
  if (read.json)
    return { code: 0, out: [JSON.stringify(sheetData(read.sheet, sheet, read.key), null, 2)], err: [] };
  return { code: 0, out: read.key ? keyText(read.sheet, sheet) : sheetText(read.sheet, sheet), err: [] };
}

/** A file of answers by its name; undefined text: it could not be read, and why. */
export interface AnswersFile {
  readonly file: string;
  readonly text: string | undefined;
  readonly why?: string;
}

/**
 * The report on students' answers, as JSON. 0: everything was graded. 1: it was, but some answers or files could not be read, each
 * with its place in `err`. 2: there was nothing to grade.
 */
export function runGrade(files: readonly AnswersFile[]): Printed {
  if (files.length === 0) return { code: 2, out: [], err: [`There is no file. ${GRADE_USAGE}`] };
  const grader = new Grader();
  const err: string[] = [];
  const students: unknown[] = [];
  for (const { file, text, why } of files) {
    if (text === undefined) {
      err.push(`${file} cannot be read (${why ?? 'no reason is known'}). ${GRADE_USAGE}`);
      continue;
    }
    const all = readAnswers(text);
    if (all.kind === 'error') {
      err.push(`${file}: ${all.error}`);
      continue;
    }
    for (const one of all.value) {
      if (one.kind === 'error') {
        err.push(`${file}: ${one.error}`);
        continue;
      }
      const graded = grader.grade(one.value);
      students.push({ file, ...graded });
      err.push(...graded.problems.map((problem) => `${file}: ${graded.student || 'somebody'}: ${problem}`));
    }
  }
  const out =
    students.length === 0
      ? []
      : [JSON.stringify({ format: 'shadowscope-grades', version: 1, students }, null, 2)];
  return { code: students.length === 0 ? 2 : err.length > 0 ? 1 : 0, out, err };
}
