import { describe, expect, it } from 'vitest';
import { judge, recordRun, verdictText } from '../engine';
import { resolve } from '../scenario';
import { SOAKING } from '../testing/soaking';
import type { Level, Made } from './exercise';
import { LEVELS } from './exercise';
import type { Answer, Field } from './field';
import { NONE } from './field';
import { markExercise } from './mark';
import { readAnswer, setOf } from './read';
import { GENERATORS } from './registry';
import { makeExercise } from './seed';
import { showAnswer } from './show';

/** A hundred seeds of each are for the long run; every day a few of each level show that nothing is broken. */
const SEEDS = Array.from({ length: SOAKING ? 100 : 6 }, (_, seed) => seed);
const levelOf = (seed: number): Level => LEVELS[seed % LEVELS.length] as Level;

/** An answer of the same kind that is not the right one. */
function wrongAnswer({ type }: Field, right: Answer): string {
  switch (type.kind) {
    case 'hex':
      return right === NONE ? '0x0' : right === '0' ? '0x1' : '0x0';
    case 'count':
      return right === '0' ? '1' : '0';
    case 'bits':
      return right === NONE ? (type.names[0] as string) : 'none';
    case 'choice':
      return type.options.find(({ value }) => value !== right)?.value as string;
    case 'set':
      return right !== NONE
        ? 'none'
        : type.from === undefined
          ? '1'
          : showAnswer(type, type.from[0] as string);
    case 'list':
      return right === NONE ? '1[1]' : 'none';
  }
}

describe.each(GENERATORS)('$name', (generator) => {
  const made = new Map<number, Made>();
  const at = (seed: number): Made => {
    const known = made.get(seed) ?? makeExercise(generator, seed, 0, levelOf(seed));
    made.set(seed, known);
    return known;
  };
  const marked = ({ exercise, key }: Made, answers: Readonly<Record<string, string>>) =>
    markExercise({ number: 1, generator, exercise, key }, answers);
  const keyOf = ({ exercise, key }: Made): Record<string, string> =>
    Object.fromEntries(exercise.fields.map((f) => [f.id, showAnswer(f.type, key.answers[f.id] as Answer)]));

  it('gives full marks to its own key, and takes exactly a field’s points for a wrong answer in it', () => {
    for (const seed of SEEDS) {
      const one = at(seed);
      const right = keyOf(one);
      const full = marked(one, right);
      expect([seed, full.points]).toEqual([seed, full.of]);
      expect(full.of).toBeGreaterThan(3);
      for (const field of one.exercise.fields) {
        const wrong = wrongAnswer(field, one.key.answers[field.id] as Answer);
        const less = marked(one, { ...right, [field.id]: wrong });
        expect([seed, field.id, wrong, less.points]).toEqual([seed, field.id, wrong, full.of - field.points]);
        const mark = less.fields.find((f) => f.field.id === field.id)?.mark;
        expect([seed, field.id, mark?.kind]).toEqual([seed, field.id, 'wrong']);
        expect(marked(one, { ...right, [field.id]: '' }).points).toBe(full.of - field.points);
      }
    }
  });

  it('keeps its answers in their one spelling, each under a name of its own', () => {
    for (const seed of SEEDS) {
      const { exercise, key } = at(seed);
      expect(new Set(exercise.fields.map(({ id }) => id)).size).toBe(exercise.fields.length);
      for (const { id, type } of exercise.fields) {
        const answer = key.answers[id] as Answer;
        expect([seed, id, readAnswer(type, showAnswer(type, answer))]).toEqual([
          seed,
          id,
          { kind: 'ok', value: answer },
        ]);
        if (type.kind === 'set' && answer !== NONE) expect(setOf(answer.split(' '))).toBe(answer);
      }
      expect(key.solution.length).toBeGreaterThan(0);
    }
  });

  it('makes the same exercise again, and another for another seed or place', () => {
    for (const seed of SEEDS.slice(0, 3))
      expect(makeExercise(generator, seed, 0, levelOf(seed))).toEqual(at(seed));
    const sheets = new Set(SEEDS.map((seed) => JSON.stringify(at(seed).exercise.prompt)));
    // Where a hundred are drawn, two may be alike by chance; among a few, none.
    expect(sheets.size).toBeGreaterThanOrEqual(SEEDS.length - Math.floor(SEEDS.length / 20));
    expect(makeExercise(generator, 0, 1, 1).exercise).not.toEqual(at(0).exercise);
  });

  it('asks of runs that break nothing, invariants included', () => {
    for (const seed of SOAKING ? SEEDS : SEEDS.slice(0, 3)) {
      const resolved = resolve(at(seed).exercise.scenario);
      if (resolved.kind === 'error') throw new Error(JSON.stringify(resolved.error));
      const { spec, design } = resolved.value;
      // What a litmus test asks is whether an end can be: no single run answers it.
      const run = recordRun({ ...spec, question: undefined }, design);
      expect([seed, ...verdictText(run, judge(run))]).toEqual([seed]);
    }
  });
});
