import type { Run } from '../../engine';
import type { Standing } from './distance';

/** Steps [from, to) of a run that belong to one operation of one actor; steps of others may lie between. */
export interface Span {
  readonly actor: number;
  readonly op: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The operation that a cursor stands in: that of the actor of the step just taken (at the beginning, of the first step). Undefined
 * for actors that run no procedure, and in an empty run.
 */
export function operationAt(run: Run, cursor: number): Span | undefined {
  if (run.length === 0) return undefined;
  const at = Math.max(0, Math.min(cursor, run.length) - 1);
  const actor = run.actorOf(at);
  if (run.world.actors[actor]?.thread === undefined) return undefined;
  const op = run.opOf(at);
  const mine = (step: number): boolean => run.actorOf(step) === actor;
  let from = at;
  for (let step = at - 1; step >= 0; step--) {
    if (!mine(step)) continue;
    if (run.opOf(step) !== op) break;
    from = step;
  }
  let to = at + 1;
  for (let step = at + 1; step < run.length; step++) {
    if (!mine(step)) continue;
    if (run.opOf(step) !== op) break;
    to = step + 1;
  }
  return { actor, op, from, to };
}

/** The actor's stack at the cursor the run stands at, outermost frame first. */
export function standing(run: Run, actor: number): Standing[] {
  const frames = run.world.actors[actor]?.thread?.frames() ?? [];
  return frames.map(({ procedure, pc }) => ({ procedure: procedure.name, pc }));
}
