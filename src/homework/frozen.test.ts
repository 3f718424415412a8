import { describe, expect, it } from 'vitest';
import { fnv1a, hex } from '../base';
import { LEVELS } from './exercise';
import { GENERATORS } from './registry';
import { makeExercise } from './seed';

/**
 * What seed 1 asks, by generator and version, one fingerprint per level: of the sheet alone, never of its answers, which are the
 * engine's and may be put right. A link names generator, seed and version and must mean the same sheet for ever, so rows are added
 * and never changed: what a generator draws or asks may differ only under a new version.
 */
const SHEETS: Readonly<Record<string, readonly string[]>> = {
  'walk/1': ['ca794a73', 'f49938e9', '7259539f'],
  'faults/1': ['86f29d9f', 'eacdb8e7', '9e666b41'],
  'derivation/1': ['bfb0d485', '0e8d2159', 'bee1a6ce'],
  'resync/1': ['5bff151e', '40fda48f', '81333b94'],
  'hash/1': ['a8cd5d56', 'e0291070', 'a7583944'],
  'memory-order/1': ['1ff03898', 'ce926f20', '0a0bef6a'],
  'backlinks/1': ['b2f44a3b', '4e0ce148', '9e4bb14e'],
  'mprotect/1': ['6317ed25', '96e073c3', '7cf4591b'],
};

describe('the sheet that a link names stays the same', () => {
  it.each(GENERATORS)('$name, version $version', (generator) => {
    const found = LEVELS.map((level) =>
      hex(fnv1a(JSON.stringify(makeExercise(generator, 1, 0, level).exercise)), 8),
    );
    expect(found).toEqual(SHEETS[`${generator.name}/${generator.version}`]);
  });

  it('has a row for every generator, and none for what there is no more', () => {
    expect(Object.keys(SHEETS).sort()).toEqual(GENERATORS.map((g) => `${g.name}/${g.version}`).sort());
  });
});
