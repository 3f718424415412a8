import { describe, expect, it } from 'vitest';
import { appetiteNames } from './appetites';
import { hunt, huntTrace, PROTECTIONS } from './hunt';

/** One seed each; `npm run soak -- protections` takes ten. Where the first takes thousands of operations, one that takes fewer. */
const SEED = 1;
const SOONER: Readonly<Record<string, number>> = {
  'fixup-eviction': 4,
  'fl1-fixups': 8,
  'late-recheck': 7,
  'late-resync': 8,
  'oos-before-magic': 8,
  'prealloc-first': 8,
  'resync-linked': 5,
  'resync-new-path': 5,
  'resync-promoted': 6,
  'skip-verify-locked': 7,
  'snapshot-update-prefetch': 6,
  'unshadow-flush': 3,
  'validate-flush': 8,
};

describe('with one protection off', () => {
  it.each(PROTECTIONS.map((one) => [one.name, one] as const))(
    '%s: random guests find what it protects',
    { timeout: 600_000 },
    (_, protection) => {
      const hunted = hunt(protection, SOONER[protection.name] ?? SEED);
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
