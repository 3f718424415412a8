import { describe, expect, it } from 'vitest';
import { appetiteNames } from './appetites';
import { hunt, huntTrace, PROTECTIONS } from './hunt';

/** One seed each; `npm run soak -- protections` takes ten. */
const SEED = 1;

describe('with one protection off', () => {
  it.each(PROTECTIONS.map((one) => [one.name, one] as const))(
    '%s: random guests find what it protects',
    { timeout: 600_000 },
    (_, protection) => {
      const hunted = hunt(protection, SEED);
      expect(hunted.driven, huntTrace(hunted)).toBeDefined();
    },
  );
});

describe('an appetite', () => {
  it('is for a switch that there is', () => {
    const names = PROTECTIONS.map((one) => one.name);
    expect(appetiteNames().filter((name) => !names.includes(name))).toEqual([]);
  });
});
