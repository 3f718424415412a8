import { assertNever, figure } from '../../base';
import { outcomeText, type ProtectionRow } from '../../checker';
import { holdsNow, questionInvariant, type Run } from '../../engine';
import type { Violation } from '../../kernel';
import type { Explored } from './opening';

/** A row's verdict for a banner: what is the case, and how far that was looked for. */
export interface VerdictText {
  readonly headline: string;
  readonly detail: string;
}

/** What is to be said of the moment a steered run has come to: something is broken, or it has come to its end. */
export interface EndWords {
  readonly tone: 'wrong' | 'found' | 'plain';
  readonly says: string;
  readonly violation: Violation | undefined;
}

/** Undefined where it just goes on. */
export function endOf(run: Run, cursor: number): EndWords | undefined {
  const seen = run.violations.findLast(({ step }) => step === cursor - 1);
  if (seen !== undefined) {
    const { violation } = seen;
    return { tone: 'wrong', says: violation.says, violation };
  }
  if (cursor < run.length || run.ending.kind === 'open') return undefined;
  if (run.ending.kind === 'deadlock')
    return {
      tone: 'wrong',
      says: `Nobody can go on: ${run.ending.actors.join(' and ')} wait for ever.`,
      violation: undefined,
    };
  const { question } = run.built.spec;
  const all = 'Everybody is done.';
  if (question === undefined)
    return { tone: 'plain', says: `${all} Nothing is broken.`, violation: undefined };
  const so = run.peek(cursor, () => holdsNow(run.built, question.proposition));
  const says = `${all} It ${so ? 'ends' : 'does not end'} with ${question.text}.`;
  return { tone: so && question.quantifier === 'sometimes' ? 'found' : 'plain', says, violation: undefined };
}

const stuckText = (round: boolean): string =>
  round ? 'Livelock: from here on no order comes to an end.' : 'Stuck: nobody can go on.';

export function verdictText(
  { removed, result }: ProtectionRow,
  { spec, design }: Pick<Explored, 'spec' | 'design'>,
): VerdictText {
  const { question } = spec;
  const invariants =
    question === undefined ? design.invariants : [...design.invariants, questionInvariant(question)];
  const { outcome, counterexample, states } = result;
  const without = removed === undefined ? '' : `Without “${removed.label}”. `;
  switch (outcome.kind) {
    case 'holds':
      return {
        headline:
          question === undefined ? 'Everything holds, in every order' : questionInvariant(question).says,
        detail: `${without}${outcomeText(outcome)}`,
      };
    case 'violation':
    case 'deadlock':
    case 'livelock': {
      const broken = invariants.find(({ name }) => name === counterexample?.violation?.invariant);
      const found = broken?.when === 'end';
      const rule = found ? '' : broken === undefined ? '' : `${broken.name} must hold: ${broken.says} `;
      const steps = counterexample?.schedule.length ?? 0;
      const length =
        counterexample?.shortest === true ? 'Shortest schedule' : 'A schedule, perhaps not the shortest';
      return {
        headline: counterexample?.violation?.says ?? stuckText(outcome.kind === 'livelock'),
        detail: `${rule}${without}${length}: ${figure(steps)} steps, found after ${figure(states)} states.`,
      };
    }
    case 'bound':
    case 'cancelled':
      return { headline: 'Not known', detail: `${without}${outcomeText(outcome)}` };
    default:
      return assertNever(outcome);
  }
}
