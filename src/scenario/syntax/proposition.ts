import { assertNever } from '../../base';
import { GENERAL_REGISTERS, type GeneralRegister } from '../../machine/operation';
import type { Cursor } from './cursor';
import { count, type Name, type Num, name, oneOf, value } from './leaf';
import type { Leaf } from './part';
import { seesLiteral } from './read';

/** What is said of a final state, as written. */
export type PropositionNode =
  | { readonly kind: 'register'; readonly vcpu: Num; readonly register: GeneralRegister; readonly value: Num }
  | { readonly kind: 'variable'; readonly name: Name; readonly value: Num }
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'not'; readonly of: PropositionNode }
  | { readonly kind: 'and' | 'or'; readonly left: PropositionNode; readonly right: PropositionNode };

const register = oneOf(...GENERAL_REGISTERS);
const variable = name('a variable', 'NAME');
/** Words that cannot name a variable: they mean something in a proposition, or in an operand. */
export const NO_VARIABLE: ReadonlySet<string> = new Set([
  ...['and', 'or', 'not', 'true', 'false', 'vcpu'],
  ...GENERAL_REGISTERS,
]);

/** `not` binds closest, then `and`, then `or`; parentheses as needed. */
export const proposition: Leaf<PropositionNode> = {
  what: 'a proposition such as vcpu 0 eax = 0 and x = 1',
  symbol: 'PROPOSITION',
  words: ['vcpu', 'not', 'true', 'false'],
  starts: (c) =>
    seesLiteral(c, '(') ||
    c.sees(
      { what: '`vcpu N REGISTER = VALUE`, or a variable and its value', words: ['vcpu', 'not'] },
      'word',
    ),
  read: disjunction,
  print: (p) => written(p, 0),
};

function disjunction(c: Cursor): PropositionNode {
  let left = conjunction(c);
  while (takes(c, 'or')) left = { kind: 'or', left, right: conjunction(c) };
  return left;
}

function conjunction(c: Cursor): PropositionNode {
  let left = negation(c);
  while (takes(c, 'and')) left = { kind: 'and', left, right: negation(c) };
  return left;
}

function negation(c: Cursor): PropositionNode {
  if (takes(c, 'not')) return { kind: 'not', of: negation(c) };
  if (takes(c, '(')) {
    const inside = disjunction(c);
    demand(c, ')');
    return inside;
  }
  if (takes(c, 'true')) return { kind: 'constant', holds: true };
  if (takes(c, 'false')) return { kind: 'constant', holds: false };
  if (takes(c, 'vcpu')) {
    const vcpu = read(c, count);
    const named = read(c, register);
    demand(c, '=');
    return { kind: 'register', vcpu, register: named, value: read(c, value) };
  }
  const named = read(c, variable);
  demand(c, '=');
  return { kind: 'variable', name: named, value: read(c, value) };
}

function takes(c: Cursor, text: string): boolean {
  if (!seesLiteral(c, text)) return false;
  c.next();
  return true;
}

function demand(c: Cursor, text: string): void {
  if (!takes(c, text)) c.fail();
}

function read<T>(c: Cursor, leaf: Leaf<T>): T {
  return leaf.starts(c) ? leaf.read(c) : c.fail();
}

const BINDS = { or: 0, and: 1, not: 2 } as const;

/** `least`: how closely it must bind to stand without parentheses. */
function written(p: PropositionNode, least: number): string {
  switch (p.kind) {
    case 'register':
      return `vcpu ${count.print(p.vcpu)} ${p.register} = ${value.print(p.value)}`;
    case 'variable':
      return `${p.name.text} = ${value.print(p.value)}`;
    case 'constant':
      return String(p.holds);
    case 'not':
      return `not ${written(p.of, BINDS.not)}`;
    case 'and':
    case 'or': {
      const binds = BINDS[p.kind];
      const text = `${written(p.left, binds)} ${p.kind} ${written(p.right, binds + 1)}`;
      return binds < least ? `(${text})` : text;
    }
    default:
      return assertNever(p);
  }
}
