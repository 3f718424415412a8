import { describe, expect, it } from 'vitest';
import { fail, ok } from '../base';
import { makeSheet, type Report, type SheetName, sheetOf, showAnswer, writeAnswers } from '../homework';
import { runGrade } from './gradeCommand';

const SHEET: SheetName = { generator: 'walk', seed: 7, version: 1, count: 1, level: 1 };

/** What a student hands in who answers everything right, but for what is given. */
function handedIn(student: string, sheet: SheetName, but: Readonly<Record<string, string>> = {}): string {
  const [one] = makeSheet(sheet);
  const typed = (one?.exercise.fields ?? []).map(({ id, type }) => [
    id,
    showAnswer(type, one?.key.answers[id] ?? ''),
  ]);
  return writeAnswers({ student, sheet, answers: { 1: { ...Object.fromEntries(typed), ...but } } });
}

const FILES: Readonly<Record<string, string>> = {
  'ada.json': handedIn('Ada', SHEET),
  'ada-own.json': handedIn('Ada', sheetOf(SHEET, 'Ada')),
  'bo.json': handedIn('Bo', SHEET, { physical: '0x1' }),
  'bo-as-ada.json': handedIn('Bo', sheetOf(SHEET, 'Ada')),
  'cy.json': handedIn('Cy, "C"', SHEET, { physical: 'here', entries: '' }),
  'easy.json': handedIn('Di', { ...SHEET, seed: 1 }),
  'torn.json': '{',
  'class.txt': 'Ada\nBo\n',
};
const grade = (...args: string[]) => {
  const { code, out, err } = runGrade(args, (file) =>
    FILES[file] === undefined ? fail('no such file') : ok(FILES[file]),
  );
  const json = out[0]?.startsWith('{') === true ? (JSON.parse(out[0]) as Report) : undefined;
  return { code, err, out: out.join('\n'), json };
};

describe('npm run grade', () => {
  it('reports on every student, and tells by its exit code what it could not read', () => {
    const good = grade('ada.json', 'bo.json');
    expect([good.code, good.err]).toEqual([0, []]);
    expect(good.json?.students.map(({ file, student, points, of }) => [file, student, points, of])).toEqual([
      ['ada.json', 'Ada', 8, 8],
      ['bo.json', 'Bo', 5, 8],
    ]);
    const some = grade('cy.json', 'torn.json', 'gone.json');
    expect(some.code).toBe(1);
    expect(some.err).toEqual([
      'cy.json: Cy, "C": answers.1.physical: Found `here`. Expected a hexadecimal number such as 0x2e.',
      expect.stringContaining('torn.json: It is not JSON'),
      'gone.json: It cannot be read (no such file).',
    ]);
    expect(some.json?.refused.map(({ file }) => file)).toEqual(['torn.json', 'gone.json']);
    expect(some.json?.students[0]?.exercises[0]?.fields.map(({ field, mark }) => [field, mark])).toEqual(
      expect.arrayContaining([
        ['physical', 'unreadable'],
        ['entries', 'missing'],
      ]),
    );
    expect(grade('torn.json')).toMatchObject({ code: 2, out: '' });
  });

  it('as a table has a line for each student', () => {
    expect(grade('ada.json', 'cy.json', '--csv').out.split('\n')).toEqual([
      'student,file,sheet,points,of,percent,exercise 1,problems',
      'Ada,ada.json,walk/7/1/1/1,8,8,100,8,',
      expect.stringMatching(
        /^"Cy, ""C""",cy\.json,walk\/7\/1\/1\/1,4,8,50,4,answers\.1\.physical: Found `here`/,
      ),
    ]);
  });

  it('counts no other sheet than the one that was set', () => {
    const graded = grade('ada.json', 'easy.json', '--sheet', 'walk/7/1/1/1');
    expect(graded.code).toBe(1);
    expect(graded.json?.students.map(({ student }) => student)).toEqual(['Ada']);
    expect(graded.err).toEqual([
      'easy.json: Di: The answers are to the sheet walk/1/1/1/1. Expected walk/7/1/1/1, which was set.',
    ]);
  });

  it('of a class knows whose sheet it is, who copied whose, and who is missing', () => {
    const set = ['--sheet', 'walk/7/1/1/1', '--class', 'class.txt'];
    const graded = grade('ada-own.json', 'bo-as-ada.json', 'bo.json', ...set);
    expect(graded.json?.students.map(({ student, points, of }) => [student, points === of])).toEqual([
      ['Ada', true],
      ['Ada', true],
    ]);
    expect(graded.json?.missing).toEqual(['Bo']);
    expect(graded.err).toEqual([
      'bo-as-ada.json: Bo: The sheet is the one of Ada, and the name on it is `Bo`. It counts for Ada.',
      expect.stringMatching(
        /^bo-as-ada.json: Bo: The same sheet was handed in twice: ada-own.json has \d points/,
      ),
      expect.stringContaining('bo.json: Bo: The answers are to the sheet walk/7/1/1/1. Expected walk/'),
      'Bo: nothing was handed in that counts.',
    ]);
  });

  it('tells of a file that was handed in twice', () => {
    expect(grade('ada.json', 'ada.json').err).toEqual([
      'ada.json: Ada: The same sheet was handed in twice: ada.json has 8 points for it.',
    ]);
  });

  it.each([
    [[], 'There is no file.'],
    [['ada.json', '--key'], 'There is no option --key.'],
    [['ada.json', '--sheet'], '--sheet is given nothing.'],
    [['ada.json', '--sheet', 'wolk/7'], '--sheet wolk/7: There is no generator called `wolk`.'],
    [['ada.json', '--class', 'class.txt'], '--class needs --sheet'],
    [['ada.json', '--sheet', 'walk/7', '--class', 'x.txt'], 'x.txt cannot be read (no such file).'],
  ])('says of %j what is wrong, and ends with 2', (args, says) => {
    const { code, out, err } = grade(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err.join('\n')).toContain(says);
  });
});
