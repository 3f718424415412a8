import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimalSets } from './minimalSets';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const subset = fc.subarray(NAMES);

/** Drives the search with a rule of what is safe. Counts the questions. */
function found(isSafe: (kept: ReadonlySet<string>) => boolean): { sets: string[]; asked: number } {
  const ask = minimalSets(NAMES);
  let asked = 0;
  let step = ask.next();
  while (step.done !== true) {
    asked++;
    step = ask.next(isSafe(step.value));
  }
  return { sets: step.value.map((set) => [...set].sort().join()).sort(), asked };
}

describe('the smallest safe sets', () => {
  it('are all found, and only they, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(subset, { maxLength: 4 }), (given) => {
        // Safe is what contains one of the given sets; the smallest are those that contain no other.
        const smallest = given.filter(
          (one) => !given.some((other) => other.length < one.length && other.every((n) => one.includes(n))),
        );
        const expected = [...new Set(smallest.map((set) => [...set].sort().join()))].sort();
        const { sets, asked } = found((kept) => given.some((set) => set.every((n) => kept.has(n))));
        expect(sets).toEqual(expected);
        expect(asked).toBeLessThanOrEqual(2 ** NAMES.length + NAMES.length);
      }),
    );
  });

  it('are found with few questions where most protections do not matter', () => {
    expect(found((kept) => kept.has('a') && kept.has('b'))).toEqual({ sets: ['a,b'], asked: 8 });
    expect(found(() => true)).toEqual({ sets: [''], asked: 6 });
    expect(found(() => false)).toEqual({ sets: [], asked: 1 });
  });
});
