import type { Note, Run } from '../engine';
import type { Session } from './session';

/** A note of the scenario and the cursor it belongs to in the run on stage. */
export interface PlacedNote {
  readonly note: Note;
  readonly cursor: number;
}

interface Placed {
  readonly length: number;
  readonly notes: readonly PlacedNote[];
}

const placed = new WeakMap<Run, Placed>();

/** The scenario's notes in the order of the run; those whose moment this run never comes to are left out. */
export function notesOf(run: Run): readonly PlacedNote[] {
  const known = placed.get(run);
  if (known !== undefined && known.length === run.length) return known.notes;
  const notes = run.built.spec.notes
    .flatMap((note) => {
      const { cursor, exact } = run.find(note.at);
      return exact ? [{ note, cursor }] : [];
    })
    .sort((a, b) => a.cursor - b.cursor);
  placed.set(run, { length: run.length, notes });
  return notes;
}

/** Notes that belong to cursors in (from, to]. */
export function notesBetween(session: Session, from: number, to: number): readonly PlacedNote[] {
  const { run } = session;
  return run === undefined ? [] : notesOf(run).filter(({ cursor }) => cursor > from && cursor <= to);
}
