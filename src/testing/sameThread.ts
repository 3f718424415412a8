import { Explorer } from '../session/racing/explorer';
import type { FromWorker } from '../session/racing/protocol';
import type { Exploring } from '../session/racing/racing';

/** A worker that explores in the same thread, slice by slice, when a test says so. */
export interface SameThread {
  readonly worker: Exploring;
  /** Everything it has said. */
  readonly told: readonly FromWorker[];
  /** Does up to so many slices of work. */
  run(slices?: number): void;
}

/** Slices wait in a queue until `run`; each reading of the clock is 12 ms later than the one before. */
export function sameThread(): SameThread {
  const waiting: (() => void)[] = [];
  const told: FromWorker[] = [];
  let now = 0;
  const worker: Exploring = {
    // A copy, as between threads: what is not plain data would be found out.
    postMessage: (message) => explorer.hear(structuredClone(message)),
    terminate: () => waiting.splice(0),
    onmessage: null,
    onerror: null,
  };
  const explorer = new Explorer({
    now: () => {
      now += 12;
      return now;
    },
    later: (callback) => waiting.push(callback),
    tell: (message) => {
      told.push(message);
      worker.onmessage?.(new MessageEvent('message', { data: structuredClone(message) }));
    },
  });
  const run = (slices = Infinity): void => {
    for (let i = 0; i < slices; i++) {
      const next = waiting.shift();
      if (next === undefined) return;
      next();
    }
  };
  return { worker, told, run };
}
