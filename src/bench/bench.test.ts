import { describe, expect, it } from 'vitest';
import { median, quantile, timeEach, wholeArg } from './bench';
import { readCommandLine } from './commandLine';
import { jsonLine, tableOf } from './print';

describe('statistics', () => {
  it('take the middle of an odd and between the two middles of an even number of values, in any order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('interpolate a quantile and refuse an empty sample', () => {
    expect(quantile([0, 10, 20, 30, 40], 0.95)).toBeCloseTo(38);
    expect(() => quantile([], 0.5)).toThrow(/at least once/);
  });

  it('leave the warm-up out', () => {
    let calls = 0;
    const times = timeEach(() => calls++, 3, 2);
    expect(calls).toBe(5);
    expect(times).toHaveLength(3);
  });
});

describe('the command line', () => {
  it('gives filters, the benches’ own options and --json', () => {
    expect(readCommandLine(['checker', '--n', '2', '--fence', '0', '--json', '--quick'])).toEqual({
      filters: ['checker'],
      json: true,
      args: { n: '2', fence: '0', quick: '' },
    });
  });

  it('does not take a name after --json for its value', () => {
    expect(readCommandLine(['--json', 'checker'])).toEqual({ filters: ['checker'], json: true, args: {} });
  });

  it('names an option that is no number', () => {
    expect(() => wholeArg({ n: 'two' }, 'n', 2)).toThrow(
      '--n is "two", expected a whole number. Example: --n 2.',
    );
    expect(wholeArg({}, 'n', 2)).toBe(2);
  });
});

describe('what is printed', () => {
  const measures = [
    { name: 'states', value: 4479, unit: '' },
    { name: 'seconds', value: 0.01234567, unit: 's', target: '< 1 s' },
  ];

  it('is one JSON line with the figures as they are', () => {
    expect(jsonLine('checker', measures)).toBe('{"bench":"checker","states":4479,"seconds":0.01234567}');
  });

  it('is a table with unit and target', () => {
    expect(tableOf(measures)).toBe('  states      4479\n  seconds  0.01235 s   target < 1 s');
  });
});
