import { type ComponentType, type ReactNode, useEffect, useState } from 'react';

/** Whoever is told that something is on its way, and gives back what to call when it has arrived. */
export interface Waiting {
  readonly begin: (what: string) => () => void;
}

interface FetchedProps<P> {
  readonly load: () => Promise<{ readonly default: ComponentType<P> }>;
  readonly props: P;
  /** The page is not idle until the part has arrived. */
  readonly frames: Waiting;
  /** Shown on the way. */
  readonly children?: ReactNode;
}

/**
 * A part of the page in a chunk of its own, fetched when it is first drawn. Not React's own `lazy`: that holds what has
 * arrived back for up to 300 ms, and a dialog should open when it is asked for.
 */
export function Fetched<P extends object>({ load, props, frames, children }: FetchedProps<P>) {
  const [part, setPart] = useState<{ readonly Part: ComponentType<P> }>();
  const [failed, setFailed] = useState<Error>();

  useEffect(() => {
    let wanted = true;
    const arrived = frames.begin('part');
    load()
      .then((module) => {
        if (wanted) setPart({ Part: module.default });
      })
      .catch((error: unknown) => setFailed(error instanceof Error ? error : new Error(String(error))))
      .finally(arrived);
    return () => {
      wanted = false;
      arrived();
    };
  }, [load, frames]);

  // The error boundary around it says what happened and offers to try again.
  if (failed !== undefined) throw failed;
  return part === undefined ? children : <part.Part {...props} />;
}
