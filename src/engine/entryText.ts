import { address, frameName, type Word } from '../base';
import { A, D, frameOf, G, leafFrame, P, type PagingMode, PS, U, W } from '../machine';
import type { Rights } from './spec';

/** The rights and marks of an entry, as its bits say. PS counts from level 2 up: below, that bit is PAT. */
export function rightsOf(mode: PagingMode, level: number, { hi, lo }: Word): Rights {
  const bit = (mask: number): boolean => (lo & mask) !== 0;
  return {
    r: bit(P),
    w: bit(W),
    x: mode.entryCells === 1 || hi >= 0,
    user: bit(U),
    accessed: bit(A),
    dirty: bit(D),
    global: bit(G),
    large: level > 1 && bit(PS),
  };
}

/** First frame of what a present entry leads to: a table, or a page of any size. */
export function targetOf(mode: PagingMode, level: number, { hi, lo }: Word): number {
  const large = level > 1 && (lo & PS) !== 0;
  return large ? leafFrame(mode, level, hi, lo) : frameOf(hi, lo);
}

/** `rwx user accessed`, as scenarios write rights. */
export function rightsText(rights: Rights): string {
  const { r, w, x, user, accessed, dirty, global, large } = rights;
  const words = [
    `${r ? 'r' : ''}${w ? 'w' : ''}${x ? 'x' : ''}`,
    user ? 'user' : '',
    accessed ? 'accessed' : '',
    dirty ? 'dirty' : '',
    global ? 'global' : '',
    large ? 'large' : '',
  ];
  return words.filter((w) => w !== '').join(' ');
}

/** An entry for a message: `0x045 rw user`, `not present (0x…)` or `empty`. */
export function entryText(mode: PagingMode, level: number, entry: Word): string {
  if (entry.hi === 0 && entry.lo === 0) return 'empty';
  if ((entry.lo & P) === 0) return `not present (${address(entry.hi, entry.lo, 1)})`;
  return `${frameName(targetOf(mode, level, entry))} ${rightsText(rightsOf(mode, level, entry))}`;
}
