import { frameName, hex, shadowName } from '../base';

/**
 * The printed name of anything on the scene that can be pointed at. Invariants, focus and links use the same names, so a
 * name is all that has to travel between them: `guest 0x02e`, `guest 0x02e[007]`, `shadow s084[007]`, `frame 0x045`.
 */
export type EntityId = string;

export const guestTable = (frame: number): EntityId => `guest ${frameName(frame)}`;
export const guestEntry = (frame: number, index: number): EntityId =>
  `guest ${frameName(frame)}[${hex(index, 3)}]`;
export const shadowTable = (frame: number): EntityId => `shadow ${shadowName(frame)}`;
export const shadowEntry = (frame: number, index: number): EntityId =>
  `shadow ${shadowName(frame)}[${hex(index, 3)}]`;
/** A snapshot page is named by its own frame: the page keeps its name when it moves to another slot. */
export const snapshotPage = (frame: number): EntityId => `snapshot ${shadowName(frame)}`;
export const snapshotEntry = (frame: number, index: number): EntityId =>
  `snapshot ${shadowName(frame)}[${hex(index, 3)}]`;
export const dataFrame = (frame: number): EntityId => `frame ${frameName(frame)}`;
export const fixupOf = (frame: number, nth: number): EntityId => `fixup ${frameName(frame)}.${nth}`;

export interface ParsedEntity {
  readonly kind: 'guest' | 'shadow' | 'snapshot' | 'frame' | 'fixup';
  readonly frame: number;
  /** Entry of a table, or which fixup; -1 where the whole thing is meant. */
  readonly index: number;
}

/** What a name points at; undefined for names of things that are not on the scene (a lock, a register). */
export function parseEntity(id: EntityId): ParsedEntity | undefined {
  const match =
    /^(guest|shadow|snapshot|frame|fixup) (?:0x|s)([0-9a-f]+)(?:\[([0-9a-f]{3})\]|\.(\d+))?$/.exec(id);
  if (match === null) return undefined;
  const [, kind, frame = '', entry, nth] = match;
  return {
    kind: kind as ParsedEntity['kind'],
    frame: Number.parseInt(frame, 16),
    index: entry === undefined ? Number(nth ?? -1) : Number.parseInt(entry, 16),
  };
}

/** The table or page an entry lies in; the id itself when it is no entry. */
export const ownerOf = (id: EntityId): EntityId => id.replace(/(\[[0-9a-f]{3}\]|\.\d+)$/, '');
