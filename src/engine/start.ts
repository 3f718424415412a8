import type { Design } from '../hypervisor/design';
import type { Choice } from '../kernel';
import { buildWorld } from './build';
import { Run, STEP_BOUND } from './run';
import { explicit } from './schedulers/explicit';
import { recorded } from './schedulers/recorded';
import type { Scheduler } from './schedulers/scheduler';
import type { ScenarioSpec, Schedule } from './spec';

/** How a run differs from what its scenario says. */
export interface StartOptions {
  /** Choices to repeat before the scenario's own schedule takes over: how a branch begins. */
  readonly prefix?: readonly Choice[];
  /** Another schedule than the scenario's. */
  readonly schedule?: Schedule;
  readonly scheduler?: Scheduler;
  readonly bound?: number;
}

/** Builds a scenario's world and a run over it with nothing recorded yet; call `extend`. */
export function startRun(spec: ScenarioSpec, design: Design, options: StartOptions = {}): Run {
  const schedule = options.scheduler ?? explicit(options.schedule ?? spec.schedule);
  const scheduler = options.prefix === undefined ? schedule : recorded(options.prefix, schedule);
  return new Run(buildWorld(spec, design), scheduler, options.bound ?? STEP_BOUND);
}

/** Builds and records to the end, or to the bound. The cursor is at the beginning. */
export function recordRun(spec: ScenarioSpec, design: Design, options: StartOptions = {}): Run {
  const run = startRun(spec, design, options);
  run.extend();
  run.seek(0);
  return run;
}
