import { describe, expect, it } from 'vitest';
import type { EntryNote, TableModel } from '../../views/scene/model';
import { tableRows } from './tableRows';

const table = (
  entries: readonly (readonly [index: number, lo: number, hi?: number])[],
  notes: readonly (readonly [number, EntryNote])[] = [],
): TableModel => {
  const words = new Int32Array(1024);
  for (const [index, lo, hi = 0] of entries) words.set([lo, hi], 2 * index);
  return {
    ...{
      id: 'guest 0x061',
      side: 'guest',
      column: 'L1',
      level: 1,
      frame: 0x61,
      name: 'PT',
      frameName: '0x061',
    },
    ...{ capacity: 512, stride: 2, words, used: entries.map(([index]) => index), notes: new Map(notes) },
    ...{
      hollow: new Map(),
      cast: new Set(),
      outOfSync: false,
      tags: [],
      order: 0,
      hot: false,
      fresh: false,
      scenery: false,
    },
  };
};

describe('a table on paper', () => {
  it('has a line for each entry: value, frame and bits by letter', () => {
    expect(tableRows(table([[7, 0x45_067]]))).toEqual([
      { entry: '007', value: '0x0000_0000_0004_5067', leads: '045', marks: 'P W U A D', said: '' },
    ]);
  });

  it('has one line for a row of entries that lead to a row of frames', () => {
    const rows = tableRows(
      table(Array.from({ length: 128 }, (_, i) => [i, (i << 12) | 0x63, 0x8000_0000 | 0])),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ entry: '000–07f', leads: '000–07f', marks: 'P W A D NX' });
  });

  it('keeps apart what differs in a bit, in order, or plays a part now', () => {
    const five = [0, 1, 2, 3, 4].map((i) => [i, ((0x40 + i) << 12) | 0x63] as const);
    const other = five.map(([i, lo]) => [i, i === 2 ? lo & ~2 : lo] as const);
    expect(tableRows(table(other)).map(({ entry }) => entry)).toEqual(['000', '001', '002', '003', '004']);
    const away = five.map(([i, lo]) => [i, i === 4 ? 0x99_063 : lo] as const);
    expect(tableRows(table(away)).map(({ entry }) => entry)).toEqual(['000–003', '004']);
    const changed = tableRows(table(five, [[0, { changed: true }]]));
    expect(changed.map(({ entry, said }) => [entry, said])).toEqual([
      ['000', 'just changed'],
      ['001–004', ''],
    ]);
  });
});
