import type { Result } from '../base';
import {
  classTable,
  classText,
  GENERATORS,
  keyText,
  LEVELS,
  MIXED,
  makeSheet,
  readRoster,
  type SheetName,
  sheetData,
  sheetNamed,
  sheetOf,
  sheetText,
} from '../homework';

/** What a command prints, and how it ends. */
export interface Printed {
  readonly code: 0 | 1 | 2;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Reads a file; the error says why it cannot. */
export type ReadText = (file: string) => Result<string, string>;

export const HOMEWORK_USAGE =
  'Usage: npm run homework -- --seed N [--count M] [--generator NAME] [--level 1|2|3] [--version V] [--class NAMES.txt] [--unchecked] [--key] [--json] [--list]';

interface HomeworkArgs {
  readonly sheet: SheetName;
  readonly key: boolean;
  readonly json: boolean;
  /** A file of names: a sheet for each. */
  readonly roster: string | undefined;
  /** Students cannot check their answers on the page. */
  readonly unchecked: boolean;
}

const VALUED = ['seed', 'count', 'generator', 'level', 'version', 'class'] as const;
type Valued = (typeof VALUED)[number];

/** The command line of `homework`, or what is wrong with it. */
export function readHomeworkArgs(args: readonly string[]): HomeworkArgs | string {
  const given: Partial<Record<Valued, string>> = {};
  let key = false;
  let json = false;
  let unchecked = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const valued = VALUED.find((name) => arg === `--${name}`);
    if (arg === '--key') key = true;
    else if (arg === '--json') json = true;
    else if (arg === '--unchecked') unchecked = true;
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
  if (sheet.kind === 'error') return sheet.error;
  if (unchecked && (given.class === undefined || key))
    return `--unchecked says how the addresses of a class’s sheets end. Expected --class with it, and no --key. ${HOMEWORK_USAGE}`;
  return { sheet: sheet.value, key, json, roster: given.class, unchecked };
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
export function runHomework(args: readonly string[], readText: ReadText): Printed {
  if (args.includes('--list')) return { code: 0, out: listText(), err: [] };
  const read = readHomeworkArgs(args);
  if (typeof read === 'string') return { code: 2, out: [], err: [read] };
  if (read.roster !== undefined) return forClass(read, read.roster, readText);
  const sheet = makeSheet(read.sheet);
  if (read.json)
    return { code: 0, out: [JSON.stringify(sheetData(read.sheet, sheet, read.key), null, 2)], err: [] };
  return { code: 0, out: read.key ? keyText(read.sheet, sheet) : sheetText(read.sheet, sheet), err: [] };
}

/** A sheet for each student of a class: which, as a table; or with `key` the keys of all of them. */
function forClass({ sheet, key, json, unchecked }: HomeworkArgs, file: string, readText: ReadText): Printed {
  const text = readText(file);
  if (text.kind === 'error')
    return { code: 2, out: [], err: [`${file} cannot be read (${text.error}). ${HOMEWORK_USAGE}`] };
  const names = readRoster(text.value);
  if (names.kind === 'error') return { code: 2, out: [], err: [`${file}: ${names.error}`] };
  if (!key) {
    const table = classTable(sheet, names.value, !unchecked);
    return { code: 0, out: [json ? JSON.stringify(table, null, 2) : classText(table)], err: [] };
  }
  const keys = names.value.map((student) => {
    const own = sheetOf(sheet, student);
    return { student, own, made: makeSheet(own) };
  });
  const out = json
    ? [
        JSON.stringify(
          keys.map(({ student, own, made }) => ({ student, ...sheetData(own, made, true) })),
          null,
          2,
        ),
      ]
    : keys.flatMap(({ student, own, made }) => [`=== ${student}`, ...keyText(own, made), '']);
  return { code: 0, out, err: [] };
}
