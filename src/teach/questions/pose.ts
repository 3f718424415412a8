import { assertNever, fail, type Result } from '../../base';
import type { Ask, Run } from '../../engine';
import { access } from './access';
import { allowed } from './allowed';
import { bits } from './bits';
import { canRun } from './canRun';
import { decision } from './decision';
import { nextEntry } from './nextEntry';
import { nextEvent } from './nextEvent';
import { isQuestionKind, QUESTION_KINDS, type Question, type QuestionKind } from './question';
import { resyncSet } from './resyncSet';
import { shadowEntry } from './shadowEntry';
import { slot } from './slot';

/**
 * A question of a kind at a moment of a recorded run, with the answer that the run itself gives; or why it cannot be asked there.
 * `about` is what a kind needs besides (bits: `error` or `marks`). The run is read and left as it was.
 */
export function pose(run: Run, cursor: number, kind: QuestionKind, about = ''): Result<Question, string> {
  if (cursor < 0 || cursor > run.length) return fail(`The run has no step ${cursor}: it has ${run.length}.`);
  // Names of tables are those of the moment: what is a shadow later may be a free page now.
  return run.peek(cursor, () => poseHere(run, cursor, kind, about));
}

function poseHere(run: Run, cursor: number, kind: QuestionKind, about: string): Result<Question, string> {
  switch (kind) {
    case 'next-event':
      return nextEvent(run, cursor);
    case 'bits':
      return bits(run, cursor, about);
    case 'resync-set':
      return resyncSet(run, cursor);
    case 'slot':
      return slot(run, cursor);
    case 'can-run':
      return canRun(run, cursor);
    case 'allowed':
      return allowed(run, cursor);
    case 'access':
      return access(run, cursor);
    case 'next-entry':
      return nextEntry(run, cursor);
    case 'shadow-entry':
      return shadowEntry(run, cursor);
    case 'decision':
      return decision(run, cursor);
    default:
      return assertNever(kind, 'kind of question');
  }
}

/** A scenario's own question, at the cursor its moment has in this run. */
export function poseAsk(run: Run, cursor: number, { question, about }: Ask): Result<Question, string> {
  if (isQuestionKind(question)) return pose(run, cursor, question, about);
  return fail(
    `The scenario asks \`${question}\`, which is no kind of question. Expected one of ${QUESTION_KINDS.join(', ')}.`,
  );
}

/** Kinds by how much there is to think about, for whoever wants to be asked anything; of bits, which. */
const BY_WORTH: readonly (readonly [kind: QuestionKind, about?: string])[] = [
  ...([['resync-set'], ['slot'], ['shadow-entry'], ['decision'], ['next-entry']] as const),
  // The bits of an error code say that there is a fault: whether there is one is asked first.
  ...([['access'], ['bits', 'error'], ['bits', 'marks'], ['next-event'], ['can-run'], ['allowed']] as const),
];
/** What is asked about anything at all lies this near. */
const NEAR = 60;

/** What can be asked at a moment: questions whose answer is near, the one with most to think about first. */
export function posable(run: Run, cursor: number): readonly Question[] {
  return BY_WORTH.flatMap(([kind, about]) => {
    const posed = pose(run, cursor, kind, about);
    return posed.kind === 'ok' && posed.value.shown - cursor <= NEAR && isWorthIt(posed.value)
      ? [posed.value]
      : [];
  });
}

/** Where everybody can go on there is nothing to find out, and between two answers anybody may guess. */
function isWorthIt({ kind, parts, truth }: Question): boolean {
  const options = parts.flatMap((part) => part.options);
  switch (kind) {
    case 'can-run':
      return truth.length < options.length;
    case 'allowed':
      return options.length > 2;
    default:
      return true;
  }
}
