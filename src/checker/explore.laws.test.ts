import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyToy as toy } from '../testing/toyArbitrary';
import { toySubject } from '../testing/toyModel';
import { toyFacts } from '../testing/toyReference';
import { shortest, verify } from './explore';
import { findRace } from './race';
import { replay } from './replay';

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
    );
  });

  it('finds something wrong exactly where there is, by a schedule that does it again, breadth-first by the shortest to anything of its kind', () => {
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
        if (wide.kind === 'violation') expect(wide.schedule.length).toBe(facts.nearestBad);
        if (wide.kind === 'deadlock') expect(wide.schedule.length).toBe(facts.nearestDeadlock);
      }),
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
    );
  });

  it('tells a livelock of fused moves, too', () => {
    fc.assert(
      fc.property(toy, ({ programs }) => {
        const facts = toyFacts({ programs });
        const kind = facts.nearestDeadlock !== undefined ? 'deadlock' : facts.livelock ? 'livelock' : 'holds';
        for (const subject of [toySubject({ programs }), toySubject({ programs }, { noted: 'all' })]) {
          expect(shortest(subject, { livelocks: true, fuse: true }).kind).toBe(kind);
          const { outcome, counterexample } = findRace(subject, { livelocks: true });
          expect(outcome.kind).toBe(kind);
          if (counterexample === undefined) continue;
          expect(replay(subject, counterexample.schedule).steps).toBe(counterexample.schedule.length);
        }
      }),
      // Models with endless loops take their time.
      { numRuns: 30 },
    );
  });
});
