import { fail, ok, type Result } from '../../base';
import { type Dialect, readInstruction } from './instruction';
import { readProposition, readThread } from './proposition';
import { errorAt, LitmusTrouble, Source, withoutComments } from './source';
import type { Instruction, LitmusError, LitmusTest, Proposition } from './test';
import { bracketed, readLocation, readNumber, readRegister } from './value';

/** Where the program ends: the words that come after it. */
const AFTER_PROGRAM = /(?<![\w.])(~\s*exists|exists|forall|locations|filter)\b/;
const MOST_THREADS = 16;

/**
 * Reads a litmus test in herd's X86 or X86_64 text: `X86 NAME`, `{ initial state }`, a table of threads, `exists`, `~exists` or
 * `forall` with a proposition. Lines between the name and `{` describe the test and are passed over, `locations` too; final
 * states that a `filter` does not let through are not asked about.
 */
export function parseLitmus(text: string): Result<LitmusTest, LitmusError> {
  const whole = withoutComments(text);
  try {
    return ok(readTest(new Source(whole)));
  } catch (trouble) {
    if (trouble instanceof LitmusTrouble) return fail(errorAt(whole, trouble));
    throw trouble;
  }
}

function readTest(source: Source): LitmusTest {
  const head = source.trim();
  const title = /^(\S+)[^\S\n]*(.*)/.exec(head.text);
  if (title === null) return source.fail('found nothing, expected `X86 NAME` in the first line');
  const [, architecture = '', rest = ''] = title;
  if (architecture !== 'X86' && architecture !== 'X86_64')
    return head.fail(
      `found a test for \`${architecture}\`, expected \`X86 NAME\`: only herd's X86 and X86_64 are supported`,
    );
  const name = rest.trim();
  if (name === '') head.fail(`found no name after ${architecture}, expected \`X86 NAME\``);
  const body = head.slice(title[0].length);
  const open = body.text.indexOf('{');
  if (open < 0) body.fail('found no `{`, expected the initial state, for example { x=0; y=0; }');
  const close = body.text.indexOf('}', open);
  if (close < 0) body.slice(open).fail('found no `}` to end the initial state that begins here');
  const rows = body.slice(close + 1);
  const after = AFTER_PROGRAM.exec(rows.text);
  if (after === null)
    return rows
      .slice(rows.text.trimEnd().length)
      .fail('found no final condition, expected exists, ~exists or forall');
  const threads = readProgram(rows.slice(0, after.index), architecture);
  const initial = readInitial(body.slice(open + 1, close), threads.length);
  return { name, threads, ...initial, ...readCondition(rows.slice(after.index), threads.length) };
}

function readProgram(source: Source, dialect: Dialect): Instruction[][] {
  const [header, ...rows] = source
    .split(';')
    .filter(({ text }) => text !== '')
    .map((row) => row.split('|'));
  if (header === undefined) return source.fail('found no program, expected a first row such as P0 | P1 ;');
  header.forEach((cell, i) => {
    if (cell.text !== `P${i}`)
      cell.fail(`found \`${cell.text}\`, expected P${i}: the first row names the threads P0 | P1 | … ;`);
  });
  if (header.length > MOST_THREADS)
    header[0]?.fail(`found ${header.length} threads, expected at most ${MOST_THREADS}`);
  const threads: Instruction[][] = header.map(() => []);
  for (const row of rows) {
    if (row.length !== header.length)
      row[0]?.fail(`found ${row.length} columns, expected ${header.length}, one for each thread`);
    row.forEach((cell, i) => {
      if (cell.text !== '') threads[i]?.push(...readInstruction(cell, dialect));
    });
  }
  return threads;
}

function readInitial(source: Source, threads: number): Pick<LitmusTest, 'memory' | 'registers'> {
  const memory = new Map<string, number>();
  const registers: LitmusTest['registers'][number][] = [];
  for (const item of source.split(';')) {
    if (item.text === '') continue;
    const [left, right, more] = item.split('=');
    if (left === undefined || more !== undefined)
      item.fail(`found \`${item.text}\`, expected for example x=0 or 0:EAX=1`);
    const value = right === undefined ? 0 : readNumber(right);
    // A type may stand before the name: int x=0, uint64_t 0:rax.
    const type = /^[A-Za-z_]\w*\s+(?=\S)/.exec(left.text);
    const place = type === null ? left : left.slice(type[0].length);
    const colon = place.text.indexOf(':');
    if (colon >= 0) {
      const thread = readThread(place.slice(0, colon).trim(), threads);
      registers.push({ thread, register: readRegister(place.slice(colon + 1).trim()), value });
      continue;
    }
    memory.set(readLocation(bracketed(place) ?? place), value);
  }
  return { memory, registers };
}

type Condition = Pick<LitmusTest, 'quantifier' | 'proposition'>;

/** What is asked, of those final states only that a filter lets through. */
function filtered(only: Proposition, { quantifier, proposition }: Condition): Condition {
  return quantifier === 'forall'
    ? { quantifier, proposition: { kind: 'or', left: { kind: 'not', of: only }, right: proposition } }
    : { quantifier, proposition: { kind: 'and', left: only, right: proposition } };
}

function readCondition(source: Source, threads: number): Condition {
  const keyword = AFTER_PROGRAM.exec(source.text);
  if (keyword === null) return source.fail('found no final condition, expected exists, ~exists or forall');
  const before = source.slice(0, keyword.index).trim();
  if (before.text !== '') before.fail(`found \`${before.text}\`, expected exists, ~exists or forall`);
  const word = (keyword[1] ?? '').replace(/\s/g, '');
  const rest = source.slice(keyword.index + keyword[0].length);
  switch (word) {
    case 'exists':
    case '~exists':
    case 'forall':
      return { quantifier: word, proposition: readProposition(rest.trim(), threads) };
    case 'locations': {
      const end = rest.text.indexOf(']');
      if (end < 0) rest.fail('found no `]` to end the list of locations');
      return readCondition(rest.slice(end + 1), threads);
    }
    case 'filter': {
      const next = AFTER_PROGRAM.exec(rest.text);
      if (next === null) return rest.fail('found no final condition, expected exists, ~exists or forall');
      const only = readProposition(rest.slice(0, next.index).trim(), threads);
      return filtered(only, readCondition(rest.slice(next.index), threads));
    }
    default:
      return source.fail(`found \`${word}\`, which is not supported. Expected exists, ~exists or forall`);
  }
}
