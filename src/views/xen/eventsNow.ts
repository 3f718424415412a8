import type { Run } from '../../engine';
import { type EventPlace, type EventRow, eventTable } from '../../hypervisor/xen/eventTable';

export { type EventRow, eventTable, type ResyncFlags } from '../../hypervisor/xen/eventTable';

/** Whether a recorded step is the moment that a place of the event table names. */
function isAt(run: Run, step: number, { procedure, label, calls, emits, unless }: EventPlace): boolean {
  const name = run.nameOf(step);
  if (name.procedure?.name !== procedure || name.step?.label !== label) return false;
  const actor = run.actorOf(step);
  if (calls !== undefined) {
    const called = run.peek(step + 1, () => run.world.actors[actor]?.thread?.next?.procedure.name);
    if (called !== calls) return false;
  }
  if (emits !== undefined && !run.eventsIn(step, step + 1).some(({ kind }) => kind === emits)) return false;
  return unless === undefined || !earlierInFault(run, step, actor, unless);
}

/** Whether the actor has emitted an event since the fault began that it is handling. */
function earlierInFault(run: Run, step: number, actor: number, wanted: string): boolean {
  const op = run.opOf(step);
  for (let i = step; i >= 0; i--) {
    if (run.actorOf(i) !== actor) continue;
    if (run.opOf(i) !== op) return false;
    const events = run.eventsIn(i, i + 1);
    if (events.some(({ kind }) => kind === wanted)) return true;
    if (events.some(({ kind }) => kind === 'PageFault')) return false;
  }
  return false;
}

/** Cursor just after the first step at which a row of the table happens; undefined if it does not in this run. */
export function firstMoment(run: Run, row: EventRow): number | undefined {
  for (let step = 0; step < run.length; step++)
    if (row.places.some((place) => isAt(run, step, place))) return step + 1;
  return undefined;
}

/**
 * Rows that are happening: those whose moment lies in the steps [from, to), or which the actor of the last step is still busy
 * with (the row's step has called something that has not returned).
 */
export function rowsNow(run: Run, from: number, to: number): ReadonlySet<string> {
  const now = new Set<string>();
  if (to === 0) return now;
  const busy = callersOf(run, to);
  for (const row of eventTable)
    for (const place of row.places) {
      const within = (step: number): boolean => isAt(run, step, place);
      for (let step = from; step < to && !now.has(row.id); step++) if (within(step)) now.add(row.id);
      if (busy.some(within)) now.add(row.id);
    }
  return now;
}

/** How far back a step is looked for that called what is still running. */
const FAR = 20_000;

/** Steps of the acting vCPU that called a procedure which is still on its stack, innermost first. */
function callersOf(run: Run, cursor: number): number[] {
  const actor = run.actorOf(cursor - 1);
  const depth = (at: number): number =>
    run.peek(at, () => run.world.actors[actor]?.thread?.frames().length ?? 0);
  const out: number[] = [];
  // Seen from before the last step: the one that returns belongs to what it returns from.
  let below = depth(cursor - 1);
  // Only steps of procedures of the table can be callers that matter.
  for (let step = cursor - 1; step >= Math.max(0, cursor - FAR) && below > 1; step--) {
    if (run.actorOf(step) !== actor) continue;
    const name = run.nameOf(step);
    if (!PLACES.has(`${name.procedure?.name}.${name.step?.label}`)) continue;
    const before = depth(step);
    if (before >= below || depth(step + 1) <= before) continue;
    out.push(step);
    below = before;
  }
  return out;
}

const PLACES: ReadonlySet<string> = new Set(
  eventTable.flatMap(({ places }) => places.map(({ procedure, label }) => `${procedure}.${label}`)),
);
