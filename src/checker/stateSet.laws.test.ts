import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../base';
import { StateSet } from './stateSet';

describe('the set of states', () => {
  it('knows exactly the keys it was given, and their numbers', () => {
    // Few values, so that keys come again and halves come alone: 0:0, 0:1, 1:0.
    const half = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 200 }), (keys) => {
        const plain = new StateSet();
        const numbered = new StateSet(true);
        const known = new Map<string, number>();
        for (const [lo, hi] of keys) {
          const before = known.get(`${lo}:${hi}`);
          expect(numbered.add(lo, hi)).toBe(before === undefined ? known.size : -1 - before);
          expect(plain.add(lo, hi)).toBe(before === undefined ? known.size : -1);
          if (before === undefined) known.set(`${lo}:${hi}`, known.size);
        }
        expect(plain.size).toBe(known.size);
      }),
    );
  });

  it('keeps all of them while it grows, in at most 32 bytes each', () => {
    const set = new StateSet();
    const draw = new Random(7);
    const keys = Array.from({ length: 70_000 }, () => [draw.word() | 0, draw.word() | 0] as const);
    expect(keys.filter(([lo, hi]) => set.add(lo, hi) < 0)).toEqual([]);
    expect(keys.filter(([lo, hi]) => set.add(lo, hi) !== -1)).toEqual([]);
    expect(set.size).toBe(keys.length);
    expect(set.bytes / set.size).toBeLessThanOrEqual(32);
  });
});
