import { assertNever } from '../../base';
import { type LabConfig, type LabResult, printConfig, type SchemePrice } from '../../lab';
import { OwnThread, type WorkerLike } from '../ownThread';
import type { FromLab, LabProgress, ToLab } from './protocol';

/** The worker that runs workloads. */
export type LabWorker = WorkerLike<ToLab, FromLab>;

export interface Listening {
  readonly progress?: (progress: LabProgress) => void;
  readonly done: (result: LabResult) => void;
  readonly failed: (why: string) => void;
}

const makeWorker = (): LabWorker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** Results of this visit, by configuration: the same run is not done twice. Few, for a person compares few. */
const known = new Map<string, LabResult>();
const MOST_KNOWN = 40;

export const knownResult = (config: LabConfig): LabResult | undefined => known.get(printConfig(config));

/**
 * Starts a run in a thread of its own. What comes back ends it: the thread is gone, and nothing more is told. A run that was done in
 * this visit is told at once.
 */
export function startLab(config: LabConfig, to: Listening, make: () => LabWorker = makeWorker): () => void {
  const before = knownResult(config);
  if (before !== undefined) {
    to.done(before);
    return () => undefined;
  }
  return ask({ kind: 'start', config }, to, make);
}

/** One mprotect of so many pages in every scheme, run and counted in a thread of its own. */
export const askMprotect = (
  pages: number,
  prices: (prices: readonly SchemePrice[]) => void,
  failed: (why: string) => void,
  make: () => LabWorker = makeWorker,
): (() => void) => ask({ kind: 'mprotect', pages }, { prices, failed }, make);

interface Answers {
  readonly progress?: (progress: LabProgress) => void;
  readonly done?: (result: LabResult) => void;
  readonly prices?: (prices: readonly SchemePrice[]) => void;
  readonly failed: (why: string) => void;
}

function ask(asked: ToLab, to: Answers, make: () => LabWorker): () => void {
  const hear = (data: FromLab): void => {
    if (data.kind !== 'progress') thread.end();
    switch (data.kind) {
      case 'progress':
        to.progress?.(data.progress);
        return;
      case 'done':
        remember(data.result);
        to.done?.(data.result);
        return;
      case 'prices':
        to.prices?.(data.prices);
        return;
      case 'failed':
        to.failed(data.why);
        return;
      default:
        assertNever(data);
    }
  };
  const thread = new OwnThread<ToLab, FromLab>({ make, hear, failed: to.failed, does: 'runs workloads' });
  thread.tell(asked);
  return () => thread.end();
}

function remember(result: LabResult): void {
  const [oldest] = known.keys();
  if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(printConfig(result.config), result);
}
