import { OP_ENDED, type Run } from '../../engine';
import type { LoggedEvent } from '../../kernel';
import { operationAt, type Span } from '../whyNot/span';

/** How far ahead of a moment its answer may lie: further on nobody could work it out. */
const HORIZON = 4_000;

/** The operation that goes on at a cursor; at the end of one, the next actor's. Undefined at the end of the run. */
export function goingOn(run: Run, cursor: number): Span | undefined {
  if (cursor >= run.length) return undefined;
  const here =
    cursor > 0 && (run.flagsOf(cursor - 1) & OP_ENDED) === 0 ? operationAt(run, cursor) : undefined;
  return here !== undefined && here.to > cursor ? here : operationAt(run, cursor + 1);
}

/** The first event from a cursor on that matches; in one actor's operation only, where that is given. */
export function eventAhead(
  run: Run,
  cursor: number,
  match: (event: LoggedEvent) => boolean,
  within?: Span,
): LoggedEvent | undefined {
  const to = Math.min(within?.to ?? run.length, cursor + HORIZON);
  for (let step = cursor; step < to; step++) {
    if (within !== undefined && run.actorOf(step) !== within.actor) continue;
    const found = run.eventsIn(step, step + 1).find(match);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const num = (event: LoggedEvent, field: string): number => event[field] as number;
