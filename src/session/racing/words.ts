import { assertNever, figure } from '../../base';
import { outcomeText, type ProtectionRow } from '../../checker';
import type { Invariant } from '../../kernel';

/** A row's verdict for a banner: what is the case, and how far that was looked for. */
export interface VerdictText {
  readonly headline: string;
  readonly detail: string;
}

export function verdictText(
  { removed, result }: ProtectionRow,
  invariants: readonly Invariant<never>[],
): VerdictText {
  const { outcome, counterexample, states } = result;
  const without = removed === undefined ? '' : `Without “${removed.label}”. `;
  switch (outcome.kind) {
    case 'holds':
      return {
        headline: 'Everything holds, in every order',
        detail: `${without}${outcomeText(outcome)}`,
      };
    case 'violation':
    case 'deadlock':
    case 'livelock': {
      const broken = invariants.find(({ name }) => name === counterexample?.violation?.invariant);
      const rule = broken === undefined ? '' : `${broken.name} must hold: ${broken.says} `;
      const steps = counterexample?.schedule.length ?? 0;
      const length =
        counterexample?.shortest === true ? 'Shortest schedule' : 'A schedule, perhaps not the shortest';
      return {
        headline: counterexample?.violation?.says ?? 'Stuck: nobody can go on.',
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
