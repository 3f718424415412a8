import { describe, expect, it } from 'vitest';
import { type Toy, toySubject } from '../testing/toyModel';
import { fpf } from './models/fpf';
import { findRace, RaceSearch } from './race';
import { replay } from './replay';
import { shrinkSwitches, switchesOf } from './shrink';
import type { Subject } from './subject';

/** Takes a whole schedule and tells how it ended. */
const ends = (subject: Subject, schedule: Parameters<typeof replay>[1]) => replay(subject, schedule);

/** Two that add 1 to what they have read: a lost update. `turn` keeps what was read apart from what is written. */
const lost: Toy = {
  programs: [0, 1].map(() => [
    { kind: 'jump', cell: 0, value: 1, to: 2 },
    { kind: 'add', cell: 1, by: 1 },
    { kind: 'add', cell: 0, by: 1 },
  ]),
  bad: [2, 2, 0],
};

describe('a race', () => {
  it('is told by its shortest schedule, in as few turns as it can be', () => {
    const subject = toySubject(lost, { stuckIsEnd: true });
    const { outcome, counterexample } = findRace(subject);
    expect(outcome.kind).toBe('violation');
    expect(counterexample).toMatchObject({ shortest: true, stuck: [], violation: { invariant: 'TOY' } });
    expect(counterexample?.schedule).toHaveLength(6);
    expect(counterexample?.switches).toBe(2);
    expect(replay(subject, counterexample?.schedule ?? []).violation?.invariant).toBe('TOY');
  });

  it('names the last choice that could have avoided it, and the nearest schedule that is safe', () => {
    const subject = toySubject(lost, { stuckIsEnd: true });
    const { counterexample } = findRace(subject);
    const { schedule = [], avoidable } = counterexample ?? {};
    if (avoidable === undefined) throw new Error('one of the orders is safe');
    // Once both have found cell 0 untouched, both will add to both cells.
    const readers = schedule
      .slice(0, avoidable.at + 1)
      .filter(({ actor }) => actor === schedule[avoidable.at]?.actor);
    expect(readers).toHaveLength(1);
    expect(avoidable.instead).not.toEqual(schedule[avoidable.at]);
    expect(avoidable.safe.slice(0, avoidable.at)).toEqual(schedule.slice(0, avoidable.at));
    expect(avoidable.safe[avoidable.at]).toEqual(avoidable.instead);
    const safe = ends(subject, avoidable.safe);
    expect(safe).toMatchObject({ steps: avoidable.safe.length, violation: undefined, goesOn: false });
  });

  it('can be one that nothing avoids', () => {
    const doomed: Toy = { programs: [[{ kind: 'add', cell: 0, by: 1 }]], bad: [1, 0, 0] };
    const { counterexample } = findRace(toySubject(doomed));
    expect(counterexample?.schedule).toHaveLength(1);
    expect(counterexample?.avoidable).toBeUndefined();
  });

  it('can be a deadlock, which says who is stuck', () => {
    const programs = [
      [0, 1],
      [1, 0],
    ].map((locks) => [
      ...locks.map((lock) => ({ kind: 'take' as const, lock })),
      ...locks.map((lock) => ({ kind: 'free' as const, lock })),
    ]);
    const { outcome, counterexample } = findRace(toySubject({ programs }));
    expect(outcome.kind).toBe('deadlock');
    expect(counterexample).toMatchObject({ violation: undefined, stuck: ['actor 0', 'actor 1'] });
    const { schedule = [], avoidable } = counterexample ?? {};
    expect(schedule.map(({ actor }) => actor).sort()).toEqual([0, 1]);
    expect(avoidable).toMatchObject({ at: 1, instead: schedule[0] });
  });

  it('is looked for among all orders: where there is none, everything holds', () => {
    const { outcome, counterexample } = findRace(fpf({ vcpus: 2, operations: 2, depth: 2, fence: true }));
    expect(outcome.kind).toBe('holds');
    expect(counterexample).toBeUndefined();
  });

  it('of the fast page fault without fences lies in what the missing fence would have ordered', () => {
    const subject = fpf({ vcpus: 2, operations: 1, depth: 2, fence: false });
    const { counterexample } = findRace(subject);
    if (counterexample?.avoidable === undefined) throw new Error('a fence avoids it');
    const { schedule, avoidable } = counterexample;
    expect(ends(subject, avoidable.safe)).toMatchObject({
      steps: avoidable.safe.length,
      violation: undefined,
    });
    // In the safe schedule the store that was overtaken has left its buffer first.
    const drains = (list: typeof schedule) => list.filter(({ actor }) => actor >= 2).length;
    expect(drains(avoidable.safe)).toBeGreaterThan(drains(schedule.slice(0, avoidable.at)));
  });

  it('leaves the world in its first state, also when it is cancelled in any phase', () => {
    const subject = toySubject(lost, { stuckIsEnd: true });
    const { hash } = subject.world.store;
    const phases = new Set<string>();
    for (let slices = 0; slices < 200; slices++) {
      const search = new RaceSearch(subject);
      for (let i = 0; i < slices; i++) search.advance(1);
      phases.add(search.phase);
      const result = search.cancel();
      expect(subject.world.store.hash).toBe(hash);
      if (search.phase !== 'verdict') expect(result.counterexample?.violation?.invariant).toBe('TOY');
    }
    expect([...phases].sort()).toEqual(['avoidable', 'shortest', 'verdict']);
  });

  it('says where a bound ended it, and then does not call its schedule the shortest', () => {
    const small = findRace(toySubject(lost, { stuckIsEnd: true }), { bounds: { states: 3 } });
    expect(small.outcome.kind).toBe('bound');
    expect(small.counterexample).toBeUndefined();
    const deep = findRace(toySubject(lost, { stuckIsEnd: true }), { bounds: { states: 12 } });
    expect(deep.counterexample?.shortest ?? false).toBe(false);
  });
});

describe('fewer changes of actor', () => {
  it('are looked for as long as the schedule still does it', () => {
    const subject = toySubject({
      programs: [
        [
          { kind: 'add', cell: 0, by: 1 },
          { kind: 'add', cell: 0, by: 1 },
        ],
        [
          { kind: 'add', cell: 1, by: 1 },
          { kind: 'add', cell: 1, by: 1 },
        ],
      ],
      bad: [2, 2, 0],
    });
    const turns = [0, 1, 0, 1].map((actor) => ({ actor }));
    const shrunk = shrinkSwitches(turns, (list) => replay(subject, list).violation !== undefined);
    expect(switchesOf(turns)).toBe(3);
    expect(switchesOf(shrunk)).toBe(1);
    expect(shrinkSwitches(turns, () => false)).toEqual(turns);
  });
});
