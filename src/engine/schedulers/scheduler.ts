import type { Choice, World } from '../../kernel';
import type { Progress } from '../progress';

/**
 * Who runs next: an oracle over the world. `progress` says how far each actor has got in its program. Returns undefined
 * when nobody it may choose can run.
 */
export interface Scheduler {
  readonly next: (world: World, progress: Progress) => Choice | undefined;
}

/** The first actor that can run, in order of their numbers, beginning with `from`. */
export function firstEnabled(world: World, from = 0): Choice | undefined {
  const n = world.actors.length;
  for (let i = 0; i < n; i++) {
    const actor = (from + i) % n;
    if (world.enabled(actor)) return { actor };
  }
  return undefined;
}
