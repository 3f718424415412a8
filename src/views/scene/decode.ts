import { address, hex } from '../../base';
import { A, D, NX_HI, P, PS, U, W } from '../../machine';
import type { EntryNote, TableModel } from './model';

/** The marks of a row, in the order they are drawn. Bit i of `marks` is mark i. */
export const MARK_NAMES = ['P', 'W', 'U', 'A', 'D', 'NX'] as const;
const MARK_WORDS = ['present', 'writable', 'user', 'accessed', 'dirty', 'no execute'] as const;

export const marksOf = (hi: number, lo: number, format?: string): number =>
  format === 'ept'
    ? eptMarks(lo)
    : (lo & P ? 1 : 0) |
      (lo & W ? 2 : 0) |
      (lo & U ? 4 : 0) |
      (lo & A ? 8 : 0) |
      (lo & D ? 16 : 0) |
      (hi & NX_HI ? 32 : 0);

/** EPT: R W X in bits 0 to 2, A and D in 8 and 9; present if any right is given. Nothing tells user from kernel. */
const eptMarks = (lo: number): number =>
  (lo & 7 ? 1 : 0) | (lo & 2) | ((lo & 0x300) >> 5) | ((lo & 7) !== 0 && (lo & 4) === 0 ? 32 : 0);

/** The frame an entry points at: bits 51..12, as a number (frames beyond 2^32 do not occur in these machines). */
export const targetFrame = (hi: number, lo: number): number => ((lo >>> 12) | ((hi & 0xf_ffff) << 20)) >>> 0;

export const entryLo = (t: TableModel, index: number): number => t.words[index * t.stride] ?? 0;
export const entryHi = (t: TableModel, index: number): number =>
  t.stride === 2 ? (t.words[index * 2 + 1] ?? 0) : 0;

/** Whether the walk ends at an entry of this level: an L1 entry, or one that maps a large page. */
export const isLeaf = (level: number, lo: number): boolean => level === 1 || (level < 4 && (lo & PS) !== 0);

/** What stands at the right of a row. A shadow's upper entries point at shadow frames. */
export function targetText(t: TableModel, hi: number, lo: number, note: EntryNote | undefined): string {
  if (note?.says !== undefined) return note.says;
  if ((lo & P) === 0) return hi === 0 && lo === 0 ? '—' : hex(targetFrame(hi, lo), 3);
  const frame = hex(targetFrame(hi, lo), 3);
  // A wavy sign before a table that leads to one that may be stale.
  return t.side === 'shadow' && !isLeaf(t.level, lo) ? `${note?.below ? '~' : ''}s${frame}` : frame;
}

/** `0x0000_0000_0004_5067` */
export const valueText = (hi: number, lo: number): string => address(hi, lo, 16);

const namedTarget = (t: TableModel, hi: number, lo: number): string => {
  const frame = hex(targetFrame(hi, lo), 3);
  return t.side === 'shadow' && !isLeaf(t.level, lo) ? `s${frame}` : `0x${frame}`;
};

/** Marks as words: `present, writable, user`. */
export function marksWords(marks: number): string {
  const words = MARK_WORDS.filter((_, i) => i > 0 && marks & (1 << i));
  return marks & 1 ? ['present', ...words].join(', ') : ['not present', ...words].join(', ');
}

/** What a screen reader says: `guest entry 007 of page table 0x02e: frame 0x045, present, writable, user, changed`. */
export function entryName(t: TableModel, index: number): string {
  const hi = entryHi(t, index);
  const lo = entryLo(t, index);
  const note = t.notes.get(index);
  const kind = t.side === 'guest' ? 'page table' : 'shadow';
  const head = `${t.side} entry ${hex(index, 3)} of ${kind} ${t.frameName}`;
  const value =
    note?.says ??
    (hi === 0 && lo === 0
      ? 'empty'
      : `frame ${namedTarget(t, hi, lo)}, ${marksWords(marksOf(hi, lo, t.format))}`);
  return [`${head}: ${value}`, ...noteWords(note)].join(', ');
}

export function noteWords(note: EntryNote | undefined): string[] {
  if (note === undefined) return [];
  return [
    ...(note.wrong === undefined ? [] : [`breaks: ${note.wrong}`]),
    ...(note.changed ? ['just changed'] : []),
    ...(note.below ? ['leads to an unsync page'] : []),
    ...(note.stale ? ['differs from the other side'] : []),
    ...(note.walk === 'reading' ? ['being read'] : note.walk === 'path' ? ['on the walk'] : []),
  ];
}
