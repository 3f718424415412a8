import type { Thread } from '../../../kernel';
import { OUTCOME_REFUSED } from '../../../machine';
import type { Xen } from '../state';

/** The operation ends with an error and without effect. The step's caption says why. */
export function refuse(t: Thread, x: Xen): void {
  x.machine.registersOf(t.actor).set('outcome', OUTCOME_REFUSED);
}
