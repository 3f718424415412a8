import { formOfKeyword, type Item, KEYWORDS, type ScenarioText, type Statement } from './ast';
import { type Diagnostic, type Finding, placed } from './diagnostic';
import { nearest, orList } from './suggest';
import { Cursor, ReadError } from './syntax/cursor';
import { readParts } from './syntax/read';
import { type Line, linesOf } from './syntax/token';

export interface Parsed {
  readonly ast: ScenarioText;
  /** Errors of form only; `resolve` finds those of meaning. A line with an error is not in the tree. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a text. Never fails: each line that is wrong gives one diagnostic, and all others are read. */
export function parse(text: string): Parsed {
  const { ast, findings } = read(text);
  return { ast, diagnostics: placed(text, findings) };
}

/** `parse` without places, for whoever adds findings of their own. */
export function read(text: string): { readonly ast: ScenarioText; readonly findings: readonly Finding[] } {
  const items: Item[] = [];
  const findings: Finding[] = [];
  let end = 0;
  for (const line of joinTexts(linesOf(text))) {
    const blank = blankBetween(text, end, line.from);
    if (blank !== undefined && items.length > 0) items.push(blank);
    end = line.to;
    if (line.tokens.length === 0) {
      items.push({ kind: 'comment', text: line.comment ?? '', from: line.from, to: line.to });
      continue;
    }
    try {
      items.push(readStatement(line));
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      const { from, to, says, suggestion } = error;
      findings.push({
        severity: 'error',
        from,
        to,
        says,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    }
  }
  return { ast: { items }, findings };
}

/** A line that begins with a quoted text goes on where the line before left off. */
function joinTexts(lines: readonly Line[]): readonly Line[] {
  const out: Line[] = [];
  for (const line of lines) {
    const before = out.at(-1);
    const last = before?.tokens.at(-1)?.kind;
    if (before === undefined || line.tokens[0]?.kind !== 'string' || last !== 'string') {
      out.push(line);
      continue;
    }
    const comments = [before.comment, line.comment].filter((c) => c !== undefined);
    const joined = { from: before.from, to: line.to, tokens: [...before.tokens, ...line.tokens] };
    out[out.length - 1] = comments.length === 0 ? joined : { ...joined, comment: comments.join(' ') };
  }
  return out;
}

function blankBetween(text: string, from: number, to: number): Item | undefined {
  const first = text.indexOf('\n', from);
  if (first < 0 || first >= to) return undefined;
  const second = text.indexOf('\n', first + 1);
  return second >= 0 && second < to ? { kind: 'blank', from: first + 1, to: second } : undefined;
}

function readStatement(line: Line): Statement {
  const c: Cursor = new Cursor(line);
  const keyword = c.next();
  const form = keyword.kind === 'word' ? formOfKeyword(keyword.text) : undefined;
  if (form === undefined) {
    const meant = nearest(keyword.text, KEYWORDS);
    const expected =
      meant === undefined
        ? `Expected a keyword such as ${orList(['`map`', '`vcpu`', '`load`', '`expect`'])}.`
        : 'Expected a keyword.';
    c.stop(keyword, `\`${keyword.text}\` does not begin a statement. ${expected}`, meant);
  }
  const fields = readParts(c, form.parts);
  if (!c.done) {
    c.want({ what: 'the end of the line', words: [] });
    c.fail();
  }
  const node = { kind: form.kind, ...fields, from: line.from, to: line.to };
  return (line.comment === undefined ? node : { ...node, comment: line.comment }) as Statement;
}
