import { formOfKeyword } from './ast';
import { Cursor, type Expected, ReadError } from './syntax/cursor';
import type { Form } from './syntax/form';
import { readParts } from './syntax/read';
import { type Line, linesOf } from './syntax/token';

/** What may stand at a place of a text. */
export interface ExpectedAt {
  /** The statement that the place lies in; undefined where one begins. */
  readonly form: Form | undefined;
  /** Its words before the place, the keyword first. */
  readonly before: readonly string[];
  /** Everything that the form looks for there: nothing, where the line cannot be read so far. */
  readonly expected: readonly Expected[];
  /** The line may as well end there. */
  readonly mayEnd: boolean;
}

const BEGINS: ExpectedAt = { form: undefined, before: [], expected: [], mayEnd: true };

/** The statement that a place at the end of a text goes on, if it goes on one. A list goes on in the next line after a comma. */
function openLine(text: string): Line | undefined {
  const line = linesOf(text).at(-1);
  const last = line?.tokens.at(-1);
  if (line === undefined || last === undefined) return undefined;
  const between = text.slice(last.to);
  if (between.includes('#')) return undefined;
  return between.includes('\n') && last.text !== ',' ? undefined : line;
}

/** Where reading has to begin to know the statement around a place: a list goes on after a comma, a text after a text. */
function beginningOf(text: string, offset: number): number {
  let start = text.lastIndexOf('\n', offset - 1) + 1;
  while (start > 0) {
    const before = text.lastIndexOf('\n', start - 2) + 1;
    const continues =
      /,[ \t\r]*$/.test(text.slice(before, start - 1)) || /^\s*"/.test(text.slice(start, offset));
    if (!continues) break;
    start = before;
  }
  return start;
}

/**
 * What the language looks for at a place, given what stands before it: read by the very forms that the parser reads by, so that
 * what is offered is what an error would say was expected.
 */
export function expectedAt(text: string, offset: number): ExpectedAt {
  const line = openLine(text.slice(beginningOf(text, offset), offset));
  if (line === undefined) return BEGINS;
  const before = line.tokens.map((token) => token.text);
  const form = formOfKeyword(before[0] ?? '');
  if (form === undefined) return { ...BEGINS, before, mayEnd: false };
  const c = new Cursor(line);
  c.next();
  let complete = true;
  try {
    readParts(c, form.parts);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    complete = false;
  }
  // Stopped before the place: what stands there is wrong, and nothing is known of what comes after it.
  const expected = c.done ? unique(c.looked) : [];
  return { form, before, expected, mayEnd: complete && c.done };
}

function unique(all: readonly Expected[]): Expected[] {
  const seen = new Set<string>();
  return all.filter(({ what }) => {
    if (seen.has(what)) return false;
    seen.add(what);
    return true;
  });
}
