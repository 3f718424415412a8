import { describe, expect, it } from 'vitest';
import { LINK_VERSION } from '../version';
import { UPGRADERS } from '.';
import { type Upgrader, upgrade } from './upgrader';

/** A made-up history: version 2 renames a field, version 3 puts it in a list. */
const HISTORY: readonly Upgrader[] = [
  {
    to: 2,
    says: '`script` became `text`.',
    upgrade: (plain) => {
      const { script, ...rest } = plain as Record<string, unknown>;
      return { ...rest, text: script };
    },
  },
  {
    to: 3,
    says: '`text` became a list, so that several can be compared.',
    upgrade: (plain) => {
      const { text, ...rest } = plain as Record<string, unknown>;
      return { ...rest, texts: [text] };
    },
  },
];

describe('upgraders', () => {
  it.each([
    [1, { script: 'a', at: 4 }],
    [2, { text: 'a', at: 4 }],
    [3, { texts: ['a'], at: 4 }],
  ])('bring version %d to the newest form, each step once and in order', (from, plain) => {
    const frozen = Object.freeze(plain);
    expect(upgrade(frozen, from, HISTORY)).toEqual({ texts: ['a'], at: 4 });
  });

  it('of the real history lead from 1 to the present version without a gap, each saying what changed', () => {
    expect(UPGRADERS.map(({ to }) => to)).toEqual(Array.from({ length: LINK_VERSION - 1 }, (_, i) => i + 2));
    expect(UPGRADERS.filter(({ says }) => says.length < 20)).toEqual([]);
  });
});
