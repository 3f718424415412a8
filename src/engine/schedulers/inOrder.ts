import { firstEnabled, type Scheduler } from './scheduler';

/** The lowest-numbered actor that can run, to its end; then the next. */
export function inOrder(): Scheduler {
  return { next: (world) => firstEnabled(world) };
}
