import { type LabConfig, LabRun, mprotectPrices, resultOf } from '../../lab';
import type { FromLab, ToLab } from './protocol';

/** How often the page is told, in milliseconds. */
const TELL_EVERY = 200;
/** Accesses between two looks at the clock. */
const SLICE = 10_000;

/** Does what is asked from beginning to end, and tells how far it has come. `now`: milliseconds. */
export function perform(asked: ToLab, now: () => number, tell: (message: FromLab) => void): void {
  try {
    if (asked.kind === 'mprotect') tell({ kind: 'prices', prices: mprotectPrices(asked.pages) });
    else runThrough(asked.config, now, tell);
  } catch (error) {
    tell({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
}

function runThrough(config: LabConfig, now: () => number, tell: (message: FromLab) => void): void {
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
}
