import { expect, test } from 'vitest';
import { testSession } from '../testing/testSession';
import { type FrameCell, memoryMap } from './memoryMap';
import { buildScene } from './scene/build';

function cellsAt(
  text: string | undefined,
  label: string,
  nth = 0,
): { map: Map<string, FrameCell>; gaps: number[] } {
  const { run } = testSession(text === undefined ? { library: 'what-a-page-walk-is' } : { text }).session;
  if (run === undefined) throw new Error('nothing on stage');
  run.extend();
  const { cursor, exact } = run.find({ actor: 0, op: 0, label, nth });
  expect(exact).toBe(true);
  const from = run.beatBefore(cursor);
  const rows = memoryMap(run, buildScene(run, from, cursor), from, cursor);
  return {
    map: new Map(rows.flatMap((row) => (row.kind === 'cells' ? row.cells : [])).map((c) => [c.digits, c])),
    gaps: rows.flatMap((row) => (row.kind === 'gap' ? [row.frames] : [])),
  };
}

test('a small memory is shown frame by frame: tables by their levels, data, and what nothing maps', () => {
  const { map, gaps } = cellsAt(undefined, 'hardware_walk.read', 3);
  expect(map.size).toBe(64);
  expect(gaps).toEqual([]);
  const levels = ['010', '011', '012', '013'].map((digits) => map.get(digits)?.level);
  expect(levels).toEqual(['L4', 'L3', 'L2', 'L1']);
  expect([...map.values()].filter(({ kind }) => kind === 'table')).toHaveLength(4);
  expect(map.get('028')?.kind).toBe('data');
  expect(map.get('028')?.entity).toBe('frame 0x028');
  expect(map.get('02a')).toMatchObject({ kind: 'unmapped', entity: undefined });
});

test('the walk is seen in it: the table that is read, and those it came by', () => {
  const { map } = cellsAt(undefined, 'hardware_walk.read', 3);
  expect(['010', '011', '012', '013'].map((digits) => map.get(digits)?.state)).toEqual([
    'walked',
    'walked',
    'walked',
    'reading',
  ]);
  const later = cellsAt(undefined, 'hardware_walk.mark');
  expect(later.map.get('013')?.state).toBe('written');
  expect(cellsAt(undefined, 'guest_access.memory').map.get('028')?.state).toBe('reading');
});

test('of a large memory the rows that are used are shown, and the others are counted', () => {
  const text = `scenario "Far"
design native
paging x86-64, 4096 frames
map 0x40_0000 -> 0xf00 rw user
vcpu 0
  load 0x40_0000
`;
  const { map, gaps } = cellsAt(text, 'done');
  expect(map.get('f00')?.kind).toBe('data');
  expect(map.size + gaps.reduce((sum, frames) => sum + frames, 0)).toBe(4096);
  expect(map.size).toBeLessThan(100);
});
