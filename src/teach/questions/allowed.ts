import { fail, ok, type Result } from '../../base';
import { isDue, type Run } from '../../engine';
import type { Invariant, Violation, When } from '../../kernel';
import type { Rule } from '../rule';
import type { Option, Question } from './question';

/** How many rules are offered as broken. */
const RULES = 3;
const YES = 'allowed';

/** When a rule of a kind has to hold, for whoever takes a state in between for wrong. */
const DUE: Readonly<Record<When, string>> = {
  step: 'after every step',
  unlocked: 'while nobody holds a lock of the hypervisor',
  release: 'when a lock is released',
  operation: 'when an operation has ended',
  quiescent: 'when an operation has ended and nobody is inside the hypervisor',
  end: 'when everybody is done',
};

/** A rule of the design, held against the state. */
interface Judged {
  readonly invariant: Invariant<unknown>;
  /** It has to hold at this very moment. */
  readonly due: boolean;
  readonly violation: Violation | undefined;
}

/**
 * Is this state allowed? The design's own invariants answer: those that have to hold at this very moment. Offered beside them: what
 * is not as it should be, and need not be, for somebody is at work on it.
 */
export function allowed(run: Run, cursor: number): Result<Question, string> {
  const invariants = run.built.design.invariants as readonly Invariant<unknown>[];
  const done = run.doneAt(cursor);
  const judged = run.peek(cursor, () =>
    invariants
      .filter(({ remembers }) => remembers !== 'journal')
      .map(
        (invariant): Judged => ({
          invariant,
          due: isDue(invariant.when, done, run.built),
          violation: invariant.check(run.world.part(invariant.part))[0],
        }),
      ),
  );
  const due = judged.filter((one) => one.due);
  if (due.length === 0) return fail('No rule of this design has to hold at this moment.');
  const first = due.find(({ violation }) => violation !== undefined);
  const others = [
    ...judged.filter((one) => !one.due && one.violation !== undefined),
    ...due.filter(({ violation }) => violation === undefined),
    ...judged.filter((one) => !one.due && one.violation === undefined),
    // As many in all, whether one is broken or none is: their number must not tell.
  ].slice(0, first === undefined ? RULES : RULES - 1);
  const options: Option[] = [
    {
      id: YES,
      says: 'Yes: every rule that has to hold now does.',
      why: first?.violation === undefined ? 'nothing is broken.' : first.violation.says,
    },
    // Where several are broken, one of them is offered: any of them would be right.
    ...(first === undefined ? [] : [first]).concat(others).map((one) => ({
      id: one.invariant.name,
      says: `No: ${one.invariant.name} is broken. ${one.invariant.says}`,
      why: whyNotBroken(one),
    })),
  ];
  const by = first ?? due[0];
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

function whyNotBroken({ invariant: { when }, due, violation }: Judged): string {
  if (due) return violation?.says ?? 'it holds here.';
  return `it has to hold ${DUE[when]}, and that is not now${violation === undefined ? '' : `: ${violation.says}`}`;
}
