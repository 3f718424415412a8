import type { Choice } from '../../kernel';
import type { Scheduler } from './scheduler';

/** Choices kept from an earlier run, then whatever another scheduler says. */
export function recorded(choices: readonly Choice[], then: Scheduler): Scheduler {
  let i = 0;
  return {
    next(world, progress) {
      const choice = choices[i];
      if (choice === undefined || !world.enabled(choice.actor)) return then.next(world, progress);
      i++;
      return choice;
    },
  };
}
