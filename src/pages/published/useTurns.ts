import { useMemo, useState } from 'react';

/** Parts of the page that want to count by themselves: one at a time, in the order in which they were seen. */
export interface Turns {
  readonly ask: (id: string) => void;
  readonly over: (id: string) => void;
  /** Whose turn it is. */
  readonly present: string | undefined;
}

export function useTurns(): Turns {
  const [waiting, setWaiting] = useState<readonly string[]>([]);
  const calls = useMemo(
    () => ({
      ask: (id: string) => setWaiting((all) => (all.includes(id) ? all : [...all, id])),
      over: (id: string) => setWaiting((all) => (all.includes(id) ? all.filter((one) => one !== id) : all)),
    }),
    [],
  );
  return { ...calls, present: waiting[0] };
}
