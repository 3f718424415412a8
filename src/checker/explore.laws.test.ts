import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOY_CELLS, TOY_LOCKS, type Toy, type ToyStep, toySubject } from '../testing/toyModel';
import { toyFacts } from '../testing/toyReference';
import { shortest, verify } from './explore';
import { replay } from './replay';

const MOST_STEPS = 4;
const cell = fc.nat(TOY_CELLS - 1);
const lock = fc.nat(TOY_LOCKS - 1);
const toyStep: fc.Arbitrary<ToyStep> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), cell, by: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('pick' as const), cell, from: fc.integer({ min: 2, max: 3 }) }),
  fc.record({ kind: fc.constantFrom('take' as const, 'free' as const), lock }),
  fc.record({ kind: fc.constant('jump' as const), cell, value: fc.nat(3), to: fc.nat(MOST_STEPS) }),
);
const toy: fc.Arbitrary<Toy> = fc.record({
  programs: fc.array(fc.array(toyStep, { maxLength: MOST_STEPS }), { minLength: 1, maxLength: 3 }),
  bad: fc.array(fc.nat(3), { minLength: TOY_CELLS, maxLength: TOY_CELLS }),
});

describe('exploring generated models', () => {
  it('counts states and steps as the slow and obvious way does, and leaves the world in its first state', () => {
    fc.assert(
      fc.property(toy, (model) => {
        const { states, transitions } = toyFacts(model);
        const subject = toySubject(model);
        const { hash } = subject.world.store;
        const outcome = verify(subject, { onWrong: 'count' });
        expect(outcome).toMatchObject({ kind: 'holds', covered: { states, transitions } });
        expect(subject.world.store.hash).toBe(hash);
        const good = toySubject({ programs: model.programs });
        const wide = shortest(good);
        if (wide.kind === 'holds') expect(wide.covered).toMatchObject({ states, transitions });
        expect(good.world.store.hash).toBe(hash);
      }),
      { numRuns: 120 },
    );
  });

  it('finds something wrong exactly where there is, by a schedule that does it again, and the shortest breadth-first', () => {
    fc.assert(
      fc.property(toy, (model) => {
        const facts = toyFacts(model);
        const nearest = Math.min(facts.nearestBad ?? Infinity, facts.nearestDeadlock ?? Infinity);
        const subject = toySubject(model);
        for (const outcome of [verify(subject), shortest(subject)]) {
          if (outcome.kind === 'holds') {
            expect(nearest).toBe(Infinity);
            continue;
          }
          if (outcome.kind !== 'violation' && outcome.kind !== 'deadlock')
            throw new Error(`came out as ${outcome.kind}`);
          const again = replay(subject, outcome.schedule);
          expect(again.steps).toBe(outcome.schedule.length);
          if (outcome.kind === 'violation') expect(again.violation).toEqual(outcome.violation);
          else expect(again.goesOn).toBe(false);
        }
        const wide = shortest(subject);
        if (wide.kind === 'violation') expect(wide.schedule.length).toBe(nearest);
        if (wide.kind === 'deadlock') expect(wide.schedule.length).toBe(facts.nearestDeadlock);
      }),
      { numRuns: 120 },
    );
  });

  it('tells a livelock exactly where no end can be reached any more, with a cycle that closes', () => {
    fc.assert(
      fc.property(toy, ({ programs }) => {
        const facts = toyFacts({ programs });
        const subject = toySubject({ programs });
        const outcome = shortest(subject, { livelocks: true });
        if (facts.nearestDeadlock !== undefined) {
          expect(outcome.kind).toBe('deadlock');
          return;
        }
        expect(outcome.kind).toBe(facts.livelock ? 'livelock' : 'holds');
        if (outcome.kind !== 'livelock') return;
        const { world } = subject;
        for (const { actor, branch } of outcome.schedule) world.step(actor, branch);
        const { hash } = world.store;
        for (const { actor, branch } of outcome.cycle) {
          expect(world.enabled(actor)).toBe(true);
          world.step(actor, branch);
        }
        expect(world.store.hash).toBe(hash);
      }),
      { numRuns: 120 },
    );
  });
});
