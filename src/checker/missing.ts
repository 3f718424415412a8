import type { World } from '../kernel';
import type { Schedule } from './outcome';
import type { Subject } from './subject';

/**
 * Where a removed protection is missed: the place in a schedule of the first step that could not have been taken with the
 * protection, or after which its actor would stand elsewhere. Undefined if the protection changes nothing about the schedule's
 * steps (but, say, what they write). Both worlds are left in their first state.
 */
export function missedAt(whole: Subject, without: Subject, schedule: Schedule): number | undefined {
  const worlds = [whole.world, without.world];
  const marks = worlds.map(({ store, events }) => ({ store: store.mark, events: events.mark }));
  const at = schedule.findIndex(({ actor, branch = 0 }) => {
    if (!whole.world.enabled(actor)) return true;
    for (const world of worlds) world.step(actor, branch);
    return placeOf(whole.world, actor) !== placeOf(without.world, actor);
  });
  worlds.forEach(({ store, events }, i) => {
    store.undo(marks[i]?.store ?? 0);
    events.truncate(marks[i]?.events ?? 0);
  });
  return at < 0 ? undefined : at;
}

const placeOf = (world: World, actor: number): number => world.actors[actor]?.thread?.place ?? 0;
