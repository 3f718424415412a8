import type { Run } from '../../engine';

/** An event: its kind, its fields by name, the step and who took it. */
export type VisitEvent = (
  kind: string,
  value: (field: string) => number,
  step: number,
  actor: number,
) => void;

/** Goes through the events of the steps in [from, to) without making objects of them: for what is looked up over a whole run. */
export function scanEvents(run: Run, from: number, to: number, visit: VisitEvent): void {
  const { events } = run.world;
  for (let step = from; step < to; step++) {
    const a = run.columns.events.at(step);
    const b = step + 1 < run.length ? run.columns.events.at(step + 1) : events.mark;
    if (a === b) continue;
    events.scan(a, b, (type, actor, at) =>
      visit(type.kind, (field) => events.argument(at + type.fields.indexOf(field)), step, actor),
    );
  }
}
