import { describe, expect, it } from 'vitest';
import { runGrade, runHomework } from './homeworkCommand';

const text = (...args: string[]): string => runHomework(args).out.join('\n');

describe('npm run homework', () => {
  it('prints the same sheet twice, and the key apart from it', () => {
    const sheet = text('--seed', '7', '--count', '2', '--generator', 'walk');
    expect(text('--seed', '7', '--count', '2', '--generator', 'walk')).toBe(sheet);
    expect(sheet).toContain('Shadowscope homework walk/7/1/2/1');
    expect(sheet).toContain('Index into the level-1 table');
    const key = text('--seed', '7', '--count', '2', '--generator', 'walk', '--key');
    expect(key).toContain('KEY');
    // The answer to the first exercise is in the key, and nowhere on the sheet.
    const [, physical = ''] =
      /physical \(3 points\) {2}(0x[0-9a-f_]+)/.exec(key.replace(/ {2,}\(/g, ' (')) ?? [];
    expect(physical).not.toBe('');
    expect(sheet).not.toContain(physical);
    const data = JSON.parse(text('--seed', '7', '--count', '1', '--json')) as {
      exercises: { key?: unknown }[];
    };
    expect(data.exercises.map((e) => e.key)).toEqual([undefined]);
  });

  it.each([
    [[], 'There is no seed. Expected --seed and a whole number.'],
    [['--seed', 'x'], 'Found `x` for the seed. Expected a whole number from 0 to 4294967295.'],
    [
      ['--seed', '1', '--generator', 'walks'],
      'There is no generator called `walks`. Expected one of: walk (version 1)',
    ],
    [
      ['--seed', '1', '--count', '99'],
      'Found `99` for the number of exercises. Expected a whole number from 1 to 40.',
    ],
    [['--seed', '1', '--keys'], 'There is no option --keys.'],
    [['--seed'], '--seed is given nothing.'],
  ])('says of %j what is wrong, and ends with 2', (args, says) => {
    const { code, err, out } = runHomework(args);
    expect([code, out]).toEqual([2, []]);
    expect(err.join('\n')).toContain(says);
  });
});

describe('npm run grade', () => {
  const answers = (student: string, physical: string): string =>
    JSON.stringify({
      format: 'shadowscope-answers',
      version: 1,
      student,
      sheet: { generator: 'walk', seed: 7, version: 1, count: 1, level: 1 },
      answers: { 1: { physical } },
    });

  it('reports on every student, and tells by its exit code what it could not read', () => {
    const good = runGrade([{ file: 'a.json', text: answers('Ada', '0x1') }]);
    expect(good.code).toBe(0);
    const report = JSON.parse(good.out.join('\n')) as {
      students: {
        student: string;
        points: number;
        exercises: { fields: { field: string; mark: string }[] }[];
      }[];
    };
    expect(report.students[0]?.student).toBe('Ada');
    expect(report.students[0]?.exercises[0]?.fields.at(-1)).toMatchObject({
      field: 'physical',
      mark: 'wrong',
    });

    const some = runGrade([
      { file: 'a.json', text: answers('Ada', 'here') },
      { file: 'b.json', text: 'not JSON' },
      { file: 'c.json', text: undefined, why: 'no such file' },
    ]);
    expect(some.code).toBe(1);
    expect(some.err).toEqual([
      'a.json: Ada: answers.1.physical: Found `here`. Expected a hexadecimal number such as 0x2e.',
      expect.stringContaining('b.json: It is not JSON'),
      expect.stringContaining('c.json cannot be read (no such file).'),
    ]);
    expect(runGrade([{ file: 'b.json', text: '{}' }])).toMatchObject({ code: 2, out: [] });
    expect(runGrade([]).code).toBe(2);
  });
});
