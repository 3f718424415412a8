import { assertNever } from '../../base';
import type { Choice, World } from '../../kernel';
import type { Progress } from '../progress';
import type { Schedule, Segment } from '../spec';
import { inOrder } from './inOrder';
import { randomScheduler } from './random';
import { roundRobin } from './roundRobin';
import { firstEnabled, type Scheduler } from './scheduler';

/**
 * The segments of a schedule, one after the other, then its rest. An actor that waits for a lock lets the others go on (in
 * order) until it can run; one that is done ends its segment.
 */
export function explicit(schedule: Schedule): Scheduler {
  const rest = restScheduler(schedule);
  let at = 0;
  let steps = 0;
  return {
    next(world, progress) {
      for (;;) {
        const segment = schedule.segments[at];
        if (segment === undefined) return rest.next(world, progress);
        if (over(segment, world, progress, steps)) {
          at++;
          steps = 0;
          continue;
        }
        if (!world.enabled(segment.actor)) return firstEnabled(world) satisfies Choice | undefined;
        steps++;
        return { actor: segment.actor };
      }
    },
  };
}

function restScheduler(schedule: Schedule): Scheduler {
  const { rest } = schedule;
  switch (rest.kind) {
    case 'in-order':
      return inOrder();
    case 'round-robin':
      return roundRobin();
    case 'random':
      return randomScheduler(rest.seed);
    default:
      return assertNever(rest);
  }
}

function over(segment: Segment, world: World, progress: Progress, steps: number): boolean {
  const actor = world.actors[segment.actor];
  if (actor === undefined || (actor.thread !== undefined && !actor.thread.alive)) return true;
  if ((actor.thread === undefined || actor.kind === 'worker') && !actor.enabled()) return true;
  const { until } = segment;
  switch (until.kind) {
    case 'moment':
      return progress.reached(until.moment);
    case 'op':
      return progress.reachedOp(segment.actor, until.op, until.edge);
    case 'steps':
      return steps >= until.count;
    case 'done':
      return false;
    default:
      return assertNever(until);
  }
}
