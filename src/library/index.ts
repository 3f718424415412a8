import { FIRST, IDS, type LibraryId } from './ids';
import { TEXTS } from './texts.gen';

export { FIRST, type LibraryId };

/** A built-in scenario: its text, and what the list of the library shows of it. */
export interface LibraryEntry {
  readonly id: LibraryId;
  readonly title: string;
  readonly topic: string;
  readonly level: string;
  /** Its first paragraph. */
  readonly about: string;
  readonly design: string;
  /** Switches that are off in it. */
  readonly without: readonly string[];
  /** Invariants that it announces as broken. */
  readonly violates: readonly string[];
  readonly text: string;
}

/** All built-in scenarios, in the order of the library. */
export const LIBRARY: readonly LibraryEntry[] = IDS.map((id) => ({ id, ...TEXTS[id] }));

export function libraryEntry(id: string): LibraryEntry | undefined {
  return LIBRARY.find((entry) => entry.id === id);
}
