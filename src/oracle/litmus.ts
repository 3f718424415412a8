import { assertNever, fail, ok, type Result } from '../base';
import { checkLitmus, type LitmusVerdict, outcomeText, parseLitmus, type Report } from '../checker';

/** What came out of one litmus test. */
export interface LitmusLine {
  readonly name: string;
  readonly verdict: LitmusVerdict;
  /** Distinct states in the whole exploration. */
  readonly states: number;
}

/** Verdicts by name, as herd's reference gives them. */
export type LitmusExpected = ReadonlyMap<string, LitmusVerdict>;

/** Reads and explores one test. The error is a place (`file:line`, or the file) and a sentence. */
export function runLitmus(file: string, text: string, report?: Report): Result<LitmusLine, string> {
  const parsed = parseLitmus(text);
  switch (parsed.kind) {
    case 'error':
      return fail(`${file}:${parsed.error.line}: ${parsed.error.says}`);
    case 'ok': {
      const { verdict, states, outcome } = checkLitmus(parsed.value, {}, report);
      if (verdict === undefined) return fail(`${file}: ${outcomeText(outcome)}`);
      return ok({ name: parsed.value.name, verdict, states });
    }
    default:
      return assertNever(parsed);
  }
}

export function litmusText({ name, verdict, states }: LitmusLine): string {
  return `${name} ${verdict} ${states}`;
}

/** Reads `{ "NAME": "allowed" | "forbidden", … }`. */
export function parseLitmusExpected(text: string): Result<LitmusExpected, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('holds no object. Expected { "NAME": "allowed" or "forbidden", … }');
  const expected = new Map<string, LitmusVerdict>();
  for (const [name, verdict] of Object.entries(value)) {
    if (verdict !== 'allowed' && verdict !== 'forbidden')
      return fail(`says ${JSON.stringify(verdict)} of ${name}. Expected "allowed" or "forbidden"`);
    expected.set(name, verdict);
  }
  return ok(expected);
}

/** How a result differs from what is expected, in a sentence; undefined if it does not. */
export function litmusDifference(line: LitmusLine, expected: LitmusExpected): string | undefined {
  const wanted = expected.get(line.name);
  if (wanted === undefined) return `${line.name}: no verdict is given for this name, got ${line.verdict}`;
  return wanted === line.verdict ? undefined : `${line.name}: expected ${wanted}, got ${line.verdict}`;
}
