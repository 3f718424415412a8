import { assertNever } from '../../base';
import type { Proposition, Question } from '../../engine/spec';
import type { ScenarioText, Statement } from '../ast';
import type { PropositionNode } from '../syntax/proposition';
import { proposition } from '../syntax/proposition';
import type { Findings } from './findings';
import type { MemoryLayout } from './memory';
import type { Setup } from './setup';

type Asking = Extract<Statement, { readonly kind: 'sometimes' | 'never' | 'always' }>;

/** What the text asks about its ends: once at most. */
export function questionOf(
  ast: ScenarioText,
  setup: Setup,
  layout: MemoryLayout,
  f: Findings,
): Question | undefined {
  const all = ast.items.filter(
    (item): item is Asking => item.kind === 'sometimes' || item.kind === 'never' || item.kind === 'always',
  );
  const [first, ...more] = all;
  for (const again of more)
    f.error(
      again,
      'One question about the end is asked already. Join the two with `and` or `or`, or leave one out.',
    );
  if (first === undefined) return undefined;
  const { from, to } = first;
  const text = proposition.print(first.what);
  return { quantifier: first.kind, proposition: lowered(first.what, setup, layout, f), text, from, to };
}

function lowered(p: PropositionNode, setup: Setup, layout: MemoryLayout, f: Findings): Proposition {
  const inside = (of: PropositionNode): Proposition => lowered(of, setup, layout, f);
  const value = (n: Parameters<Findings['number']>[1]): number =>
    f.number('A value of 4 bytes', n, -(2 ** 31), 2 ** 32 - 1) | 0;
  switch (p.kind) {
    case 'register': {
      const vcpu = f.number('The number of a vCPU', p.vcpu, 0, setup.machine.vcpus - 1);
      return { kind: 'register', vcpu, register: p.register, value: value(p.value) };
    }
    case 'variable': {
      const { variables } = layout;
      const found = variables.find((word) => word.name === p.name.text);
      if (found === undefined)
        f.known(
          'a variable',
          p.name,
          variables.map((word) => word.name),
        );
      return { kind: 'memory', gfn: found?.gfn ?? 0, offset: found?.offset ?? 0, value: value(p.value) };
    }
    case 'constant':
      return p;
    case 'not':
      return { kind: 'not', of: inside(p.of) };
    case 'and':
    case 'or':
      return { kind: p.kind, left: inside(p.left), right: inside(p.right) };
    default:
      return assertNever(p);
  }
}
