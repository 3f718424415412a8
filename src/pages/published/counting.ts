import { useEffect, useRef, useState } from 'react';
import { type LabConfig, type LabResult, printConfig } from '../../lab';
import { knownResult, startLab } from '../../session/labbing/start';

/** Where the runs of a source stand. */
export interface Counting {
  readonly results: ReadonlyMap<string, LabResult>;
  /** How many are done, of how many, while it runs. */
  readonly progress: { readonly done: number; readonly of: number; readonly share: number } | undefined;
  readonly failed: string | undefined;
  /** `quietly`: nobody waits for it. */
  readonly start: (quietly?: boolean) => void;
  readonly cancel: () => void;
}

const knownOf = (runs: readonly LabConfig[]): Map<string, LabResult> =>
  new Map(
    runs.flatMap((run) => {
      const result = knownResult(run);
      return result === undefined ? [] : [[printConfig(run), result]];
    }),
  );

/**
 * Does a source's runs one after the other. `begin`: told when somebody asks for them; what it gives back, when they are over.
 * `ended`: told in any case.
 */
export function useCounting(
  runs: readonly LabConfig[],
  begin: () => () => void,
  ended: () => void = () => undefined,
): Counting {
  const [results, setResults] = useState<ReadonlyMap<string, LabResult>>(() => knownOf(runs));
  const [progress, setProgress] = useState<Counting['progress']>();
  const [failed, setFailed] = useState<string>();
  const end = useRef<() => void>(undefined);
  useEffect(() => () => end.current?.(), []);

  const start = (quietly = false): void => {
    end.current?.();
    const over = quietly ? () => undefined : begin();
    let stop = (): void => undefined;
    end.current = () => {
      end.current = undefined;
      stop();
      over();
      setProgress(undefined);
      ended();
    };
    setFailed(undefined);
    const next = (done: number): void => {
      const run = runs[done];
      if (run === undefined) {
        end.current?.();
        return;
      }
      setProgress({ done, of: runs.length, share: done / runs.length });
      stop = startLab(run, {
        progress: ({ accesses }) =>
          setProgress({ done, of: runs.length, share: (done + accesses / run.accesses) / runs.length }),
        done: () => {
          setResults(knownOf(runs));
          next(done + 1);
        },
        failed: (why) => {
          setFailed(why);
          end.current?.();
        },
      });
    };
    next(0);
  };
  return { results, progress, failed, start, cancel: () => end.current?.() };
}
