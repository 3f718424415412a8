import { expect, test } from 'vitest';
import type { Run } from '../../engine';
import { runOf } from '../../testing/library';
import { comparisonAt } from './comparison';
import { meansOf, readsBefore, removalNow, removalsOf } from './removals';

const DRIFT = 'a-page-table-may-drift';

/** What the run's own counters and events say was read. */
const readEvents = (run: Run) =>
  run.eventsIn(0, run.length).filter(({ kind }) => kind === 'WriteAccessSearched');

test('a fixup is one read, and the removal it belongs to names the page', () => {
  const run = runOf(DRIFT);
  const [removal, ...more] = removalsOf(run);
  expect(more).toEqual([]);
  expect(removal?.gmfn).toBe(0x2e);
  expect(removal?.reads.map(({ how, hit }) => [meansOf(how), hit])).toEqual([['fixup', true]]);
});

test('without fixups and guesses every entry that is read belongs to one removal, in the order of the run', () => {
  const run = runOf(DRIFT, 'fixups', 'wrmap-guess');
  const reads = removalsOf(run).flatMap((removal) => removal.reads);
  expect(reads.length).toBeGreaterThan(100);
  expect(reads.map(({ step, smfn, index }) => ({ step, smfn, index }))).toEqual(
    readEvents(run).map(({ step, smfn, index }) => ({ step, smfn, index })),
  );
  expect(reads.filter(({ hit }) => hit)).toHaveLength(1);
});

test('in the middle of a search the panel counts what was read up to there, and no further', () => {
  const run = runOf(DRIFT, 'fixups', 'wrmap-guess');
  const [removal] = removalsOf(run);
  const tenth = removal?.reads[9]?.step ?? 0;
  expect(removal).toBeDefined();
  if (removal === undefined) return;
  expect(readsBefore(removal, tenth)).toBe(9);
  expect(removalNow(run, tenth + 1)).toBe(removal);
  const found = comparisonAt(run, tenth + 1, undefined);
  expect(found?.removals.at(-1)).toMatchObject({ page: '0x02e', reads: 10, now: true });
  expect(found?.counted.find(({ means }) => means === 'search')).toEqual({
    means: 'search',
    reads: 10,
    hits: 0,
  });
  expect(found?.lastReads.map(({ nth }) => nth)).toEqual([5, 6, 7, 8, 9, 10]);
  expect(found?.searching).toMatchObject({ nth: 1, buckets: 251 });
  expect(found?.lastReads.at(-1)?.says).toMatch(/^Entry 009 of s0\w\w does not map 0x02e writable\.$/);
});

test('a run that is still being recorded is counted further, not anew', () => {
  const run = runOf(DRIFT, 'fixups', 'wrmap-guess');
  const all = removalsOf(run).length;
  expect(removalsOf(run)).toHaveLength(all);
  expect(removalNow(run, 0)).toBeUndefined();
  expect(removalNow(run, run.length)).toBeUndefined();
});

test('the page in focus is the one that is asked about', () => {
  const run = runOf('crush');
  const found = comparisonAt(run, run.length, 'guest 0x036');
  expect(found?.page?.name).toBe('0x036');
  expect(found?.geometry.writers).toBe(found?.page?.writers);
});
