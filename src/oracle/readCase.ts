import { fail, ok, type Result } from '../base';

/** The shared frame of reading a recorded case: one JSON object, whose fields are looked at one after the other. */

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isHex = (value: unknown): boolean =>
  typeof value === 'string' && /^(0x)?[0-9a-f]{1,16}$/.test(value);

/** What is expected where something is not as it should be; undefined if it is. */
export const need = (is: boolean, expected: string): string | undefined => (is ? undefined : expected);

/** A text of JSON, if it is one object. `fields`: names of some that are expected, for the message. */
export function readObject(text: string, fields: string): Result<Readonly<Record<string, unknown>>, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(
      `not JSON: ${error instanceof Error ? error.message : String(error)}. Expected one case as an object`,
    );
  }
  return isObject(value) ? ok(value) : fail(`not a case. Expected an object with ${fields}`);
}

/** Fields that both formats have. */
function commonProblem(c: Readonly<Record<string, unknown>>): string | undefined {
  const { name, mode, maxphyaddr, vcpus, tables, ops } = c;
  return (
    need(typeof name === 'string', 'a name') ??
    need(mode === '64' || mode === 'pae' || mode === '32', 'a mode of 64, pae or 32') ??
    need(typeof maxphyaddr === 'number' && maxphyaddr > 32 && maxphyaddr <= 43, 'a maxphyaddr of 33 to 43') ??
    need(Array.isArray(vcpus) && vcpus.length > 0, 'vcpus') ??
    firstOf(vcpus as readonly unknown[], 'vcpus', (v) =>
      ['cr0', 'cr3', 'cr4', 'efer'].find((register) => !isObject(v) || !isHex(v[register])),
    ) ??
    need(isObject(tables), 'tables') ??
    need(Array.isArray(ops), 'ops')
  );
}

/** The first of a list in which a field is not as it should be: `ops[3].kind`. */
function firstOf(
  list: readonly unknown[],
  name: string,
  problem: (one: unknown) => string | undefined,
): string | undefined {
  for (const [i, one] of list.entries()) {
    const field = problem(one);
    if (field !== undefined) return `\`${name}[${i}].${field}\` to be there as the format describes it`;
  }
  return undefined;
}

const HEX_FIELDS = ['va', 'value', 'old'];

/** The first field of an operation that cannot be what the formats say; `problem` looks at what only one of them has. */
function operationProblem(
  op: unknown,
  problem: (op: Readonly<Record<string, unknown>>) => string | undefined,
): string | undefined {
  if (!isObject(op) || typeof op.kind !== 'string') return 'kind';
  if (op.events !== undefined && !(Array.isArray(op.events) && op.events.every(isObject))) return 'events';
  if (op.mem !== undefined && !Array.isArray(op.mem)) return 'mem';
  if (op.shadow !== undefined && !isObject(op.shadow)) return 'shadow';
  const host = 'host' in op;
  const hex = HEX_FIELDS.find((field) => op[field] !== undefined && !isHex(op[field]));
  if (!host && hex !== undefined) return hex;
  if (!host && !isObject(op.result)) return 'result';
  return problem(op);
}

interface Reading {
  /** `Xen's shadow code`. */
  readonly what: string;
  readonly fields: string;
  readonly problem: (c: Readonly<Record<string, unknown>>) => string | undefined;
  /** The first field of an operation that is not as this format has it. */
  readonly operation: (op: Readonly<Record<string, unknown>>) => string | undefined;
}

/** One line of a recording. Every field that a replay relies on is looked at; the error says which one is wrong. */
export function readCase<T>(text: string, { what, fields, problem, operation }: Reading): Result<T, string> {
  const read = readObject(text, fields);
  if (read.kind === 'error') return read;
  const found =
    commonProblem(read.value) ??
    problem(read.value) ??
    firstOf(read.value.ops as readonly unknown[], 'ops', (op) => operationProblem(op, operation));
  return found === undefined ? ok(read.value as T) : fail(`not a case of ${what}. Expected ${found}`);
}
