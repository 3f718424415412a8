import { describe, expect, it } from 'vitest';
import { buildWorld } from '../engine';
import { designs } from '../hypervisor';
import { store as storeOp, tinySpec } from '../testing/tinySpec';
import { type Toy, toySubject } from '../testing/toyModel';
import { shortest, verify } from './explore';
import { outcomeText } from './outcome';
import { subjectOf } from './subject';

/** Two actors that add to the same two cells: 3 x 3 states. */
const grid: Toy = {
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
};

const crossed: Toy = {
  programs: [
    [
      { kind: 'take', lock: 0 },
      { kind: 'take', lock: 1 },
      { kind: 'free', lock: 1 },
      { kind: 'free', lock: 0 },
    ],
    [
      { kind: 'take', lock: 1 },
      { kind: 'take', lock: 0 },
      { kind: 'free', lock: 0 },
      { kind: 'free', lock: 1 },
    ],
  ],
};

describe('an exploration', () => {
  it('visits every interleaving once: two actors of two steps have nine states and twelve steps', () => {
    expect(verify(toySubject(grid)).covered).toMatchObject({ states: 9, transitions: 12, depth: 4 });
    expect(shortest(toySubject(grid)).covered).toMatchObject({ states: 9, transitions: 12, depth: 4 });
  });

  it('takes every branch of a step', () => {
    const subject = toySubject({ programs: [[{ kind: 'pick', cell: 0, from: 3 }]], bad: [2, 0, 0] });
    expect(shortest(subject)).toMatchObject({ kind: 'violation', schedule: [{ actor: 0, branch: 2 }] });
  });

  it('says who is stuck in a deadlock', () => {
    const outcome = shortest(toySubject(crossed));
    expect(outcome).toMatchObject({ kind: 'deadlock', schedule: [{ actor: 0 }, { actor: 1 }] });
    expect(outcomeText(outcome)).toMatch(
      /^Deadlock after 2 steps: nobody can run, and actor 0 and actor 1 are not done\./,
    );
  });

  it('says who goes round in a livelock, and does not call an unlucky schedule one', () => {
    const waits: Toy = {
      programs: [[{ kind: 'jump', cell: 0, value: 0, to: 0 }], [{ kind: 'add', cell: 0, by: 1 }]],
    };
    expect(shortest(toySubject(waits), { livelocks: true }).kind).toBe('holds');
    const forEver: Toy = { programs: [[{ kind: 'jump', cell: 0, value: 0, to: 0 }], []] };
    const outcome = shortest(toySubject(forEver), { livelocks: true });
    expect(outcome).toMatchObject({ kind: 'livelock', schedule: [], cycle: [{ actor: 0 }] });
    expect(outcomeText(outcome)).toContain('actor 0 can go round for ever');
  });

  it('evaluates an invariant only where it holds by right', () => {
    const underLock: Toy = {
      programs: [
        [
          { kind: 'take', lock: 0 },
          { kind: 'add', cell: 0, by: 1 },
          { kind: 'add', cell: 0, by: 1 },
          { kind: 'free', lock: 0 },
        ],
      ],
      bad: [1, 0, 0],
    };
    expect(verify(toySubject(underLock)).kind).toBe('violation');
    expect(verify(toySubject(underLock, { when: 'release' })).kind).toBe('holds');
    const released = verify(toySubject({ ...underLock, bad: [2, 0, 0] }, { when: 'release' }));
    expect(released).toMatchObject({ kind: 'violation', schedule: { length: 4 } });
  });

  it('stops at a bound, and says which and what was covered', () => {
    for (const explore of [verify, shortest]) {
      const states = explore(toySubject(grid), { bounds: { states: 5 } });
      expect(states).toMatchObject({ kind: 'bound', bound: 'states', limit: 5, covered: { states: 5 } });
      expect(outcomeText(states)).toMatch(/^Stopped at the bound of 5 states\. .*5 states, .*is not known/);
      const depth = explore(toySubject(grid), { bounds: { depth: 2 } });
      expect(depth).toMatchObject({ kind: 'bound', bound: 'depth', covered: { depth: 2 } });
    }
    const bytes = verify(toySubject(grid), { bounds: { bytes: 1 } });
    expect(bytes.kind).toBe('holds'); // Bytes are added up now and then only: so small a space is done before.
  });

  it('reports how far it has come and stops when told to, with the world back in its first state', () => {
    const program = Array.from({ length: 14 }, () => ({ kind: 'add', cell: 0, by: 1 }) as const);
    const large: Toy = { programs: [program, program, program, program] };
    for (const explore of [verify, shortest]) {
      const subject = toySubject(large);
      const { hash } = subject.world.store;
      const seen: number[] = [];
      const outcome = explore(subject, {}, ({ states }) => (seen.push(states) === 2 ? 'stop' : 'go-on'));
      expect(outcome.kind).toBe('cancelled');
      expect(outcome.covered.states).toBe(seen[1]);
      expect(seen[1]).toBeLessThan(15 ** 4);
      expect(subject.world.store.hash).toBe(hash);
      const limited = explore(toySubject(large), { bounds: { bytes: 500_000 } });
      expect(limited).toMatchObject({ kind: 'bound', bound: 'bytes' });
    }
  });

  it('explores a scenario as well as a model', () => {
    const native = designs.get('native');
    if (native === undefined) throw new Error('bare hardware is registered');
    const built = buildWorld(tinySpec([[storeOp(0, 1)], [storeOp(0, 2)]]), native);
    const outcome = verify(subjectOf(built));
    expect(outcome.kind).toBe('holds');
    expect(outcome.covered.states).toBeGreaterThan(100);
    const reduced = verify(subjectOf(built), { reduce: true });
    expect(reduced.kind).toBe('holds');
    expect(reduced.covered.states).toBeLessThan(outcome.covered.states);
  });
});
