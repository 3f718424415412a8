import { describe, expect, it } from 'vitest';
import { readAnswers, writeAnswers } from './answersFile';
import { Grader } from './grade';
import { exerciseOf, makeSheet, type SheetName, sheetAddress, sheetNamed } from './sheet';
import { showAnswer } from './show';

const SHEET: SheetName = { generator: 'walk', seed: 42, version: 1, count: 2, level: 1 };

/** The whole key, as somebody would type it. */
function allRight(name: SheetName): Record<string, Record<string, string>> {
  return Object.fromEntries(
    makeSheet(name).map(({ number, exercise, key }) => [
      String(number),
      Object.fromEntries(exercise.fields.map((f) => [f.id, showAnswer(f.type, key.answers[f.id] as string)])),
    ]),
  );
}

const read = (value: unknown): string => {
  const file = readAnswers(typeof value === 'string' ? value : JSON.stringify(value));
  if (file.kind === 'error') return file.error;
  const [first] = file.value;
  return first === undefined ? 'nothing' : first.kind === 'error' ? first.error : 'good';
};

const GOOD = { format: 'shadowscope-answers', version: 1, student: 'Ada', sheet: SHEET, answers: {} };

describe('grading', () => {
  it('reports every field of what a student handed in', () => {
    const answers = allRight(SHEET);
    answers['2'] = { ...answers['2'], entries: 'many', physical: '0x1', physicle: '0x2' };
    answers['9'] = { entries: '4' };
    const file = readAnswers(writeAnswers({ student: 'Ada', sheet: SHEET, answers }));
    if (file.kind === 'error' || file.value[0]?.kind !== 'ok') throw new Error('it does not read');
    const graded = new Grader().grade(file.value[0].value);
    const [first, second] = graded.exercises;
    expect(first?.points).toBe(first?.of);
    expect(second?.points).toBe((second?.of ?? 0) - 4);
    expect(graded.points).toBe(graded.of - 4);
    expect(second?.fields.map(({ field, mark }) => `${field} ${mark}`)).toEqual(
      expect.arrayContaining(['entries unreadable', 'physical wrong']),
    );
    expect(graded.problems).toEqual([
      expect.stringContaining('answers.2.physicle: exercise 2 has no such field. Expected some of '),
      'answers.9: this sheet has no exercise 9. Expected 1 to 2.',
      'answers.2.entries: Found `many`. Expected a whole number such as 12.',
    ]);
  });

  it.each([
    ['{', 'It is not JSON'],
    [' \n', 'It is empty. Expected the file that the page’s “Save answers” makes.'],
    [[], 'It is an empty list. Expected at least one student’s answers.'],
    [7, 'Found 7. Expected an object with format, student, sheet and answers.'],
    [{ ...GOOD, format: 'x' }, 'format: Found "x". Expected "shadowscope-answers".'],
    [{ ...GOOD, version: 2 }, 'version: Found 2. Expected 1, the only version there is.'],
    [[{ ...GOOD, student: null }], '[0].student: Found null. Expected a name in quotes (it may be empty).'],
    [
      { ...GOOD, sheet: { ...SHEET, generator: 'wolk' } },
      'sheet: There is no generator called `wolk`. Expected one of: walk (version 1), ',
    ],
    [
      { ...GOOD, sheet: { ...SHEET, version: 9 } },
      'sheet: The generator `walk` has no version 9. There is version 1.',
    ],
    [
      { ...GOOD, sheet: { ...SHEET, seed: -1 } },
      'sheet: Found `-1` for the seed. Expected a whole number from 0 to',
    ],
    [{ ...GOOD, answers: { 1: { a: [] } } }, 'answers.1.a: Found []. Expected an answer in quotes.'],
    [GOOD, 'good'],
  ])('says of the file %j what is wrong with it', (value, says) => {
    expect(read(value)).toContain(says);
  });
});

describe('a sheet', () => {
  it('begins as a shorter one of the same name does', () => {
    const [first, second] = makeSheet({ ...SHEET, count: 2 });
    expect(exerciseOf({ ...SHEET, count: 9 }, 0).exercise).toEqual(first?.exercise);
    expect(exerciseOf({ ...SHEET, count: 9 }, 1).key).toEqual(second?.key);
  });

  it('is found by its address, what is missing filled in', () => {
    const [generator = '', seed = '', version, count, level] = sheetAddress(SHEET).split('/');
    expect(sheetNamed({ generator, seed, version, count, level })).toEqual({ kind: 'ok', value: SHEET });
    expect(sheetNamed({ generator: 'mixed', seed: '7' })).toEqual({
      kind: 'ok',
      value: { generator: 'mixed', seed: 7, version: 1, count: 4, level: 1 },
    });
  });
});
