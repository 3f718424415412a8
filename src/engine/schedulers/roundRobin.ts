import { firstEnabled, type Scheduler } from './scheduler';

/** One step each, in turn; who cannot run is passed over. */
export function roundRobin(): Scheduler {
  let last = -1;
  return {
    next(world) {
      const choice = firstEnabled(world, last + 1);
      if (choice !== undefined) last = choice.actor;
      return choice;
    },
  };
}
