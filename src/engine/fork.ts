import type { Design } from '../hypervisor/design';
import type { Run } from './run';
import type { Segment } from './spec';
import { recordRun } from './start';

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

/**
 * A branch: the run as it was up to `cursor`, then `actor` until the end of its present operation, then what the scenario
 * says. The run it leaves stays as it is.
 */
export function forkRun(run: Run, design: Design, cursor: number, actor: number): Run {
  const op = run.peek(cursor, () => run.built.machine.registersOf(actor).get('op'));
  const { spec } = run.built;
  const turn: Segment = { actor, until: { kind: 'op', op, edge: 'end' } };
  run.markBranch(cursor);
  return recordRun(spec, design, {
    prefix: run.choices(0, cursor),
    schedule: { segments: [turn, ...spec.schedule.segments], rest: spec.schedule.rest },
  });
}
