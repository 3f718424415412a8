import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Offsets } from './offsets';

describe('offsets', () => {
  it('give back every position, near or far, also after having grown', () => {
    const distance = fc.oneof(
      { weight: 20, arbitrary: fc.nat({ max: 40 }) },
      { weight: 1, arbitrary: fc.nat({ max: 200_000 }) },
    );
    fc.assert(
      fc.property(fc.array(distance, { minLength: 1, maxLength: 3000 }), (distances) => {
        const offsets = new Offsets();
        const positions: number[] = [];
        let position = 0;
        for (const d of distances) {
          position += d;
          positions.push(position);
          offsets.push(position);
        }
        expect(positions.map((_, i) => offsets.at(i))).toEqual(positions);
      }),
    );
  });

  it('take little more than two bytes a step', () => {
    const offsets = new Offsets();
    for (let i = 0; i < 1 << 16; i++) offsets.push(i * 15);
    expect(offsets.bytes / (1 << 16)).toBeLessThan(2.3);
  });
});
