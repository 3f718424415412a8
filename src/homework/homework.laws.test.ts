import { describe, expect, it } from 'vitest';
import { assertNever } from '../base';
import { judge, recordRun, verdictText } from '../engine';
import { parseAnchor } from '../kernel';
import { resolve } from '../scenario';
import { SOAKING } from '../testing/soaking';
import { everyAnswer } from './classCode';
import type { Level, Made } from './exercise';
import { LEVELS } from './exercise';
import type { Answer, Field, FieldType } from './field';
import { NONE } from './field';
import { runOf } from './lab';
import { markExercise, markField } from './mark';
import { readAnswer, setOf } from './read';
import { GENERATORS } from './registry';
import { makeExercise } from './seed';
import { showAnswer } from './show';

/**
 * A hundred seeds at each level are for the long run; every day a few, which come to each level, show that nothing is broken.
 * Long runs have a hundred seeds for each of the three.
 */
const SEEDS = Array.from({ length: SOAKING ? 300 : 6 }, (_, n) => n);
const levelOf = (n: number): Level => LEVELS[n % LEVELS.length] as Level;
const seedOf = (n: number): number => Math.floor(n / LEVELS.length);

/**
 * Answers of the same kind that are not the right one: all of them, where they can be counted; else those that people come to who are
 * nearly right, and those who guess.
 */
function wrongAnswers({ type }: Field, right: Answer): Answer[] {
  const all = everyAnswer(type) ?? near(type, right);
  return [...new Set(all)].filter((answer) => answer !== right);
}

function near(type: FieldType, right: Answer): Answer[] {
  switch (type.kind) {
    case 'hex': {
      const value = right === NONE ? 0n : BigInt(`0x${right}`);
      const all = [0n, value + 1n, value ^ 0x1000n, value >> 12n, value << 3n, value & 0xfffn];
      return [...all.map((one) => one.toString(16)), ...(type.orNone === true ? [NONE] : [])];
    }
    case 'count':
      return right === NONE ? ['0', '1'] : ['0', String(Number(right) + 1), String(Number(right) * 2)];
    case 'set':
    case 'list': {
      const items = right === NONE ? [] : right.split(' ');
      const another = type.of === 'place' ? 'fff[1ff]' : '1023';
      const changed = [
        ...items.map((_, i) => items.toSpliced(i, 1)),
        [...items, another],
        [another, ...items],
        ...(type.kind === 'list' ? [items.toReversed()] : []),
        [],
      ];
      return changed.map((some) => (type.kind === 'set' ? setOf(some) : some.join(' ') || NONE));
    }
    case 'bits':
    case 'choice':
      throw new Error(`a field of kind ${type.kind} has answers that can be counted`);
    default:
      return assertNever(type);
  }
}

it('holds for each kind of exercise that a course has', () => {
  expect(GENERATORS.filter(({ version }) => version === 1).map(({ name }) => name)).toEqual([
    ...['walk', 'faults', 'derivation', 'resync', 'hash', 'memory-order', 'backlinks', 'mprotect'],
  ]);
});

describe.each(GENERATORS)('$name', (generator) => {
  const made = new Map<number, Made>();
  const at = (n: number): Made => {
    const known = made.get(n) ?? makeExercise(generator, seedOf(n), 0, levelOf(n));
    made.set(n, known);
    return known;
  };
  const marked = ({ exercise, key }: Made, answers: Readonly<Record<string, string>>) =>
    markExercise({ number: 1, generator, exercise, key }, answers);
  const keyOf = ({ exercise, key }: Made): Record<string, string> =>
    Object.fromEntries(exercise.fields.map((f) => [f.id, showAnswer(f.type, key.answers[f.id] as Answer)]));

  it('gives full marks to its own key, and takes exactly a field’s points for each wrong answer in it', () => {
    let tried = 0;
    for (const n of SEEDS) {
      const one = at(n);
      const right = keyOf(one);
      const full = marked(one, right);
      expect([n, full.points, full.fields.length]).toEqual([n, full.of, one.exercise.fields.length]);
      expect(full.of).toBeGreaterThan(3);
      for (const field of one.exercise.fields) {
        expect(field.points).toBeGreaterThan(0);
        const wrong = wrongAnswers(field, one.key.answers[field.id] as Answer);
        expect([n, field.id, wrong.length]).not.toEqual([n, field.id, 0]);
        const key = one.key.answers[field.id] as Answer;
        for (const answer of wrong) {
          const { kind, points } = markField(field, key, showAnswer(field.type, answer));
          if (kind !== 'wrong' || points !== 0) expect([n, field.id, answer]).toEqual('marked as wrong');
          tried++;
        }
        // And of the whole exercise nothing else is lost.
        for (const answer of wrong.slice(-3)) {
          const less = marked(one, { ...right, [field.id]: showAnswer(field.type, answer) });
          expect([n, field.id, answer, less.points]).toEqual([n, field.id, answer, full.of - field.points]);
        }
        expect(marked(one, { ...right, [field.id]: '' }).points).toBe(full.of - field.points);
      }
    }
    expect(tried).toBeGreaterThan(SEEDS.length * 3);
  });

  it('shows the moment that decides an answer: the same run comes to it again', () => {
    for (const n of SEEDS.slice(0, 3)) {
      const { exercise, key } = at(n);
      const ids = exercise.fields.map(({ id }) => id);
      const decided = Object.keys(key.decided);
      expect([n, decided.toSorted()]).toEqual([n, decided.length === 0 ? [] : ids.toSorted()]);
      const told = key.solution.filter((one) => one.at !== undefined || one.schedule !== undefined);
      expect([n, told.length]).toEqual([n, key.solution.length]);
      const run = runOf(exercise.scenario);
      for (const { anchor, step } of [
        ...Object.values(key.decided),
        ...told.flatMap((one) => one.at ?? []),
      ]) {
        const read = parseAnchor(anchor);
        if (read.kind === 'error') throw new Error(`${anchor} is no moment`);
        expect([anchor, run.find(read.value)]).toEqual([anchor, { cursor: step, exact: true }]);
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
    // That it does so for ever, of every level, is what frozen.test.ts holds.
    const n = SEEDS.length - 1;
    expect(makeExercise(generator, seedOf(n), 0, levelOf(n))).toEqual(at(n));
    const sheets = new Set(SEEDS.map((seed) => JSON.stringify(at(seed).exercise.prompt)));
    // Where hundreds are drawn, two may be alike by chance; among a few, none.
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
