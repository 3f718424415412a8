import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioTexts, withoutSpans } from '../testing/scenarioTexts';
import { parse } from './parse';
import { print } from './print';

describe('printing and parsing', () => {
  it('are inverse: what is printed reads back as the same tree, without complaint', () => {
    fc.assert(
      fc.property(scenarioTexts(), (ast) => {
        const text = print(ast);
        const { ast: back, diagnostics } = parse(text);
        expect(diagnostics, text).toEqual([]);
        expect(withoutSpans(back), text).toEqual(withoutSpans(ast));
      }),
      { numRuns: 150 },
    );
  });

  it('settle at once: formatting a formatted text changes nothing', () => {
    fc.assert(
      fc.property(scenarioTexts(), (ast) => {
        const once = print(ast);
        expect(print(parse(once).ast)).toBe(once);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps lines within 100 columns wherever a list or a text can be broken', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 30, maxLength: 60 }), (list) => {
        const text = print({ items: [{ kind: 'about', words: list.join(' '), from: 0, to: 0 }] });
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(101);
      }),
    );
  });

  it('takes any text at all: reading never fails, and every place it names is in the text', () => {
    const anything = fc.oneof(
      fc.string(),
      scenarioTexts().map(print),
      fc
        .tuple(scenarioTexts().map(print), fc.nat(), fc.string())
        .map(
          ([text, at, more]) =>
            text.slice(0, at % (text.length + 1)) + more + text.slice(at % (text.length + 1)),
        ),
    );
    fc.assert(
      fc.property(anything, (text) => {
        for (const d of parse(text).diagnostics) {
          expect(d.from).toBeGreaterThanOrEqual(0);
          expect(d.to).toBeLessThanOrEqual(text.length);
          expect(d.from).toBeLessThanOrEqual(d.to);
        }
      }),
      { numRuns: 100 },
    );
  });
});
