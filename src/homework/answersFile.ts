import { fail, ok, type Result } from '../base';
import { type SheetName, sheetNamed } from './sheet';

/** What marks a file as one of ours. */
export const ANSWERS_FORMAT = 'shadowscope-answers';
export const ANSWERS_VERSION = 1;

/** What one student typed, by exercise number (from 1) and field. */
export interface Answers {
  readonly student: string;
  readonly sheet: SheetName;
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The file a student hands in: plain JSON that people can read, and write by hand. */
export function writeAnswers({ student, sheet, answers }: Answers): string {
  const plain = { format: ANSWERS_FORMAT, version: ANSWERS_VERSION, student, sheet, answers };
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** One file or several in a list: what can be read of it, and what is wrong with the rest, with its place. */
export function readAnswers(text: string): Result<readonly Result<Answers, string>[], string> {
  if (text.trim() === '') return fail('It is empty. Expected the file that the page’s “Save answers” makes.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(
      `It is not JSON (${error instanceof Error ? error.message : String(error)}). Expected the file that the page’s “Save answers” makes.`,
    );
  }
  const all = Array.isArray(value) ? value : [value];
  if (all.length === 0) return fail('It is an empty list. Expected at least one student’s answers.');
  return ok(all.map((one: unknown, i) => readOne(one, Array.isArray(value) ? `[${i}]` : '')));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

function readOne(value: unknown, at: string): Result<Answers, string> {
  const wrong = (place: string, found: unknown, expected: string): Result<Answers, string> =>
    fail(
      `${at}${place === '' ? '' : `.${place}`}`
        .replace(/^\./, '')
        .concat(`: Found ${shown(found)}. Expected ${expected}.`)
        .replace(/^: /, ''),
    );
  if (!isObject(value)) return wrong('', value, 'an object with format, student, sheet and answers');
  if (value.format !== ANSWERS_FORMAT) return wrong('format', value.format, `"${ANSWERS_FORMAT}"`);
  if (value.version !== ANSWERS_VERSION)
    return wrong('version', value.version, `${ANSWERS_VERSION}, the only version there is`);
  if (typeof value.student !== 'string')
    return wrong('student', value.student, 'a name in quotes (it may be empty)');
  if (!isObject(value.sheet))
    return wrong('sheet', value.sheet, 'an object with generator, seed, version, count and level');
  const { generator, seed, version, count, level } = value.sheet;
  if (typeof generator !== 'string') return wrong('sheet.generator', generator, 'the name of a generator');
  const sheet = sheetNamed({
    generator,
    seed: String(seed),
    version: version === undefined ? undefined : String(version),
    count: count === undefined ? undefined : String(count),
    level: level === undefined ? undefined : String(level),
  });
  if (sheet.kind === 'error') return fail(`${at === '' ? '' : `${at}.`}sheet: ${sheet.error}`);
  if (!isObject(value.answers))
    return wrong('answers', value.answers, 'an object: exercise number, field, answer');
  const answers: Record<string, Record<string, string>> = {};
  for (const [number, fields] of Object.entries(value.answers)) {
    if (!isObject(fields)) return wrong(`answers.${number}`, fields, 'an object: field, answer');
    const own: Record<string, string> = {};
    for (const [id, typed] of Object.entries(fields)) {
      // Written by hand, a number may have lost its quotes.
      if (typeof typed !== 'string' && typeof typed !== 'number')
        return wrong(`answers.${number}.${id}`, typed, 'an answer in quotes');
      own[id] = String(typed);
    }
    answers[number] = own;
  }
  return ok({ student: value.student, sheet: sheet.value, answers });
}
