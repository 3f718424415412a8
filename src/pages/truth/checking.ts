import { useEffect, useRef, useState } from 'react';
import { assertNever } from '../../base';
import type { TruthProgress, TruthSection } from '../../oracle/truth';
import { OwnThread, type WorkerLike } from '../../session/ownThread';
import { fetchRecordings } from '../../session/recorded/samples';
import type { Session } from '../../session/session';
import type { FromChecker, ToChecker } from './worker';

/** Where checking again in this browser stands. */
export interface Checking {
  readonly state: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly progress: TruthProgress | undefined;
  readonly sections: readonly TruthSection[];
  readonly why: string | undefined;
}

const IDLE: Checking = { state: 'idle', progress: undefined, sections: [], why: undefined };

/** Runs every oracle on the samples in a thread of its own. The page is not idle until it has ended or is cancelled. */
export function useChecking(session: Session): {
  readonly checking: Checking;
  readonly start: () => void;
  readonly cancel: () => void;
} {
  const [checking, setChecking] = useState<Checking>(IDLE);
  const running = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => running.current?.(), []);

  const start = (): void => {
    running.current?.();
    const done = session.frames.begin('checking');
    const hear = (data: FromChecker): void => {
      switch (data.kind) {
        case 'progress':
          setChecking((now) => ({ ...now, progress: data.progress }));
          return;
        case 'section':
          setChecking((now) => ({ ...now, sections: [...now.sections, data.section] }));
          return;
        case 'done':
          setChecking((now) => ({ ...now, state: 'done', progress: undefined }));
          end();
          return;
        case 'failed':
          fail(data.why);
          return;
        default:
          assertNever(data);
      }
    };
    const fail = (why: string): void => {
      setChecking((now) => ({ ...now, state: 'failed', why }));
      end();
    };
    const make = (): WorkerLike<ToChecker, FromChecker> =>
      new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const thread = new OwnThread({ make, hear, failed: fail, does: 'checks recordings' });
    const end = (): void => {
      thread.end();
      running.current = undefined;
      done();
    };
    let given = true;
    running.current = () => {
      given = false;
      end();
    };
    setChecking({ ...IDLE, state: 'running' });
    fetchRecordings().then(
      (recordings) => {
        if (given) thread.tell(recordings);
      },
      (error: unknown) => {
        if (given) fail(error instanceof Error ? error.message : String(error));
      },
    );
  };

  const cancel = (): void => {
    running.current?.();
    setChecking((now) => ({ ...now, state: 'cancelled', progress: undefined }));
  };

  return { checking, start, cancel };
}
