import { describe, expect, it } from 'vitest';
import { classTable, classText, readRoster, sheetOf } from './roster';
import { makeSheet, type SheetName, sheetAddress, sheetNamed } from './sheet';

const SHEET: SheetName = { generator: 'walk', seed: 42, version: 1, count: 1, level: 1 };

describe('a class', () => {
  it('is a list of names, however it was exported', () => {
    expect(readRoster('\uFEFFAda Lovelace\r\n\r\n# left\n"Zoë K.", zk@example.org\n  Bo;7\nCy\t8')).toEqual({
      kind: 'ok',
      value: ['Ada Lovelace', 'Zoë K.', 'Bo', 'Cy'],
    });
  });

  it.each([
    ['', 'Found no name. Expected one student per line.'],
    ['Ada\nBo\n ada ', 'Line 3: found `ada`, as in line 1. Expected each student once'],
    ['x'.repeat(300), 'Line 1: found a name of 300 characters. Expected at most 200.'],
  ])('that cannot be read is told where: %j', (text, says) => {
    const read = readRoster(text);
    expect(read.kind === 'error' ? read.error : 'read').toContain(says);
  });

  it('gets a sheet for each, of the same kind, which another spelling of the name does not change', () => {
    const ada = sheetOf(SHEET, 'Ada Lovelace');
    expect(sheetOf(SHEET, ' ada  lovelace')).toEqual(ada);
    const all = new Set(['Ada Lovelace', 'Bo', 'Cy'].map((name) => sheetAddress(sheetOf(SHEET, name))));
    expect(all.size).toBe(3);
    expect({ ...ada, seed: SHEET.seed }).toEqual(SHEET);
    const [generator = '', seed = '', version, count, level] = sheetAddress(ada).split('/');
    expect(sheetNamed({ generator, seed, version, count, level })).toEqual({ kind: 'ok', value: ada });
    expect(makeSheet(ada)[0]?.exercise.prompt).not.toEqual(
      makeSheet(sheetOf(SHEET, 'Bo'))[0]?.exercise.prompt,
    );
  });

  it('is told as a table, with what a spreadsheet would run made harmless', () => {
    const table = classTable(SHEET, ['=1+1', 'Bo "B" B'], false);
    const [first, second] = table.students;
    expect(table.sheet).toBe('walk/42/1/1/1');
    expect(second?.address).toBe(`#/homework/${sheetAddress(sheetOf(SHEET, 'Bo "B" B'))}/unchecked`);
    expect(classText(table, 'https://x/').split('\n')).toEqual([
      'student,sheet,address',
      `'=1+1,${first?.sheet},https://x/${first?.address}`,
      `"Bo ""B"" B",${second?.sheet},https://x/${second?.address}`,
    ]);
  });
});
