import { expect, it } from 'vitest';
import { chooseLines } from './layoutRows';
import { metricsFor } from './metrics';
import type { TableModel } from './model';
import { drift } from './samples/drift';

const { m } = metricsFor(800, 5, 4);
const table = drift.tables.find(({ id }) => id === 'guest 0x02b') as TableModel;
const onlyLine = (t: TableModel, room: number) =>
  chooseLines(t, room, new Set(), new Set(), m).lines.map((line) =>
    line.kind === 'entry' ? line.index : line.text,
  );

it('says how many entries there are where one line is all there is, but for the entry that is being read', () => {
  const quiet: TableModel = { ...table, notes: new Map() };
  expect(onlyLine(quiet, m.rowH)).toEqual([`· ${quiet.used.length} more ·`]);
  const read: TableModel = { ...table, notes: new Map([[0x50, { walk: 'reading' }]]) };
  expect(onlyLine(read, m.rowH)).toEqual([0x50]);
  // With the room for both, both are said.
  expect(onlyLine(read, m.rowH + m.gapH)).toEqual([`· ${read.used.length - 1} more ·`, 0x50]);
});
