import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LINK_VERSION } from '../version';
import { dictionaryOf } from '.';

/** One row per published version, never edited: with another dictionary, every link of that version would be unreadable. */
const PUBLISHED: readonly string[] = ['3c3717cb7b1f17cadd0df4c6ef97f853e5fce4c345198f3dff833bb61cdb4e46'];

describe('dictionaries', () => {
  it('are what they were when their version was published', () => {
    const now = PUBLISHED.map((_, i) =>
      createHash('sha256')
        .update(dictionaryOf(i + 1))
        .digest('hex'),
    );
    expect(now).toEqual(PUBLISHED);
  });

  it('are there for every version', () => {
    expect(PUBLISHED).toHaveLength(LINK_VERSION);
    expect(() => dictionaryOf(LINK_VERSION + 1)).toThrow(/dictionary of links of version/);
  });
});
