import { assertNever } from '../base';
import { type EventLog, LockReleased, type When } from '../kernel';
import { OperationEnded } from '../machine';

/** What the step just taken did that invariants wait for. */
export interface StepDone {
  readonly released: boolean;
  readonly operationEnded: boolean;
  /** Nobody has anything left to do. */
  readonly last: boolean;
}

/** Where no step has been taken yet, or only the state is asked. */
export const NOTHING_DONE: StepDone = { released: false, operationEnded: false, last: false };
export const ALL_DONE: StepDone = { released: false, operationEnded: false, last: true };

/** What a world says of its own rest; asked only where the answer matters. */
export interface AtRest {
  /** Nobody holds a lock of the design. */
  readonly unlocked: () => boolean;
  /** Nobody holds a lock, nobody is inside the hypervisor, no store waits. */
  readonly atRest: () => boolean;
}

/** In the order in which they are asked after a step. */
export const AFTER_STEP = ['step', 'unlocked', 'release', 'operation', 'quiescent'] as const satisfies When[];

/** Whether an invariant of that kind has to hold by right at this moment: the one place that says so, on stage, in a search and in a question. */
export function isDue(when: When, done: StepDone, rest: AtRest): boolean {
  switch (when) {
    case 'step':
      return true;
    case 'unlocked':
      return rest.unlocked();
    case 'release':
      return done.released;
    case 'operation':
      return done.operationEnded;
    case 'quiescent':
      return done.operationEnded && rest.atRest();
    case 'end':
      return done.last;
    default:
      return assertNever(when, 'when');
  }
}

/** What the steps did whose events lie in [from, to) of the log. */
export function doneBy(events: EventLog, from: number, to: number): StepDone {
  let released = false;
  let operationEnded = false;
  events.scan(from, to, (type) => {
    if (type === LockReleased) released = true;
    else if (type === OperationEnded) operationEnded = true;
  });
  return { released, operationEnded, last: false };
}
