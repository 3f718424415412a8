import { readFile } from 'node:fs/promises';
import { ok } from '../src/base';
import { runGrade } from '../src/cli/gradeCommand';
import { makeSheet, type SheetName, sheetAddress, sheetOf, showAnswer, writeAnswers } from '../src/homework';
import { expect, test } from './fixtures';
import { HomeworkPage } from './pages/homework';
import { axeViolations } from './support/axe';

const SHEET: SheetName = { generator: 'walk', seed: 42, version: 1, count: 1, level: 1 };

test('a sheet is made, filled in, checked, handed in and graded', async ({ app }) => {
  const homework = new HomeworkPage(app);
  await homework.open();
  await homework.root.getByRole('radio', { name: /^Page walks/ }).check();
  await homework.root.getByLabel('Seed').fill('42');
  await homework.root.getByLabel(/^Exercises/).fill('1');
  await homework.press(homework.root, 'Make the sheet');
  expect(app.page.url()).toContain('#/homework/walk/42/1/1/1');

  const [one] = makeSheet(SHEET);
  if (one === undefined) throw new Error('the sheet has no exercise');
  const exercise = homework.exercise(new RegExp(one.exercise.title));
  const fields = one.exercise.fields;
  for (const { id, label, type } of fields)
    await homework.type(exercise, label, showAnswer(type, one.key.answers[id] as string));
  await homework.press(exercise, 'Check');
  await expect(exercise.getByRole('status')).toHaveText('8 of 8 points');

  // One answer that is wrong, and one that is none: each says why.
  await homework.type(exercise, 'Physical address', '0x1');
  await homework.type(exercise, 'Index into the level-1 table', 'seven');
  await homework.press(exercise, 'Check');
  await expect(exercise.getByRole('status')).toHaveText('4 of 8 points');
  await expect(
    exercise.getByText('Found `seven`. Expected a hexadecimal number such as 0x2e.'),
  ).toBeVisible();
  await expect(exercise.getByText(/^✗ Not so\. The frame of the last entry/)).toBeVisible();

  // What was typed is there again after a reload; the file holds it, and is graded.
  await homework.root.getByLabel('Name').fill('Ada Lovelace');
  await app.page.reload();
  await app.idle();
  await expect(exercise.getByLabel('Physical address')).toHaveValue('0x1');
  const [file] = await Promise.all([
    app.page.waitForEvent('download'),
    homework.press(homework.root, 'Save answers'),
  ]);
  expect(file.suggestedFilename()).toBe('answers-ada-lovelace.json');
  const handedIn = await readFile(await file.path(), 'utf8');
  const graded = runGrade(['answers.json', '--sheet', 'walk/42/1/1/1'], () => ok(handedIn));
  expect(graded.code).toBe(1);
  const report = JSON.parse(graded.out.join('\n')) as { students: unknown[] };
  expect(report.students[0]).toMatchObject({
    student: 'Ada Lovelace',
    sheet: 'walk/42/1/1/1',
    points: 4,
    of: 8,
  });

  // And what was wrong leads to the moment of the run that decides it.
  await homework.press(exercise, 'Check');
  await exercise.getByRole('link', { name: 'See where it is decided: Physical address' }).click();
  await app.idle();
  expect(await app.moment.step()).toBe(one.key.decided.physical?.step);
  await expect(app.moment.caption).toContainText('vCPU 0');
});

test('course staff give each student a sheet, and mark what comes back', async ({ app }) => {
  const homework = new HomeworkPage(app);
  await homework.open('staff/walk/42/1/1/1');
  await homework.root.getByLabel(/^Names/).fill('Ada\nBo\nada');
  await expect(homework.root.getByRole('alert')).toContainText('Line 3: found `ada`, as in line 1.');
  await homework.root.getByLabel(/^Names/).fill('Ada\nBo');
  const own = sheetOf(SHEET, 'Ada');
  await expect(homework.root.getByRole('link', { name: sheetAddress(own) })).toBeVisible();
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  });
  await homework.root
    .getByLabel('Files of answers')
    .setInputFiles([
      file('ada.json', writeAnswers({ student: 'Ada', sheet: own, answers: { 1: { entries: '4' } } })),
      file('bo.json', writeAnswers({ student: 'Bo', sheet: SHEET, answers: {} })),
      file('torn.json', '{'),
    ]);
  await app.idle();
  const marks = homework.root.getByRole('region', { name: 'Mark what was handed in' });
  await expect(marks.getByRole('row', { name: /^Ada/ })).toContainText(/\d of \d/);
  await expect(marks.getByRole('listitem')).toContainText([
    'bo.json: Bo: The answers are to the sheet walk/42/1/1/1.',
    'torn.json: It is not JSON',
    'Bo: nothing was handed in that counts.',
  ]);
  const [table] = await Promise.all([
    app.page.waitForEvent('download'),
    homework.press(marks, 'Save as a table'),
  ]);
  expect(await readFile(await table.path(), 'utf8')).toContain(`Ada,ada.json,${sheetAddress(own)},`);
});

test('a sheet that there is not is named for what it is, and others are offered', async ({ app }) => {
  const homework = new HomeworkPage(app);
  await homework.open('walk/7/9');
  await expect(homework.root.getByRole('alert')).toContainText('has no version 9. There is version 1.');
  await expect(homework.root.getByRole('radio', { name: /^Page walks/ })).toBeVisible();
  await homework.open('wolks/7/1');
  await expect(homework.root.getByRole('alert')).toContainText('There is no generator called `wolks`.');
});

test('a class answers by codes, and the lecturer sees what it thinks', async ({ app }) => {
  const homework = new HomeworkPage(app);
  const codeFor = async (names: readonly string[]): Promise<string> => {
    await homework.open('answer/memory-order/7/1/2/1/possible');
    for (const name of names) await homework.root.getByRole('checkbox', { name, exact: true }).check();
    await app.idle();
    return (await homework.root.getByRole('status').locator('strong').textContent()) ?? '';
  };
  const few = await codeFor(['B']);
  const many = await codeFor(['B', 'C']);
  expect(few).toMatch(/^[0-9A-Z]{5}$/);
  expect(few).not.toBe(many);
  await homework.open('class/memory-order/7/1/2/1/possible');
  await homework.root.getByLabel(/^Codes/).fill(`${few} ${many.toLowerCase()} x3 AAAAA`);
  await app.idle();
  await expect(homework.root.getByRole('status')).toHaveText('4 answers, 1 not understood');
  await expect(homework.root.getByRole('listitem')).toContainText(['B C', 'B']);
  await expect(homework.root.getByText('`AAAAA` is no code of this question')).toBeVisible();
});

// Each scheme looks at other views: what they draw with is the same.
const LOOKED_AT = {
  light: ['mixed/3/1/3/2', 'class/derivation/3/1/1'],
  dark: ['', 'key/walk/3/1/1/1', 'staff/walk/3/1/1/1', 'answer/derivation/3/1/1'],
} as const;

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme} scheme`, () => {
    test.use({ colorScheme });
    test('axe finds nothing on the homework page', { tag: '@long' }, async ({ app }) => {
      const homework = new HomeworkPage(app);
      for (const rest of LOOKED_AT[colorScheme]) {
        await homework.open(rest);
        expect(await axeViolations(app.page), rest).toEqual([]);
      }
    });
  });
}
