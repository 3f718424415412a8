import type { Run } from './run';
import type { Segment } from './spec';

/**
 * The schedule of a recorded stretch as switch points: "run this actor until that moment", never step counts, so that a
 * step added to a procedure does not break an old link.
 */
export function segmentsOf(run: Run, from = 0, to = run.length): Segment[] {
  const segments: Segment[] = [];
  for (let i = from; i < to; i++) {
    const actor = run.actorOf(i);
    if (i + 1 < to && run.actorOf(i + 1) === actor) continue;
    const moment = run.anchorAt(i + 1);
    if (moment !== undefined) segments.push({ actor, until: { kind: 'moment', moment } });
  }
  return segments;
}
