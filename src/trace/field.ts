import type { Cursor } from './cursor';
import type { Names } from './names';

/** Texts of any length: markers, instruction bytes. Kept as bytes in one row, a place and a length each. */
export interface Texts {
  /** Keeps the bytes; the place, or -1 if there is no more room for texts. */
  add(bytes: Uint8Array, from: number, to: number): number;
  text(place: number, length: number): string;
}

/** What a line of text is read with and its words are kept by. */
export interface Keeping {
  readonly names: Names;
  readonly texts: Texts;
}

/** How a field is printed, and the words that are kept of it. */
export interface FieldType {
  readonly width: number;
  /** Reads it at the cursor; false if it is none. */
  readonly read: (c: Cursor, out: Int32Array, at: number, keep: Keeping) => boolean;
  readonly print: (word: (i: number) => number, keep: Keeping) => string;
}
