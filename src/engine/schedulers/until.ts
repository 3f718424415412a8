import type { World } from '../../kernel';
import type { Progress } from '../progress';
import type { Scheduler } from './scheduler';

/** "Run this actor until …": it alone, while it can and until the condition holds; then whoever `then` says. */
export function until(
  actor: number,
  met: (world: World, progress: Progress) => boolean,
  then: Scheduler,
): Scheduler {
  let done = false;
  return {
    next(world, progress) {
      if (!done && (met(world, progress) || !world.enabled(actor))) done = true;
      return done ? then.next(world, progress) : { actor };
    },
  };
}
