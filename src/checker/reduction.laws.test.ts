import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyToy } from '../testing/toyArbitrary';
import { type Toy, type ToyStep, toySubject } from '../testing/toyModel';
import { verify } from './explore';
import { fpf } from './models/fpf';
import { replay } from './replay';

const MODELS = 400;
const SEED = 20_121_113;

interface Pair {
  readonly model: Toy;
  readonly whole: string;
  readonly reduced: string;
}

/** Verdicts with and without the reduction. A fixed seed: what is said of their number must not depend on luck. */
function verdicts(stuckIsEnd: boolean, lie?: ToyStep['kind']): Pair[] {
  return fc.sample(anyToy, { numRuns: MODELS, seed: SEED }).map((model) => {
    const options = lie === undefined ? { stuckIsEnd } : { stuckIsEnd, lie };
    const shown = stuckIsEnd ? model : { programs: model.programs };
    const subject = toySubject(shown, options);
    const reduced = verify(subject, { reduce: true });
    if (lie === undefined && (reduced.kind === 'violation' || reduced.kind === 'deadlock'))
      expect(replay(subject, reduced.schedule).steps).toBe(reduced.schedule.length);
    return { model, whole: verify(subject).kind, reduced: reduced.kind };
  });
}

describe('reduction by private steps', () => {
  it('finds every violation that there is: 400 models, of which at least 50 violate', () => {
    const all = verdicts(true);
    expect(all.filter(({ whole, reduced }) => whole !== reduced)).toEqual([]);
    expect(all.filter(({ whole }) => whole === 'violation').length).toBeGreaterThanOrEqual(50);
    expect(all.filter(({ whole }) => whole === 'holds').length).toBeGreaterThanOrEqual(50);
  });

  it('finds every deadlock that there is', () => {
    const all = verdicts(false);
    expect(all.filter(({ whole, reduced }) => whole !== reduced)).toEqual([]);
    expect(all.filter(({ whole }) => whole === 'deadlock').length).toBeGreaterThan(5);
  });

  it('finds them in other models each time, too', () => {
    fc.assert(
      fc.property(anyToy, fc.boolean(), (model, stuckIsEnd) => {
        const subject = toySubject(stuckIsEnd ? model : { programs: model.programs }, { stuckIsEnd });
        expect(verify(subject, { reduce: true }).kind).toBe(verify(subject).kind);
      }),
    );
  });

  it('would be caught here if a write that others see were declared private', () => {
    const wrong = verdicts(true, 'add').filter(({ whole, reduced }) => whole !== reduced);
    expect(wrong.map(({ whole, reduced }) => `${whole}, reduced ${reduced}`)).toContain(
      'violation, reduced holds',
    );
  });

  it('would be caught if a read of what others write were', () => {
    const reads: Toy = {
      programs: [
        [
          { kind: 'jump', cell: 0, value: 0, to: 2 },
          { kind: 'add', cell: 1, by: 1 },
        ],
        [{ kind: 'add', cell: 0, by: 1 }],
      ],
      bad: [1, 1, 0],
    };
    expect(verify(toySubject(reads), { reduce: true }).kind).toBe('violation');
    expect(verify(toySubject(reads, { lie: 'jump' })).kind).toBe('violation');
    expect(verify(toySubject(reads, { lie: 'jump' }), { reduce: true }).kind).toBe('holds');
  });

  it('does not let a cycle of private steps hide what others do', () => {
    const spins: Toy = {
      programs: [[{ kind: 'turn', value: 0, to: 0 }], [{ kind: 'add', cell: 0, by: 1 }]],
      bad: [1, 0, 0],
    };
    expect(verify(toySubject(spins), { reduce: true }).kind).toBe('violation');
  });

  it('says the same of the fast page fault, with fewer states', () => {
    for (const fence of [true, false]) {
      const size = { vcpus: 2, operations: 2, depth: 2, fence };
      const whole = verify(fpf(size));
      const reduced = verify(fpf(size), { reduce: true });
      expect(reduced.kind).toBe(whole.kind);
      if (fence) expect(reduced.covered.states).toBeLessThan(whole.covered.states);
    }
  });
});
