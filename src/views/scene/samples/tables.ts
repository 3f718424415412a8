import { frameName, shadowName } from '../../../base';
import { A, D, P, U, W } from '../../../machine';
import { COLUMN_KEYS, TABLE_NAMES } from '../columns';
import { guestTable, shadowTable } from '../entity';
import type { EntryNote, TableModel } from '../model';

export const RWU = P | W | U | A;
export const RWUD = P | W | U | A | D;
export const RU = P | U | A;
export const NO_NOTES: ReadonlyMap<number, EntryNote> = new Map();

/** An entry of a sample table: index, frame it points at, low flags. */
export type SampleEntry = readonly [index: number, frame: number, flags: number];

/** A table of a sample scene: as small to write as it is to read. */
export function sampleTable(
  side: TableModel['side'],
  level: number,
  frame: number,
  entries: readonly SampleEntry[],
  more: Partial<TableModel> = {},
): TableModel {
  const words = new Int32Array(1024);
  for (const [index, target, flags] of entries) {
    words[2 * index] = (target << 12) | flags;
    words[2 * index + 1] = target >>> 20;
  }
  return {
    id: side === 'guest' ? guestTable(frame) : shadowTable(frame),
    side,
    column: COLUMN_KEYS[level] ?? 'mem',
    level,
    frame,
    name: side === 'guest' ? (TABLE_NAMES[level] ?? '') : `l${level}_64`,
    frameName: side === 'guest' ? frameName(frame) : shadowName(frame),
    capacity: 512,
    stride: 2,
    words,
    used: entries.map(([index]) => index).sort((a, b) => a - b),
    notes: NO_NOTES,
    hollow: new Map(),
    cast: new Set(),
    outOfSync: false,
    tags: [],
    order: frame,
    hot: false,
    fresh: false,
    scenery: false,
    ...more,
  };
}

export const COLUMNS_64 = [
  { key: 'L4', level: 4, title: 'L4', sub: 'bits 47–39' },
  { key: 'L3', level: 3, title: 'L3', sub: 'bits 38–30' },
  { key: 'L2', level: 2, title: 'L2', sub: 'bits 29–21' },
  { key: 'L1', level: 1, title: 'L1', sub: 'bits 20–12' },
  { key: 'mem', level: 0, title: 'Memory', sub: 'frames' },
] as const;
