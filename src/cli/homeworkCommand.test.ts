import { describe, expect, it } from 'vitest';
import { fail, ok } from '../base';
import { runHomework } from './homeworkCommand';

const run = (...args: string[]) =>
  runHomework(args, (file) => (file === 'class.txt' ? ok('Ada\nBo') : fail('no such file')));
const text = (...args: string[]): string => run(...args).out.join('\n');

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

  it('gives each student of a class a sheet, and course staff all the keys', () => {
    const sheet = ['--seed', '7', '--count', '1', '--generator', 'walk', '--class', 'class.txt'];
    const [head, ada = '', bo = ''] = text(...sheet, '--unchecked').split('\n');
    expect(head).toBe('student,sheet,address');
    expect(ada).toMatch(/^Ada,walk\/\d+\/1\/1\/1,#\/homework\/walk\/\d+\/1\/1\/1\/unchecked$/);
    const keys = text(...sheet, '--key');
    for (const [name, line] of [
      ['Ada', ada],
      ['Bo', bo],
    ] as const)
      expect(keys).toContain(`=== ${name}\nShadowscope homework ${line.split(',')[1]}: KEY`);
    const data = JSON.parse(text(...sheet, '--key', '--json')) as { student: string; exercises: unknown[] }[];
    expect(data.map(({ student, exercises }) => [student, exercises.length])).toEqual([
      ['Ada', 1],
      ['Bo', 1],
    ]);
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
    [['--seed', '1', '--class', 'x.txt'], 'x.txt cannot be read (no such file).'],
    [['--seed', '1', '--unchecked'], '--unchecked says how the addresses of a class’s sheets end.'],
  ])('says of %j what is wrong, and ends with 2', (args, says) => {
    const { code, err, out } = run(...args);
    expect([code, out]).toEqual([2, []]);
    expect(err.join('\n')).toContain(says);
  });
});
