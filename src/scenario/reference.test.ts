import { describe, expect, it } from 'vitest';
import { parse } from './parse';
import { print } from './print';
import { REFERENCE, referenceOf } from './reference';

describe('the language reference', () => {
  it.each(REFERENCE.flatMap((entry) => entry.examples.map((example) => [entry.keyword, example] as const)))(
    '%s: the example `%s` reads without complaint',
    (keyword, example) => {
      const { ast, diagnostics } = parse(example);
      expect(diagnostics).toEqual([]);
      const words = print(ast)
        .split('\n')
        .map((line) => line.trim().split(' ')[0]);
      expect(words).toContain(keyword);
    },
  );

  it('has a sentence and an example for every keyword, and no keyword twice', () => {
    const all = REFERENCE.flatMap((entry) => [entry.keyword, ...entry.also]);
    expect(new Set(all).size).toBe(all.length);
    for (const entry of REFERENCE) {
      expect(entry.says, entry.keyword).toMatch(/^[A-Z"'].*[.]$/s);
      expect(entry.examples.length, entry.keyword).toBeGreaterThan(0);
    }
  });

  it('knows other words for the same thing', () => {
    expect(referenceOf('era')?.keyword).toBe('profile');
    expect(referenceOf('nonsense')).toBeUndefined();
  });
});
