import fc from 'fast-check';
import { expect, test } from 'vitest';
import { revealing, shifted, zoomed } from './lanes';

const length = fc.integer({ min: 1, max: 1_000_000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** A view somewhere in a run, reached by zooming into the whole of it. */
const view = fc
  .record({ length, at: share, factor: fc.double({ min: 0.001, max: 1, noNaN: true }) })
  .map((given) => ({
    length: given.length,
    span: zoomed(
      { from: 0, to: Math.max(1, given.length) },
      given.length,
      given.factor,
      given.at * given.length,
    ),
  }));

test('a view never leaves the run, however it is zoomed and moved', () => {
  fc.assert(
    fc.property(
      view,
      share,
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.integer(),
      (given, at, factor, by) => {
        const around = given.span.from + at * (given.span.to - given.span.from);
        const next = shifted(zoomed(given.span, given.length, factor, around), given.length, by);
        expect(next.from).toBeGreaterThanOrEqual(0);
        expect(next.to).toBeLessThanOrEqual(Math.max(given.length, 12) + 1e-6);
        expect(next.to).toBeGreaterThan(next.from);
      },
    ),
  );
});

test('after revealing a step it is in view, and a view that had it is left alone', () => {
  fc.assert(
    fc.property(view, share, (given, at) => {
      const step = Math.round(at * given.length);
      const next = revealing(given.span, given.length, step);
      expect(step).toBeGreaterThanOrEqual(next.from - 1e-6);
      expect(step).toBeLessThanOrEqual(next.to + 1e-6);
      expect(revealing(next, given.length, (next.from + next.to) / 2)).toBe(next);
    }),
  );
});

test('zooming keeps the step under the pointer where it is, unless an end of the run is in the way', () => {
  fc.assert(
    fc.property(view, share, (given, at) => {
      const width = given.span.to - given.span.from;
      fc.pre(width > 100);
      const around = given.span.from + at * width;
      const next = zoomed(given.span, given.length, 0.5, around);
      expect((around - next.from) / (next.to - next.from)).toBeCloseTo(at, 6);
    }),
  );
});
