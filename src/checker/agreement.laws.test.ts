import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alikeToy, anyToy } from '../testing/toyArbitrary';
import { type Toy, type ToyOptions, toySubject } from '../testing/toyModel';
import type { BreadthFirstOptions } from './breadthFirst';
import type { DepthFirstOptions } from './depthFirst';
import { shortest, verify } from './explore';
import type { Outcome } from './outcome';
import { findRace } from './race';
import { replay } from './replay';
import type { Subject } from './subject';

/** Half of the models of each kind: actors of different programs, and of the same. */
const MODELS = 160;
const SEED = 20_100_429;

const DEEP: readonly DepthFirstOptions[] = [
  { fuse: true },
  { reduce: true },
  { symmetry: true },
  { fuse: true, reduce: true },
  { fuse: true, reduce: true, symmetry: true },
];
const WIDE: readonly BreadthFirstOptions[] = [
  { fuse: true },
  { symmetry: true },
  { fuse: true, symmetry: true },
];

const models = (): Toy[] => [
  ...fc.sample(anyToy, { numRuns: MODELS, seed: SEED }),
  ...fc.sample(alikeToy, { numRuns: MODELS, seed: SEED }),
];

const stepsOf = (outcome: Outcome): number => ('schedule' in outcome ? outcome.schedule.length : -1);
const named = (options: object): string => Object.keys(options).join('+');

/** Every way to explore that does not say what exploring without any reduction says. Empty if all agree. */
function disagreements(model: Toy, options: ToyOptions): string[] {
  const subject = toySubject(model, options);
  const deep = verify(subject);
  const wide = shortest(subject);
  const out: string[] = wide.kind === deep.kind ? [] : [`breadth-first: ${wide.kind}, not ${deep.kind}`];
  for (const reduction of DEEP) {
    const { kind } = verify(subject, reduction);
    if (kind !== deep.kind) out.push(`${named(reduction)}: ${kind}, not ${deep.kind}`);
  }
  for (const reduction of WIDE) {
    const other = shortest(subject, reduction);
    if (other.kind !== wide.kind)
      out.push(`breadth-first, ${named(reduction)}: ${other.kind}, not ${wide.kind}`);
    else if (stepsOf(other) !== stepsOf(wide))
      out.push(`breadth-first, ${named(reduction)}: ${stepsOf(other)} steps, not ${stepsOf(wide)}`);
  }
  return [...out, ...raceDisagrees(subject, deep, wide)];
}

function raceDisagrees(subject: Subject, deep: Outcome, wide: Outcome): string[] {
  const { outcome, counterexample } = findRace(subject);
  const steps = counterexample?.schedule.length ?? -1;
  if (outcome.kind !== deep.kind) return [`race: ${outcome.kind}, not ${deep.kind}`];
  return steps === stepsOf(wide) ? [] : [`race: ${steps} steps, not ${stepsOf(wide)}`];
}

/** The same of moves that go by the cells that steps are seen to use. */
function disagreementsByCells(model: Toy, options: ToyOptions): string[] {
  const plain = toySubject(model, options);
  const deep = verify(plain);
  const wide = shortest(plain);
  const subject = toySubject(model, { noted: 'all', ...options });
  const out: string[] = [];
  const { kind } = verify(subject, { fuse: true });
  if (kind !== deep.kind) out.push(`by cells: ${kind}, not ${deep.kind}`);
  const other = shortest(toySubject(model, { noted: 'all', ...options }), { fuse: true });
  if (other.kind !== wide.kind) out.push(`breadth-first, by cells: ${other.kind}, not ${wide.kind}`);
  else if (stepsOf(other) !== stepsOf(wide))
    out.push(`breadth-first, by cells: ${stepsOf(other)} steps, not ${stepsOf(wide)}`);
  return [...out, ...raceDisagrees(subject, deep, wide)];
}

/** Violations are looked for where being stuck is no error, and deadlocks where nothing is bad: so each model has one verdict. */
const QUESTIONS: readonly (readonly [name: string, shown: (toy: Toy) => Toy, options: ToyOptions])[] = [
  ['violations', (toy) => toy, { stuckIsEnd: true, alike: 'same' }],
  ['violations while no lock is held', (toy) => toy, { stuckIsEnd: true, alike: 'same', when: 'unlocked' }],
  ['violations at the release of a lock', (toy) => toy, { stuckIsEnd: true, alike: 'same', when: 'release' }],
  ['deadlocks', ({ programs }) => ({ programs }), { alike: 'same' }],
];

describe('every reduction, and all of them together', () => {
  it.each(QUESTIONS)('agree on %s, and on the length of the shortest schedule', (_, shown, options) => {
    const wrong = models().flatMap((model) =>
      disagreements(shown(model), options).map((what) => ({ what, model })),
    );
    expect(wrong).toEqual([]);
  });

  it.each(QUESTIONS)('by the cells that steps use agree on %s, too', (_, shown, options) => {
    const wrong = models().flatMap((model) =>
      disagreementsByCells(shown(model), options).map((what) => ({ what, model })),
    );
    expect(wrong).toEqual([]);
  });

  it('are asked about enough models that break and that hold', () => {
    const kinds = models().map((model) => verify(toySubject(model, { stuckIsEnd: true })).kind);
    expect(kinds.length).toBeGreaterThanOrEqual(200);
    expect(kinds.filter((kind) => kind === 'violation').length).toBeGreaterThanOrEqual(50);
    expect(kinds.filter((kind) => kind === 'holds').length).toBeGreaterThanOrEqual(50);
  });

  it('find schedules that do it again, step by step', () => {
    for (const model of models()) {
      const subject = toySubject(model, { stuckIsEnd: true, alike: 'same' });
      const all = { fuse: true, symmetry: true };
      const noted = toySubject(model, { stuckIsEnd: true, noted: 'all' });
      for (const outcome of [
        verify(subject, { ...all, reduce: true }),
        shortest(subject, all),
        verify(noted, all),
        shortest(noted, all),
      ]) {
        if (outcome.kind !== 'violation') continue;
        const again = replay(subject, outcome.schedule);
        expect(again.steps).toBe(outcome.schedule.length);
        expect(again.violation).toEqual(outcome.violation);
      }
    }
  });

  it('agree on other models each time, too', () => {
    fc.assert(
      fc.property(fc.oneof(anyToy, alikeToy), fc.constantFrom(...QUESTIONS), (model, [, shown, options]) => {
        expect(disagreements(shown(model), options)).toEqual([]);
        expect(disagreementsByCells(shown(model), options)).toEqual([]);
      }),
    );
  });
});

describe('a reduction that is not sound is caught by that', () => {
  const caught = (options: ToyOptions): string[] =>
    models().flatMap((model) => disagreements(model, { stuckIsEnd: true, ...options }));

  it('where a write that others see is declared private', () => {
    const wrong = caught({ alike: 'same', lie: 'add' });
    expect(wrong).toContain('fuse+reduce: holds, not violation');
    expect(wrong.some((what) => what.startsWith('breadth-first, fuse:'))).toBe(true);
  });

  it('where a store that leaves its buffer some day is declared private, and so put off', () => {
    const wrong = caught({ alike: 'same', late: true });
    expect(wrong.some((what) => what.startsWith('breadth-first, fuse:'))).toBe(true);
    expect(wrong.some((what) => what.startsWith('race:'))).toBe(true);
  });

  it('where uses of some cells are not noted', () => {
    const wrong = models()
      .slice(0, 120)
      .flatMap((model) => disagreementsByCells(model, { stuckIsEnd: true, noted: 'blind' }));
    expect(wrong).toContain('by cells: holds, not violation');
    expect(wrong.some((what) => what.startsWith('breadth-first, by cells:'))).toBe(true);
  });

  it('where actors are declared alike that run different programs', () => {
    const model: Toy = {
      programs: [1, 2].map((by) => [
        { kind: 'take', lock: 0 },
        { kind: 'add', cell: 0, by },
      ]),
      bad: [2, 0, 0],
    };
    expect(disagreements(model, { stuckIsEnd: true, alike: 'same' })).toEqual([]);
    expect(disagreements(model, { stuckIsEnd: true, alike: 'all' })).toContain(
      'symmetry: holds, not violation',
    );
  });
});

describe('the reductions', () => {
  it('are of use: fewer states each, and fewest together', () => {
    const program = [
      { kind: 'own', by: 1 },
      { kind: 'post', cell: 0, value: 1 },
      { kind: 'turn', value: 2, to: 0 },
      { kind: 'own', by: 1 },
      { kind: 'add', cell: 1, by: 1 },
    ] as const;
    const subject = toySubject({ programs: [program, program, program] }, { alike: 'same' });
    const states = (options: DepthFirstOptions): number => verify(subject, options).covered.states;
    const whole = states({});
    for (const reduction of DEEP) expect(states(reduction)).toBeLessThan(whole);
    expect(states({ fuse: true, reduce: true, symmetry: true })).toBeLessThan(whole / 10);
  });
});
