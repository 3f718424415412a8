import { assertNever, type Word, word } from '../../base';
import type { Rights, Span } from '../../engine/spec';
import type { PagingMode } from '../../machine';
import type { Num } from '../syntax/leaf';
import { toWord } from './address';
import { entryWord } from './entry';
import type { Findings } from './findings';

export interface Place {
  readonly frame: Num;
  readonly index: { readonly first: Num; readonly last?: Num };
}

/** One entry of a range, with its place in the range. */
export interface PlacedAt {
  readonly frame: number;
  readonly index: number;
  readonly nth: number;
}

const LONGEST_RANGE = 1024;

/** The places a statement means, one by one. `entries`: how many there are in a frame. */
export function placesOf(place: Place, entries: number, frames: number, f: Findings): readonly PlacedAt[] {
  const frame = f.number('A guest frame', place.frame, 0, frames - 1);
  const first = f.number('An index', place.index.first, 0, entries - 1);
  const last =
    place.index.last === undefined ? first : f.number('An index', place.index.last, 0, entries - 1);
  if (last < first) {
    f.error(
      place.index.last ?? place.index.first,
      `The range ends at ${last}, before its beginning ${first}. Expected the lower index first.`,
    );
    return [];
  }
  return Array.from({ length: Math.min(last - first + 1, LONGEST_RANGE) }, (_, nth) => ({
    frame,
    index: first + nth,
    nth,
  }));
}

/** How many entries a table of the mode has. */
export const entriesOf = (mode: PagingMode): number => (mode.indexMask[1] ?? 0) + 1;

export type EntryNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'word'; readonly word: Num }
  | { readonly kind: 'maps'; readonly frame: Num; readonly up?: true; readonly rights: Rights };

const MOST_FRAME = 2 ** 40 - 1;

/** The word that an entry is given; `nth` counts along a range. */
export function entryNodeWord(
  node: EntryNode,
  nth: number,
  mode: PagingMode,
  level: number,
  nx: boolean,
  f: Findings,
): Word {
  switch (node.kind) {
    case 'empty':
      return word(0, 0);
    case 'word':
      if (mode.entryCells === 1) f.number('An entry of 32 bits', node.word, 0, 0xffff_ffff);
      return toWord(node.word);
    case 'maps': {
      const base = f.number(
        'A frame',
        node.frame,
        0,
        mode.entryCells === 1 && !node.rights.large ? 0xf_ffff : MOST_FRAME,
      );
      return entryWord(mode, level, base + (node.up === true ? nth : 0), node.rights, nx);
    }
    default:
      return assertNever(node);
  }
}

/** `..` after a frame means nothing without a range. */
export function checkUp(node: EntryNode, many: boolean, at: Span, f: Findings): void {
  if (node.kind === 'maps' && node.up === true && !many)
    f.error(
      at,
      '`..` counts the frame up along a range, but there is one entry only. Expected a range such as `[0..511]`, or no dots.',
    );
}
