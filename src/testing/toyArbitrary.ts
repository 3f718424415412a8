import fc from 'fast-check';
import { TOY_CELLS, TOY_LOCKS, type Toy, type ToyStep } from './toyModel';

const MOST_STEPS = 4;
const cell = fc.nat(TOY_CELLS - 1);
const lock = fc.nat(TOY_LOCKS - 1);
const by = fc.constantFrom(1, 1, 2, 3);
const to = fc.nat(MOST_STEPS);

const anyToyStep: fc.Arbitrary<ToyStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), cell, by }) },
  fc.record({ kind: fc.constant('pick' as const), cell, from: fc.integer({ min: 2, max: 3 }) }),
  // Often, or models of so few steps would hardly ever get stuck.
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('take' as const, 'free' as const), lock }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('post' as const), cell, value: fc.integer({ min: 1, max: 2 }) }),
  },
  fc.record({ kind: fc.constant('fence' as const) }),
  fc.record({ kind: fc.constant('own' as const), by }),
  fc.record({ kind: fc.constant('turn' as const), value: fc.nat(3), to }),
  fc.record({ kind: fc.constant('jump' as const), cell, value: fc.nat(3), to }),
);

/** A value for each cell, not all zero: small ones, which programs this short come to. */
const bad = fc
  .array(fc.constantFrom(0, 0, 1, 2), { minLength: TOY_CELLS, maxLength: TOY_CELLS })
  .filter((values) => values.some((v) => v !== 0));

const program = fc.array(anyToyStep, { minLength: 1, maxLength: MOST_STEPS });

/** Two or three actors of up to four steps, with loops, locks and branches, and an invariant that may break, but not at once. */
export const anyToy: fc.Arbitrary<Toy> = fc.record({
  programs: fc.array(program, { minLength: 2, maxLength: 3 }),
  bad,
});

/** Two or three actors of the same program. */
export const alikeToy: fc.Arbitrary<Toy> = fc
  .tuple(program, fc.integer({ min: 2, max: 3 }), bad)
  .map(([one, actors, values]) => ({ programs: Array.from({ length: actors }, () => one), bad: values }));
