import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildWorld } from '../engine';
import { designs } from '../hypervisor';
import { Store } from '../kernel';
import { resolved } from '../testing/library';
import { anyToy } from '../testing/toyArbitrary';
import { type Toy, toySubject } from '../testing/toyModel';
import { shortest, verify } from './explore';
import { outcomeText } from './outcome';
import { replay } from './replay';
import type { Subject } from './subject';

/** Both add 1; whoever is first, the cells are the same when both are done, and so is what comes after. */
const either: Toy = {
  programs: [0, 1].map(() => [{ kind: 'add', cell: 0, by: 1 }]),
  bad: [2, 0, 0],
};

/** Whether anything breaks, the slow and obvious way: states are told apart by every cell there is. */
function everBroken({ world, invariants }: Subject): boolean {
  const { store } = world;
  const seen = new Set<string>();
  const visit = (): boolean => {
    const key = store.cells.slice(0, store.size).join();
    if (seen.has(key)) return false;
    seen.add(key);
    for (const { check, part } of invariants) if (check(world.part(part) as never).length > 0) return true;
    for (const { index } of world.actors)
      for (let branch = 0, branches = 1; branch < branches; branch++) {
        const { mark } = store;
        const took = world.tryStep(index, branch);
        branches = world.branches;
        const broken = took && visit();
        store.undo(mark);
        if (broken) return true;
      }
    return false;
  };
  return visit();
}

describe('what an invariant remembers', () => {
  it('is merged away where nobody says that it does: then something seems to hold', () => {
    expect(verify(toySubject(either, { blame: { actor: 1, secret: true } })).kind).toBe('holds');
    expect(shortest(toySubject(either, { blame: { actor: 1, secret: true } })).kind).toBe('holds');
  });

  it('tells states apart where it is said, so the verdict is right and its schedule does it again', () => {
    const subject = toySubject(either, { blame: { actor: 1 } });
    const { hash } = subject.world.store;
    for (const outcome of [verify(subject), shortest(subject)]) {
      if (outcome.kind !== 'violation') throw new Error(outcomeText(outcome));
      expect(outcome.schedule).toEqual([{ actor: 1 }, { actor: 0 }]);
      expect(replay(subject, outcome.schedule).violation).toEqual(outcome.violation);
      expect(subject.world.store.hash).toBe(hash);
    }
  });

  it('is never missed in generated models, with and without reductions', () => {
    fc.assert(
      fc.property(anyToy, fc.nat(1), fc.boolean(), (toy, actor, noted) => {
        const subject = toySubject(toy, {
          stuckIsEnd: true,
          blame: { actor },
          ...(noted && { noted: 'all' }),
        });
        const kind = everBroken(subject) ? 'violation' : 'holds';
        expect(verify(subject).kind).toBe(kind);
        expect(verify(subject, { fuse: true, reduce: true }).kind).toBe(kind);
        expect(shortest(subject, { fuse: true }).kind).toBe(kind);
      }),
      { numRuns: 50 },
    );
  });

  it('is no part of the identity of a world that is not explored', () => {
    const subject = toySubject(either, { blame: { actor: 1, secret: true } });
    const { world } = subject;
    const hashes = [
      [0, 1],
      [1, 0],
    ].map((order) => {
      const { mark } = world.store;
      for (const actor of order) world.step(actor);
      const { hash } = world.store;
      world.store.undo(mark);
      return hash;
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('of the past, which no state shows, is said', () => {
    const covered = { states: 2, transitions: 1, depth: 1, bytes: 0, violations: 0, deadlocks: 0 };
    expect(outcomeText({ kind: 'holds', covered, tried: ['I11'] })).toMatch(
      /I11 is judged by what happened on the way to a state, so it holds on the ways tried\.$/,
    );
    expect(outcomeText({ kind: 'holds', covered })).not.toMatch(/tried/);
  });
});

/** They are asked after every so many steps. */
const SAMPLE = 11;

/** Notes what is read outside of the identity, and whether the journal is. */
class WatchedStore extends Store {
  readonly reads = new Set<number>();

  override get(cell: number): number {
    this.reads.add(cell);
    return super.get(cell);
  }
}

describe('invariants of the designs', () => {
  it.each(['stale-walk', 'kvm-three-vcpus-three-numbers', 'nested-no-invept'])(
    'say which witnesses they read and whether they read the journal (%s)',
    (id) => {
      const { spec, design } = resolved(id);
      const store = new WatchedStore();
      const { world } = buildWorld(spec, design, store);
      const witnesses = store.regions.filter(({ witness }) => witness);
      expect(witnesses.length).toBeGreaterThan(0);
      const said = new Set<string>();
      for (let step = 0, idle = 0; step < 4000 && idle < world.actors.length; step++) {
        idle = world.tryStep(step % world.actors.length) ? 0 : idle + 1;
        if (step % SAMPLE !== 0) continue;
        for (const { name, part, check, remembers } of design.invariants) {
          store.reads.clear();
          const { lookedBack } = store;
          check(world.part(part) as never);
          if (remembers === 'journal') continue;
          expect(store.lookedBack, `${name} looks back`).toBe(lookedBack);
          const mine = remembers?.(world.part(part) as never) ?? [];
          if (mine.length > 0) said.add(name);
          for (const region of witnesses)
            if (!mine.includes(region))
              for (let cell = region.base; cell < region.base + region.cells; cell++)
                expect(store.reads.has(cell), `${name} reads ${region.name} and does not say so`).toBe(false);
        }
      }
      expect(said.size).toBeGreaterThan(0);
    },
    60_000,
  );

  it('know of nothing outside of the identity but witnesses and counters', () => {
    for (const id of ['stale-walk', 'kvm-three-vcpus-three-numbers', 'nested-no-invept']) {
      const { spec, design } = resolved(id);
      const { world } = buildWorld(spec, design);
      const others = world.store.regions.filter(({ identity, witness }) => !identity && !witness);
      expect(others.map(({ name }) => name)).toEqual(['counters']);
    }
    expect([...designs.keys()].length).toBeGreaterThan(3);
  });
});
