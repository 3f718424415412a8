import { expect, test } from 'vitest';
import { costs, type Geometry, mostReads, onLog, SHADOW_COUNTS } from './removalCost';

const G: Geometry = {
  shadows: 3,
  entries: 512,
  levels: 4,
  guesses: 3,
  writers: 2,
  fixups: 2,
  hint: false,
};

const of = (means: string, g = G) => costs(g).find((cost) => cost.means === means);

test('the cost model is that of sheet 4.2', () => {
  expect(of('fixup')).toMatchObject({ least: 2, most: 2 });
  expect(of('guess')).toMatchObject({ least: 4, most: 12 });
  expect(of('hint')).toMatchObject({ most: 512, not: 'none remembered' });
  expect(of('search')).toMatchObject({ most: 3 * 512 });
  expect(of('backlink')).toMatchObject({ least: 2, most: 2 });
});

test('a means that cannot be used for the page says why', () => {
  expect(of('fixup', { ...G, fixups: 0 })?.not).toBe('none recorded');
  expect(of('guess', { ...G, guesses: 0 })?.not).toBe('none made');
});

test('only the full search grows with the number of shadows', () => {
  for (const shadows of SHADOW_COUNTS) {
    const reads = mostReads(G, shadows);
    expect(reads.get('search')).toBe(shadows * 512);
    expect([reads.get('fixup'), reads.get('guess'), reads.get('hint'), reads.get('backlink')]).toEqual([
      2, 12, 512, 2,
    ]);
  }
});

test('an axis that doubles evenly', () => {
  expect([onLog(1, 1, 1024), onLog(32, 1, 1024), onLog(1024, 1, 1024), onLog(0, 1, 1024)]).toEqual([
    0, 0.5, 1, 0,
  ]);
});
