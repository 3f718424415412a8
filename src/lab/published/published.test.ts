import { describe, expect, it } from 'vitest';
import { checkConfig } from '../config';
import { mprotectPrices } from '../mprotectPrices';
import { resultOf } from '../report';
import { LabRun } from '../run';
import { PUBLISHED, runsOf } from '.';

describe('the published figures', () => {
  it('each stand beside a run that can be done, or say why nothing stands beside them', () => {
    for (const source of PUBLISHED) {
      for (const run of runsOf(source)) expect(checkConfig(run)).toEqual({ kind: 'ok', value: run });
      for (const { beside, cannot } of source.figures)
        expect(beside !== undefined || cannot !== undefined).toBe(true);
    }
  });

  it('have counts beside them that are ratios of what the runs count', () => {
    for (const source of PUBLISHED) {
      const rows = [
        ...source.figures.flatMap(({ beside }) => beside ?? []),
        ...(source.moves?.rows.flatMap(({ beside }) => beside) ?? []),
      ];
      const [first] = rows;
      if (first === undefined) throw new Error(`${source.id} has nothing to count`);
      const results = first.runs.map((config) => {
        const run = new LabRun({ ...config, accesses: 20_000 });
        while (!run.advance(20_000));
        return resultOf(run);
      });
      expect(first.value(results)).toMatch(/\([\d,]+ (of|for) [\d,]+\)$/);
    }
  });

  it('of an mprotect are one trap for each store where stores trap, and one call where they wait', () => {
    const prices = new Map(mprotectPrices(8).map(({ scheme, price }) => [scheme, price]));
    expect(prices.get('native')).toMatchObject({ traps: 0, calls: 0, locked: 8 });
    expect(prices.get('trap')).toMatchObject({ traps: 16 });
    expect(prices.get('unsync')).toMatchObject({ traps: 1, calls: 0 });
    expect(prices.get('preserve-ad')).toMatchObject({ traps: 0, calls: 1, queued: 8 });
  });
});
