import type { Result } from '../../base';
import type { Run } from '../../engine';
import { type EntryReport, reportOf } from '../../oracle/recordedReport';
import { isRecorded, type Recorded, readRecorded } from '../../oracle/recordedText';
import { type EntryPlace, placesOf } from './reader';

/** What is on stage if it is a recorded case: what was recorded against what is simulated, and where on stage each entry is. */
export interface StagedCase {
  readonly recorded: Recorded;
  readonly reports: Result<readonly EntryReport[], string>;
  readonly places: readonly EntryPlace[];
}

let last: { readonly text: string; readonly staged: StagedCase | undefined } | undefined;

/** The comparison for a text on stage; undefined for a text that is no recorded case. Made once per text. */
export function stagedCase(text: string): StagedCase | undefined {
  if (last?.text !== text) last = { text, staged: made(text) };
  return last.staged;
}

function made(text: string): StagedCase | undefined {
  if (!isRecorded(text)) return undefined;
  const read = readRecorded(text);
  if (read.kind === 'error') return undefined;
  return { recorded: read.value, reports: reportOf(read.value), places: placesOf(read.value).places };
}

/** The cursor at which an entry begins: after the step that starts its first operation. */
export function cursorOf(run: Run, place: EntryPlace): number {
  if (place.count === 0) return 0;
  return run.find({ actor: place.actor, op: place.op, label: 'start', nth: 0 }).cursor;
}

/** The entry that is under way at a cursor, or was last; -1 before the first. */
export function entryAt(run: Run, places: readonly EntryPlace[], cursor: number): number {
  if (cursor === 0) return -1;
  const [actor, op] = [run.actorOf(cursor - 1), run.opOf(cursor - 1)];
  return places.findIndex((p) => p.actor === actor && op >= p.op && op < p.op + p.count);
}
