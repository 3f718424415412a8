import { useEffect, useState } from 'react';
import type { LabConfig, LabResult } from '../../lab';
import { printConfig } from '../../lab';
import type { LabProgress } from '../../session/labbing/protocol';
import { knownResult, startLab } from '../../session/labbing/start';

/** Where a run stands. */
export interface Running {
  readonly running: boolean;
  readonly progress: LabProgress | undefined;
  /** Of the configuration it was started with. */
  readonly result: LabResult | undefined;
  readonly failed: string | undefined;
  readonly cancelled: boolean;
  readonly start: (config: LabConfig) => void;
  readonly cancel: () => void;
}

type State = Omit<Running, 'start' | 'cancel'>;
const IDLE: State = {
  running: false,
  progress: undefined,
  result: undefined,
  failed: undefined,
  cancelled: false,
};

/** One run in a worker. `begin` is told when one begins; what it gives back is called when it is over. */
export function useRunning(config: LabConfig, begin: () => () => void): Running {
  const [state, setState] = useState<State>(() => ({ ...IDLE, result: knownResult(config) }));
  const [end, setEnd] = useState<() => void>();
  // A page that is left runs nothing on.
  useEffect(() => () => end?.(), [end]);

  const start = (wanted: LabConfig): void => {
    end?.();
    const over = begin();
    setState({ ...IDLE, running: true });
    const stop = startLab(wanted, {
      progress: (progress) => setState({ ...IDLE, running: true, progress }),
      done: (result) => {
        over();
        setState({ ...IDLE, result });
      },
      failed: (why) => {
        over();
        setState({ ...IDLE, failed: why });
      },
    });
    let stopped = false;
    setEnd(() => () => {
      if (stopped) return;
      stopped = true;
      stop();
      over();
    });
  };
  const cancel = (): void => {
    end?.();
    setState((was) => ({ ...was, running: false, cancelled: true, result: was.progress?.result }));
  };
  return { ...state, start, cancel };
}

/** Whether a result is what this configuration gives. */
export const isOf = (result: LabResult | undefined, config: LabConfig): boolean =>
  result !== undefined && printConfig(result.config) === printConfig(config);
