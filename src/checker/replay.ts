import type { Violation } from '../kernel';
import type { Schedule } from './outcome';
import { notDone, type Subject } from './subject';
import { Watch } from './watch';

/** What a schedule did when it was taken again. */
export interface Replayed {
  /** Steps taken: fewer than the schedule has if one of them was not possible. */
  readonly steps: number;
  /** What broke after the last step taken. */
  readonly violation: Violation | undefined;
  /** Whether somebody could go on from there. */
  readonly goesOn: boolean;
  /** Who is not done, by name. */
  readonly stuck: readonly string[];
}

/** Takes a schedule in the subject's world and puts the world back: what an exploration found must be found again. */
export function replay(subject: Subject, schedule: Schedule): Replayed {
  const { world } = subject;
  const { store, events } = world;
  const watch = new Watch(subject);
  const mark = store.mark;
  const eventsBefore = events.mark;
  let steps = 0;
  let violation = watch.state();
  for (const { actor, branch = 0 } of schedule) {
    if (!world.enabled(actor)) break;
    const before = events.mark;
    world.step(actor, branch);
    steps++;
    violation = watch.taken(before) ?? watch.state();
    if (violation !== undefined) break;
  }
  const goesOn = world.actors.some((a) => a.enabled());
  const stuck = notDone(world);
  if (!goesOn && stuck.length === 0) violation ??= watch.end();
  store.undo(mark);
  events.truncate(eventsBefore);
  return { steps, violation, goesOn, stuck };
}
