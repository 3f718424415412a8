import { useEffect, useState } from 'react';
import { type AnswersFile, type Assigned, Marking, type Report, sheetAddress } from '../../homework';
import type { Session } from '../../session/session';

/** What was handed in, marked as far as it has come. */
export interface Marked {
  readonly report: Report;
  readonly problems: readonly string[];
  readonly done: number;
}

/** Marks files, one per frame: the sheet of each has to be made first, which may take a second. */
export function useMarking(
  session: Session,
  files: readonly AnswersFile[],
  assigned: Assigned | undefined,
): Marked | undefined {
  const [marked, setMarked] = useState<Marked>();
  const set =
    assigned === undefined ? '' : [sheetAddress(assigned.sheet), ...(assigned.roster ?? [])].join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `set` is the whole of what was assigned
  useEffect(() => {
    setMarked(undefined);
    if (files.length === 0) return undefined;
    const marking = new Marking(assigned);
    const ended = session.frames.begin('marking');
    let done = 0;
    const more = (): boolean => {
      const file = files[done++];
      if (file !== undefined) marking.add(file);
      setMarked({ ...marking.report(), done: Math.min(done, files.length) });
      if (done < files.length) return true;
      ended();
      return false;
    };
    session.frames.animate(more);
    return () => {
      session.frames.stop(more);
      ended();
    };
  }, [session, files, set]);
  return marked;
}
