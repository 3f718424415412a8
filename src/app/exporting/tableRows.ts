import { hex } from '../../base';
import {
  entryHi,
  entryLo,
  MARK_NAMES,
  marksOf,
  noteWords,
  targetFrame,
  targetText,
  valueText,
} from '../../views/scene/decode';
import type { TableModel } from '../../views/scene/model';

/** A line of a table on paper: one entry, or a row of entries that lead to a row of frames with the same bits. */
export interface TableRow {
  /** `007`, or `000–07f`. */
  readonly entry: string;
  readonly value: string;
  readonly leads: string;
  /** `P W U A`. */
  readonly marks: string;
  /** What plays a part at this moment; usually nothing. */
  readonly said: string;
}

/** Fewer than that are lines of their own: they are read faster than a range is understood. */
const LEAST = 4;

/** Entries of a table that are not zero, as lines. */
export function tableRows(table: TableModel): TableRow[] {
  const out: TableRow[] = [];
  for (let i = 0; i < table.used.length; ) {
    const n = alike(table, i);
    if (n >= LEAST) out.push(rangeRow(table, i, n));
    else for (let k = i; k < i + n; k++) out.push(entryRow(table, table.used[k] ?? 0));
    i += n;
  }
  return out;
}

/** How many entries from a place in the list on go up by one, lead one frame further each, and say nothing else. */
function alike(table: TableModel, at: number): number {
  const { used, notes } = table;
  const first = used[at] ?? 0;
  if (notes.has(first)) return 1;
  const [hi, lo] = [entryHi(table, first), entryLo(table, first)];
  let n = 1;
  for (; at + n < used.length; n++) {
    const index = first + n;
    if (used[at + n] !== index || notes.has(index)) break;
    const [hiN, loN] = [entryHi(table, index), entryLo(table, index)];
    const same = (lo & 0xfff) === (loN & 0xfff) && hi >>> 20 === hiN >>> 20;
    if (!same || targetFrame(hiN, loN) !== targetFrame(hi, lo) + n) break;
  }
  return n;
}

/** An entry of four bytes has no upper half. */
const written = ({ stride }: TableModel, hi: number, lo: number): string =>
  stride === 1 ? `0x${hex(lo >>> 16, 4)}_${hex(lo & 0xffff, 4)}` : valueText(hi, lo);

const letters = (marks: number): string => MARK_NAMES.filter((_, i) => marks & (1 << i)).join(' ');

function entryRow(table: TableModel, index: number): TableRow {
  const [hi, lo] = [entryHi(table, index), entryLo(table, index)];
  const note = table.notes.get(index);
  return {
    entry: hex(index, 3),
    value: written(table, hi, lo),
    leads: targetText(table, hi, lo, note),
    marks: note?.blank === true ? '' : letters(marksOf(hi, lo, table.format)),
    said: noteWords(note).join(', '),
  };
}

function rangeRow(table: TableModel, at: number, n: number): TableRow {
  const first = table.used[at] ?? 0;
  const from = entryRow(table, first);
  const to = entryRow(table, first + n - 1);
  return {
    ...from,
    entry: `${from.entry}–${to.entry}`,
    value: `${from.value} …`,
    leads: `${from.leads}–${to.leads}`,
  };
}

/** What the letters stand for. */
export const MARKS_KEY = 'P present, W writable, U user, A accessed, D dirty, NX no execute.';
