import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defined } from '../base';
import { alikeToy } from '../testing/toyArbitrary';
import { toySubject } from '../testing/toyModel';
import { type FpfSize, fpf } from './models/fpf';
import type { Subject } from './subject';
import { Canonical, type Symmetry } from './symmetry';

const SIZE: FpfSize = { vcpus: 3, operations: 2, depth: 2, fence: true };
const symmetryOf = (subject: Subject): Symmetry => defined(subject.symmetry, 'a declared symmetry');

function keyOf(subject: Subject): string {
  const canonical = new Canonical(subject.world.store, symmetryOf(subject));
  canonical.whole(0);
  return `${canonical.hi}:${canonical.lo}`;
}

/** The actor that stands for the same in another order of the members. */
function traded({ members }: Symmetry, order: readonly number[], actor: number): number {
  for (const [m, { actors }] of members.entries()) {
    const place = actors.indexOf(actor);
    if (place >= 0)
      return defined(members[order[m] ?? -1]?.actors[place], 'the same actor of another member');
  }
  return actor;
}

/** Takes the same walk in two worlds, in one of them with members traded; `look` is called after every step. */
function walkBoth(
  make: () => Subject,
  order: readonly number[],
  draws: readonly number[],
  look: (one: Subject, other: Subject, actor: number) => void,
): void {
  const one = make();
  const other = make();
  for (const draw of draws) {
    const able = one.world.actors.filter((a) => a.enabled());
    const chosen = able[draw % Math.max(1, able.length)];
    if (chosen === undefined) return;
    const branch = draw % 3;
    one.world.step(chosen.index, branch);
    other.world.step(traded(symmetryOf(one), order, chosen.index), branch);
    look(one, other, chosen.index);
  }
}

const draws = fc.array(fc.nat(1000), { maxLength: 60 });
const order = fc.constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]);

describe('a declared symmetry', () => {
  it('is true: whoever is which, the same happens, and the key is the same', () => {
    fc.assert(
      fc.property(order, draws, (trade, walk) => {
        walkBoth(
          () => fpf(SIZE),
          trade,
          walk,
          (one, other) => expect(keyOf(other)).toBe(keyOf(one)),
        );
      }),
    );
    fc.assert(
      fc.property(alikeToy, draws, (toy, walk) => {
        const make = (): Subject => toySubject(toy, { alike: 'same' });
        const trade = toy.programs.length === 2 ? [1, 0] : [1, 2, 0];
        walkBoth(make, trade, walk, (one, other) => expect(keyOf(other)).toBe(keyOf(one)));
      }),
    );
  });

  it('is looked at again only where somebody has moved, and comes out the same', () => {
    fc.assert(
      fc.property(draws, (walk) => {
        let canonical: Canonical | undefined;
        let row = 0;
        walkBoth(
          () => fpf(SIZE),
          [0, 1, 2],
          walk,
          (one, _, actor) => {
            if (canonical === undefined) {
              canonical = new Canonical(one.world.store, symmetryOf(one));
              canonical.whole(0);
            } else canonical.moved(row++, actor);
            expect(`${canonical.hi}:${canonical.lo}`).toBe(keyOf(one));
          },
        );
      }),
    );
  });

  it('tells states apart that are not the same: a lock that is held from one that is free, one store from two', () => {
    const keys = new Set<string>();
    const exact = new Set<string>();
    fc.assert(
      fc.property(draws, (walk) => {
        walkBoth(
          () => fpf({ ...SIZE, vcpus: 1 }),
          [0],
          walk,
          (one) => {
            keys.add(keyOf(one));
            exact.add(one.world.store.hash);
          },
        );
      }),
    );
    // With one vCPU there is nobody to trade with.
    expect(keys.size).toBe(exact.size);
    expect(keys.size).toBeGreaterThan(20);
  });
});
