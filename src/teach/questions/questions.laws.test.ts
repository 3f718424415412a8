import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IDS, runOf } from '../../testing/library';
import { SOAKING } from '../../testing/soaking';
import { grade, type Part, pose, QUESTION_KINDS, type Question } from './index';

/** One run of each design, and a few whose kinds of questions are rare. */
const SOME = [
  ...['a-page-table-may-drift', 'crush', 'kvm-cr3-sync', 'kvm-unsync', 'xi-batch-of-writes', 'fork-nested'],
  ...['lost-dirty-bit', 'what-a-page-walk-is', 'snapshot-exchange-missing', 'shootdown-overtakes'],
];
const SCENARIOS: readonly string[] = SOAKING ? IDS : SOME;
const runs = new Map<string, ReturnType<typeof runOf>>();
function recorded(id: string): ReturnType<typeof runOf> {
  const run = runs.get(id) ?? runOf(id);
  runs.set(id, run);
  return run;
}

/** Every answer that is offered and is not the right one: one choice made otherwise. */
function otherAnswers({ parts, truth }: Question): string[][] {
  const other = ({ many, options }: Part): string[][] =>
    options.flatMap(({ id }) => {
      if (many) return [truth.includes(id) ? truth.filter((one) => one !== id) : [...truth, id]];
      if (truth.includes(id)) return [];
      return [[...truth.filter((one) => !options.some((option) => option.id === one)), id]];
    });
  return parts.flatMap(other);
}

it('the run’s own answer is right, every other that is offered is wrong and told why, and asking changes nothing', () => {
  expect(SOME.every((id) => IDS.some((one) => one === id))).toBe(true);
  const asked = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...SCENARIOS),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(...QUESTION_KINDS),
      (id, where, kind) => {
        const run = recorded(id);
        const cursor = Math.floor(where * run.length);
        const before = [run.cursor, run.store.hash, run.store.recorded, run.length];
        const posed = pose(run, cursor, kind);
        expect([run.cursor, run.store.hash, run.store.recorded, run.length]).toEqual(before);
        if (posed.kind === 'error') {
          expect(posed.error).toMatch(/\.$/);
          return;
        }
        asked.add(kind);
        const question = posed.value;
        expect(grade(question, question.truth)).toMatchObject({ right: true, wrong: [] });
        for (const answer of otherAnswers(question)) {
          const { right, wrong } = grade(question, answer);
          expect(right).toBe(false);
          expect(wrong.length).toBeGreaterThan(0);
        }
        const options = question.parts.flatMap((part) => part.options);
        expect(new Set(options.map((option) => option.id)).size).toBe(options.length);
        expect(question.rule.says + options.map(({ says, why }) => says + why).join()).not.toMatch(
          /undefined|NaN/,
        );
        expect(question.shown).toBeGreaterThanOrEqual(cursor);
        expect(question.rule.label).not.toBe('');
      },
    ),
    { numRuns: SOAKING ? 5_000 : 150 },
  );
  expect(asked.size).toBeGreaterThan(5);
});
