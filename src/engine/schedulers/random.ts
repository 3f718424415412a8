import { Random } from '../../base';
import type { Scheduler } from './scheduler';

/** Any actor that can run, each with the same chance; the seed makes it the same again. */
export function randomScheduler(seed: number): Scheduler {
  const random = new Random(seed);
  return {
    next(world) {
      const able = world.actors.filter((a) => a.enabled());
      if (able.length === 0) return undefined;
      return { actor: random.pick(able).index, branch: random.below(256) };
    },
  };
}
