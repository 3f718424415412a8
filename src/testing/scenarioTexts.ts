import fc from 'fast-check';
import { assertNever, defined } from '../base';
import { GENERAL_REGISTERS } from '../machine/operation';
import {
  FORMS,
  type Item,
  type Parsed,
  parse,
  print,
  printDiagnostic,
  type ScenarioText,
  type Statement,
} from '../scenario';
import type { Form } from '../scenario/syntax/form';
import type { AnyPart, Leaf } from '../scenario/syntax/part';

/** Syntax trees of scenarios, built from the language's own forms: a new statement is covered as soon as it exists. */
export function scenarioTexts(): fc.Arbitrary<ScenarioText> {
  const item = fc.oneof({ weight: 8, arbitrary: statements() }, { weight: 1, arbitrary: comments });
  const withBlanks = fc
    .array(fc.tuple(item, fc.boolean()), { maxLength: 12 })
    .map((pairs) => pairs.flatMap(([one, blank], i): Item[] => (blank && i > 0 ? [BLANK, one] : [one])));
  return withBlanks.map((items) => ({ items }));
}

export function statements(): fc.Arbitrary<Statement> {
  return fc.oneof(...(FORMS as readonly Form[]).map(statementOf));
}

const NOWHERE = { from: 0, to: 0 };
const BLANK: Item = { kind: 'blank', ...NOWHERE };

/** Printable, without line ends, and without spaces that reading would take away. */
const words = fc.array(fc.stringMatching(/^[!-~é→]{1,12}$/), { maxLength: 30 }).map((list) => list.join(' '));
const comments: fc.Arbitrary<Item> = words
  .filter((w) => !w.startsWith('#'))
  .map((text) => ({ kind: 'comment', text, ...NOWHERE }));

function statementOf(form: Form): fc.Arbitrary<Statement> {
  const comment = fc.option(
    words.filter((w) => !w.startsWith('#')),
    { nil: undefined, freq: 4 },
  );
  return fc.tuple(fieldsOf(form.parts), comment).map(([fields, said]) => {
    const node = { kind: form.kind, ...fields, ...NOWHERE };
    return (said === undefined ? node : { ...node, comment: said }) as Statement;
  });
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(parts: readonly AnyPart[]): fc.Arbitrary<Fields> {
  return fc.tuple(...parts.map(partOf)).map((all) => Object.assign({}, ...all) as Fields);
}

function partOf(part: AnyPart): fc.Arbitrary<Fields> {
  switch (part.kind) {
    case 'literal':
      return fc.constant({});
    case 'field':
      return leafOf(part.leaf).map((value) => ({ [part.name]: value }));
    case 'list':
      return fc
        .array(leafOf(part.leaf), { minLength: Math.max(part.least, part.comma ? 1 : 0), maxLength: 4 })
        .map((value) => ({ [part.name]: value }));
    case 'optional':
      return fc.oneof(fc.constant({}), fieldsOf(part.parts));
    case 'options':
      return fc
        .tuple(...part.parts.map((one) => fc.oneof(fc.constant({}), partOf(one))))
        .map((all) => Object.assign({}, ...all) as Fields);
    default:
      return assertNever(part);
  }
}

const RIGHTS = ['w', 'x', 'user', 'accessed', 'dirty', 'global', 'large'] as const;
const rightsWith = (r: boolean): fc.Arbitrary<Fields> =>
  fc.record({
    r: fc.constant(r),
    ...Object.fromEntries(RIGHTS.map((name) => [name, fc.boolean()])),
  } as Record<string, fc.Arbitrary<boolean>>);

const number = (digits: fc.Arbitrary<number>): fc.Arbitrary<Fields> =>
  fc
    .record({ value: fc.bigInt(0n, 2n ** 64n - 1n), digits })
    .map((n) => ({ ...n, digits: shown(n), ...NOWHERE }));

/** Hex digits that a number is printed with: at least as many as it has. */
const shown = ({ value, digits }: { value: bigint; digits: number }): number =>
  digits === 0 ? 0 : Math.max(digits, value.toString(16).length);

/** Leaves that are not made of parts, by how the reference writes them. */
const PLAIN: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  '..': fc.constant(true),
  '0': fc.constant(true),
  '"TEXT"': words,
  FRAME: number(fc.constant(0)).map((n) => ({ ...n, digits: 3 })),
  ADDRESS: number(fc.constant(0)).map((n) => ({ ...n, digits: 4 })),
  VALUE: number(fc.integer({ min: 0, max: 16 })),
  'VALUE|-': fc.oneof(
    number(fc.integer({ min: 0, max: 16 })),
    fc.constant({ value: -1n, digits: 0, ...NOWHERE }),
  ),
  NUMBER: number(fc.integer({ min: 0, max: 16 })),
};

const NAMES = [
  'xen',
  'out-of-sync',
  'sh_page_fault.lock',
  'guest.start',
  'T1',
  'A',
  'I11',
  'shadow_unsync',
  'found?',
  'mmio',
  'PageFault',
  'gfn',
];

const small = number(fc.constant(0));
const constantFact = fc.boolean().map((holds) => ({ kind: 'constant', holds }));
const registerFact = fc
  .tuple(small, fc.constantFrom(...GENERAL_REGISTERS), small)
  .map(([vcpu, register, value]) => ({ kind: 'register', vcpu, register, value }));
const variableFact = fc
  .tuple(fc.constantFrom('turn', 'x', 'y1'), small)
  .map(([text, value]) => ({ kind: 'variable', name: { text, ...NOWHERE }, value }));

const propositions: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    constantFact,
    registerFact,
    variableFact,
    tie('any').map((of) => ({ kind: 'not', of })),
    fc
      .tuple(fc.constantFrom('and', 'or'), tie('any'), tie('any'))
      .map(([kind, left, right]) => ({ kind, left, right })),
  ),
})).any;

function leafOf(leaf: Leaf<never>): fc.Arbitrary<unknown> {
  switch (leaf.made?.kind) {
    case 'record':
      return fieldsOf(leaf.made.parts);
    case 'either':
      return fc.oneof(
        ...Object.entries(leaf.made.cases).map(([kind, parts]) =>
          fieldsOf(parts).map((fields) => ({ kind, ...fields })),
        ),
      );
    case 'one of':
      if (PLAIN[leaf.symbol] === undefined) return fc.constantFrom(...leaf.made.words);
      break;
    case undefined:
      break;
    default:
      return assertNever(leaf.made);
  }
  if (leaf.symbol === 'PROPOSITION') return propositions;
  if (leaf.symbol === 'RIGHTS') return rightsWith(true);
  if (leaf.symbol === 'BITS') return rightsWith(false).filter((bits) => Object.values(bits).includes(true));
  return PLAIN[leaf.symbol] ?? fc.constantFrom(...NAMES).map((text) => ({ text, ...NOWHERE }));
}

/** A tree without its places in the text, for comparing. */
export function withoutSpans(ast: ScenarioText): unknown {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => key !== 'from' && key !== 'to');
    return Object.fromEntries(entries.map(([key, inner]) => [key, strip(inner)]));
  };
  return defined(strip(ast), 'a tree');
}

/** What a text loses when it is formatted: lines of the tree that read differently afterwards. */
export function lostByFormatting(text: string): string[] {
  const before = parse(text);
  const after = parse(print(before.ast));
  const lines = (parsed: Parsed): string[] =>
    (withoutSpans(parsed.ast) as { items: unknown[] }).items.map((item) =>
      JSON.stringify(item, (_, v) => (typeof v === 'bigint' ? v.toString() : v)),
    );
  const now = lines(after);
  const lost = lines(before).filter((line, i) => line !== now[i]);
  return [...before.diagnostics, ...after.diagnostics].map(printDiagnostic).concat(lost);
}
