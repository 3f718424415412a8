import { describe, expect, it } from 'vitest';
import { countCheck, countClosingLine, countPlaywright, countVitest, sum } from './counts';

const vitest = (over: object) =>
  JSON.stringify({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...over,
  });
const playwright = (stats: object, errors: unknown[] = []) =>
  JSON.stringify({ stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors });

describe('a failure is never lost from the counts', () => {
  it.each([
    ['a check that exits with 2', countCheck(2)],
    ['an oracle that dies before its closing line', countClosingLine('case 1: expected #PF\n', 1)],
    [
      'an oracle that prints something after its closing line',
      countClosingLine('3 passed, 0 failed\ndone\n', 0),
    ],
    ['an oracle that compares nothing', countClosingLine('0 passed, 0 failed\n', 0)],
    ['an oracle that exits with 1 though it counts no failure', countClosingLine('3 passed, 0 failed\n', 1)],
    ['vitest without a report', countVitest(null, 0)],
    ['vitest without a test', countVitest(vitest({ numPassedTests: 0 }), 0)],
    ['vitest with an unhandled error', countVitest(vitest({}), 1)],
    [
      'a test file that cannot be imported',
      countVitest(vitest({ testResults: [{ status: 'failed', assertionResults: [] }] }), 1),
    ],
    ['playwright without a report', countPlaywright(null, 1)],
    ['a test that passes at times', countPlaywright(playwright({ flaky: 1 }), 0)],
    ['an error outside of any e2e test', countPlaywright(playwright({}, [{ message: 'no server' }]), 1)],
  ])('%s', (_what, counts) => {
    expect(counts.failed).toBe(1);
  });
});

describe('the counts are the reports’ own', () => {
  it('of an oracle', () => {
    expect(countClosingLine('case 7: expected 0x5\n998 passed, 2 failed\n', 1)).toEqual({
      passed: 998,
      failed: 2,
      skipped: 0,
    });
  });

  it('of vitest, a failing file with tests being counted by its tests', () => {
    const report = vitest({
      numFailedTests: 2,
      testResults: [{ status: 'failed', assertionResults: [{}, {}] }],
    });
    expect(countVitest(report, 1)).toEqual({ passed: 5, failed: 2, skipped: 0 });
  });

  it('of playwright', () => {
    expect(countPlaywright(playwright({ unexpected: 2, skipped: 1 }), 1)).toEqual({
      passed: 3,
      failed: 2,
      skipped: 1,
    });
  });

  it('and are added up', () => {
    expect(sum([countCheck(0), countCheck(1), countClosingLine('4 passed, 0 failed', 0)])).toEqual({
      passed: 5,
      failed: 1,
      skipped: 0,
    });
  });
});
