import { expect, test } from 'vitest';
import { runOf } from '../../testing/library';
import { countedSoFar, onDoubling, priceRows } from './price';

const entries = (pages: number): Record<string, number> =>
  Object.fromEntries(priceRows(pages).map((row) => [row.scheme, row.entries]));

test('the rows are those of the sheet', () => {
  expect(entries(64)).toMatchObject({
    native: 0,
    trap: 128,
    'trap-queued': 66,
    'preserve-ad': 2,
    vmi: 1,
    lguest: 2,
  });
});

test('what a run has paid is counted up to the cursor, and no further', () => {
  const run = runOf('vmi-queue');
  const counted = countedSoFar(run, run.length);
  expect(counted).toMatchObject({ scheme: 'vmi', pages: 4, price: { calls: 1, queued: 8, traps: 0 } });
  const call = run.eventsIn(0, run.length).find((e) => e.kind === 'QueueFlushed')?.step ?? 0;
  expect(countedSoFar(run, call)?.price).toMatchObject({ calls: 0, queued: 8 });
  expect(countedSoFar(runOf('tlb-miss-nested'), 5)).toBeUndefined();
});

test('the axis doubles evenly', () => {
  expect(onDoubling(0, 2048)).toBe(0);
  expect(onDoubling(2048, 2048)).toBe(1);
  expect(onDoubling(4, 16) - onDoubling(2, 16)).toBeCloseTo(onDoubling(16, 16) - onDoubling(8, 16));
});
