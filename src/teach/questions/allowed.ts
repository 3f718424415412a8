import { fail, ok, type Result } from '../../base';
import { isDue, type Run } from '../../engine';
import type { Invariant } from '../../kernel';
import type { Rule } from '../rule';
import type { Option, Question } from './question';

/** How many rules that hold are offered as if they were broken. */
const OTHERS = 3;
const YES = 'allowed';

/** Is this state allowed? The design's own invariants answer: those that have to hold at this very moment. */
export function allowed(run: Run, cursor: number): Result<Question, string> {
  const invariants = run.built.design.invariants as readonly Invariant<unknown>[];
  const done = run.doneAt(cursor);
  const judged = run.peek(cursor, () =>
    invariants
      .filter(({ remembers, when }) => remembers !== 'journal' && isDue(when, done, run.built))
      .map((invariant) => ({
        invariant,
        violation: invariant.check(run.world.part(invariant.part))[0],
      })),
  );
  if (judged.length === 0) return fail('No rule of this design has to hold at this moment.');
  const broken = judged.filter(({ violation }) => violation !== undefined);
  const first = broken[0];
  const kept = judged.filter(({ violation }) => violation === undefined).slice(0, OTHERS);
  const options: Option[] = [
    {
      id: YES,
      says: 'Yes: every rule holds.',
      why: first?.violation === undefined ? 'nothing is broken.' : first.violation.says,
    },
    // Where several are broken, one of them is offered: any of them would be right.
    ...(first === undefined ? [] : [first]).map(({ invariant, violation }) => ({
      id: invariant.name,
      says: `No: ${invariant.name} is broken. ${invariant.says}`,
      why: violation?.says ?? '',
    })),
    ...kept.map(({ invariant }) => ({
      id: invariant.name,
      says: `No: ${invariant.name} is broken. ${invariant.says}`,
      why: 'it holds here.',
    })),
  ];
  const by = first ?? judged[0];
  if (by === undefined || options.length < 2) return fail('There is nothing to choose between.');
  const rule: Rule = {
    step: Math.max(0, cursor - 1),
    label: by.invariant.name,
    line: by.invariant.says,
    says: first?.violation?.says ?? 'Every rule that has to hold at this moment does.',
    about: `An invariant of ${run.built.design.title}.`,
  };
  return ok({
    kind: 'allowed',
    cursor,
    prompt: 'Is this state allowed?',
    parts: [{ says: 'It is', many: false, how: 'list', options: [...options].sort(byText) }],
    truth: [first === undefined ? YES : first.invariant.name],
    shown: cursor,
    hides: ['timeline'],
    rule,
  });
}

/** Yes first, then the rules by their names: the order must not tell. */
const byText = (a: Option, b: Option): number =>
  a.id === YES ? -1 : b.id === YES ? 1 : a.id.localeCompare(b.id, 'en', { numeric: true });
