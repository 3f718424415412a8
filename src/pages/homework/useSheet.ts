import { useEffect, useState } from 'react';
import { exerciseOf, type SheetExercise, type SheetName, sheetAddress } from '../../homework';
import type { Session } from '../../session/session';

/** The sheet as far as it is made: one exercise per frame, for each takes the engine some milliseconds. */
export function useSheet(session: Session, name: SheetName): readonly SheetExercise[] {
  const [made, setMade] = useState<readonly SheetExercise[]>([]);
  const address = sheetAddress(name);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is the whole of the name
  useEffect(() => {
    const all: SheetExercise[] = [];
    const ended = session.frames.begin('homework');
    const more = (): boolean => {
      all.push(exerciseOf(name, all.length));
      setMade([...all]);
      if (all.length < name.count) return true;
      ended();
      return false;
    };
    setMade([]);
    session.frames.animate(more);
    return () => {
      session.frames.stop(more);
      ended();
    };
  }, [session, address]);
  // Exercises of the sheet before are none of this one's.
  return made;
}
