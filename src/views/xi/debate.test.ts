import { describe, expect, test } from 'vitest';
import { runOf } from '../../testing/library';
import { twinOf } from '../beside/twin';
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
