import { describe, expect, test } from 'vitest';
import { defined } from '../../base';
import { recordRun } from '../../engine';
import { runOf } from '../../testing/library';
import { cutShort, twinOf } from '../beside/twin';
import { pairs } from './beside';
import { MISREADINGS, QUESTIONS } from './debate';
import { lookupsAt } from './lookups';
import { tallyOf } from './tally';

const SETTINGS = QUESTIONS.flatMap(({ id, settings }) =>
  settings.map((setting) => ({ of: `${id}: ${setting.label}`, setting })),
);

describe.each(SETTINGS)('the setting “$of”', ({ setting }) => {
  test('makes a difference that is counted in the scenario it opens', () => {
    const run = runOf(setting.seen);
    const values = (side: typeof setting.on): number[] =>
      tallyOf(twinOf(run, side)).map(({ value }) => value);
    expect(values(setting.on)).not.toEqual(values(setting.off));
  });
});

const counted = (of: string, seen: string): Record<string, readonly [number, number]> => {
  const { setting } = defined(
    SETTINGS.find((one) => one.of === of),
    of,
  );
  const right = tallyOf(twinOf(runOf(seen), setting.off));
  const both = tallyOf(twinOf(runOf(seen), setting.on)).map(
    ({ name, value }, i) => [name, [value, right[i]?.value ?? 0]] as const,
  );
  return Object.fromEntries(both);
};

const TABLES_ONLY = 'backlinks: Which entries have backlinks';

test('backlinks of page tables only: none for data, but the first detection reads all 32 entries instead of 3', () => {
  expect(counted(TABLES_ONLY, 'xi-batch-of-writes')['backlinks put in']).toEqual([2, 0]);
  const detected = counted(TABLES_ONLY, 'xi-backlinks-of-tables-only');
  // The second time the chain of three is enough on either side.
  expect(detected['entries read to find mappings']).toEqual([3 + 3, 32 + 3]);
});

test('stores that are emulated: one fault for each, where an opened table takes one for all', () => {
  const counts = counted('snapshots: What a store to a page table does', 'xi-batch-of-writes');
  const [opened = 0, emulated = 0] = counts['guest stores emulated'] ?? [];
  expect(opened).toBe(0);
  expect(emulated).toBeGreaterThan(1);
  const [once = 0, each = 0] = counts['page faults'] ?? [];
  expect(each).toBeGreaterThan(once);
});

test('a run that was stopped before its end says that it cannot be compared', () => {
  const run = runOf('xi-batch-of-writes');
  const stopped = recordRun(run.built.spec, run.built.design, { bound: 20 });
  expect(cutShort([run, run])).toBeUndefined();
  expect(cutShort([run, stopped])).toMatch(/^One of the runs was stopped after 20 steps/);
  expect(cutShort([stopped, stopped])).toMatch(/^The runs were stopped after 20 steps.*Choose a shorter/);
});

test('what the chain saves in the core scenario: 3 visits against every entry of every leaf table', () => {
  const run = runOf('xi-data-becomes-a-table');
  const [pair] = pairs(run, twinOf(run, { switches: { 'chain-walk': false } })).filter(
    ({ gfn }) => gfn === 0x14,
  );
  expect(pair?.chain.reads).toHaveLength(3);
  expect(pair?.linear.reads).toHaveLength(24);
  // Counted by the run, and equal to the formula: tables times entries.
  expect(lookupsAt(run, run.length).find(({ gfn }) => gfn === 0x14)).toMatchObject({ tables: 3, entries: 8 });
});

test('all ten misreadings of the sheet are answered', () => {
  expect(MISREADINGS).toHaveLength(10);
});
