import { type LabConfig, LabRun, resultOf } from '../../lab';
import type { FromLab } from './protocol';

/** How often the page is told, in milliseconds. */
const TELL_EVERY = 200;
/** Accesses between two looks at the clock. */
const SLICE = 10_000;

/** Does a run from beginning to end, and tells how far it has come. `now`: milliseconds. */
export function perform(config: LabConfig, now: () => number, tell: (message: FromLab) => void): void {
  try {
    const run = new LabRun(config);
    let told = now();
    let before = 0;
    while (!run.advance(SLICE)) {
      const time = now();
      if (time - told < TELL_EVERY) continue;
      const perSecond = (1000 * (run.accesses - before)) / (time - told);
      tell({ kind: 'progress', progress: { accesses: run.accesses, perSecond, result: resultOf(run) } });
      told = time;
      before = run.accesses;
    }
    tell({ kind: 'done', result: resultOf(run) });
  } catch (error) {
    tell({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
}
