import { assertNever, fail, fnv1a, ok, type Result } from '../base';
import { type Answer, type Field, type FieldType, NONE } from './field';

/** Crockford's digits: no I, L, O or U, which are misread and misheard. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 5;
const VALUE_BITS = 12;
const CHECK_BITS = 5 * LENGTH - VALUE_BITS;
/** Answers that a code can carry: 4,096. */
export const MOST_ANSWERS = 1 << VALUE_BITS;

/**
 * The numbers that a field's answers stand for in a code; undefined where a field has more answers than a code can carry, or
 * answers without a bound. Sets and bits are masks, choices their place in the list, numbers themselves, with `none` behind them.
 */
export function answerSpace(type: FieldType): number | undefined {
  const size = spaceOf(type);
  return size === undefined || size > MOST_ANSWERS ? undefined : size;
}

function spaceOf(type: FieldType): number | undefined {
  switch (type.kind) {
    case 'hex':
    case 'count':
      return type.below === undefined ? undefined : type.below + (type.orNone === true ? 1 : 0);
    case 'bits':
      return 2 ** type.names.length;
    case 'choice':
      return type.options.length;
    case 'set':
      return type.from === undefined ? undefined : 2 ** type.from.length;
    case 'list':
      return undefined;
    default:
      return assertNever(type);
  }
}

/** Every answer that a field can take, right and wrong; undefined where they are too many for a code. */
export function everyAnswer(type: FieldType): readonly Answer[] | undefined {
  const size = answerSpace(type);
  return size === undefined ? undefined : Array.from({ length: size }, (_, value) => answerOf(type, value));
}

function numberOf(type: FieldType, answer: Answer): number {
  switch (type.kind) {
    case 'hex':
    case 'count':
      if (answer === NONE) return type.below ?? 0;
      return Number.parseInt(answer, type.kind === 'hex' ? 16 : 10);
    case 'bits':
      return maskOf(type.names, answer);
    case 'choice':
      return type.options.findIndex(({ value }) => value === answer);
    case 'set':
      return maskOf(inOrder(type.from ?? []), answer);
    case 'list':
      throw new Error('a list has no code');
    default:
      return assertNever(type);
  }
}

function answerOf(type: FieldType, value: number): Answer {
  switch (type.kind) {
    case 'hex':
    case 'count':
      return value === type.below ? NONE : value.toString(type.kind === 'hex' ? 16 : 10);
    case 'bits':
      return ofMask(type.names, value);
    case 'choice':
      return type.options[value]?.value ?? '';
    case 'set':
      return ofMask(inOrder(type.from ?? []), value);
    case 'list':
      throw new Error('a list has no code');
    default:
      return assertNever(type);
  }
}

/** A set's one spelling has its items in this order (read.ts). */
const inOrder = (items: readonly string[]): string[] =>
  [...items].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));

const maskOf = (names: readonly string[], answer: Answer): number =>
  answer === NONE ? 0 : answer.split(' ').reduce((mask, one) => mask | (1 << names.indexOf(one)), 0);

const ofMask = (names: readonly string[], mask: number): Answer =>
  names.filter((_, i) => (mask & (1 << i)) !== 0).join(' ') || NONE;

/** What a code is bound to: `<generator>/<version>/<seed>/<exercise>/<level>/<field>`. */
export type QuestionName = string;

const checkOf = (question: QuestionName, value: number): number =>
  fnv1a(`${question}#${value}`) & ((1 << CHECK_BITS) - 1);

/** Hides the answer from a glance at a neighbour's code: the same answer to another question looks different. */
const maskFor = (question: QuestionName): number => (fnv1a(question) >>> 7) & (MOST_ANSWERS - 1);

/**
 * An answer as five characters to read out or type: 13 bits that depend on question and answer, then 12 bits of answer, hidden by
 * the question. A mistyped code, or one of another question, passes for an answer once in 8,192 times.
 */
export function writeCode(question: QuestionName, type: FieldType, answer: Answer): string {
  const value = numberOf(type, answer);
  let bits = (checkOf(question, value) << VALUE_BITS) | (value ^ maskFor(question));
  let code = '';
  for (let i = 0; i < LENGTH; i++) {
    code = `${DIGITS[bits & 31]}${code}`;
    bits >>>= 5;
  }
  return code;
}

/** The answer behind a code; or what is wrong with it. Small letters are fine, and O for 0, I and L for 1. */
export function readCode(question: QuestionName, type: FieldType, typed: string): Result<Answer, string> {
  const bare = typed
    .toUpperCase()
    .replace(/[\s_-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (bare.length !== LENGTH)
    return fail(`\`${typed}\` has ${bare.length} characters. Expected ${LENGTH}, such as 7KQ2M.`);
  let bits = 0;
  for (const digit of bare) {
    const value = DIGITS.indexOf(digit);
    if (value < 0)
      return fail(
        `\`${typed}\` has a ${digit} in it, which no code has. Expected ${LENGTH} letters and digits, such as 7KQ2M.`,
      );
    bits = bits * 32 + value;
  }
  const value = (bits & (MOST_ANSWERS - 1)) ^ maskFor(question);
  const good = bits >>> VALUE_BITS === checkOf(question, value) && value < (answerSpace(type) ?? 0);
  return good
    ? ok(answerOf(type, value))
    : fail(
        `\`${typed}\` is no code of this question: it was mistyped, or belongs to another question or seed.`,
      );
}

export interface Tally {
  readonly answer: Answer;
  readonly count: number;
}

/** Codes as somebody types them, with spaces or lines between, `x3` or `*3` behind a code that was heard three times. */
export function tally(
  question: QuestionName,
  type: FieldType,
  typed: string,
): { readonly answers: readonly Tally[]; readonly wrong: readonly string[] } {
  const counts = new Map<Answer, number>();
  const wrong: string[] = [];
  const words = typed.split(/[\s,;]+/).filter((word) => word !== '');
  let last: Answer | undefined;
  for (const word of words) {
    const times = /^[x×*](\d{1,3})$/i.exec(word);
    if (times !== null && last !== undefined) {
      counts.set(last, (counts.get(last) ?? 0) + Number(times[1]) - 1);
      continue;
    }
    const read = readCode(question, type, word);
    last = read.kind === 'ok' ? read.value : undefined;
    if (read.kind === 'error') wrong.push(read.error);
    else counts.set(read.value, (counts.get(read.value) ?? 0) + 1);
  }
  const answers = [...counts].map(([answer, count]) => ({ answer, count }));
  return { answers: answers.sort((a, b) => b.count - a.count || (a.answer < b.answer ? -1 : 1)), wrong };
}

/** Fields of an exercise that can be asked in class. */
export const classFields = (fields: readonly Field[]): Field[] =>
  fields.filter(({ type }) => answerSpace(type) !== undefined);
