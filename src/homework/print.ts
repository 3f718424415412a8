import { assertNever } from '../base';
import type { Block } from './exercise';
import type { Field } from './field';
import { expectedOf } from './read';
import { type SheetExercise, type SheetName, sheetAddress } from './sheet';
import { showAnswer } from './show';

/** A sheet as lines of text. */
export function sheetText(name: SheetName, sheet: readonly SheetExercise[]): string[] {
  return [
    `Shadowscope homework ${sheetAddress(name)}`,
    'Name: ______________________________',
    ...sheet.flatMap(({ number, exercise }) => [
      '',
      `${number}. ${exercise.title}`,
      ...exercise.prompt.flatMap((block) => ['', ...blockText(block)]),
      '',
      ...exercise.fields.flatMap(fieldText),
    ]),
  ];
}

function fieldText({ id, label, points, type }: Field): string[] {
  const head = `   ${id}  (${pointsText(points)})  ${label}`;
  if (type.kind !== 'choice') return [head, `      ${expectedOf(type)}: ______________`];
  const width = Math.max(...type.options.map(({ value }) => value.length));
  return [head, ...type.options.map(({ value, says }) => `      [ ] ${value.padEnd(width)}  ${says}`)];
}

/** Its key, apart. */
export function keyText(name: SheetName, sheet: readonly SheetExercise[]): string[] {
  return [
    `Shadowscope homework ${sheetAddress(name)}: KEY`,
    ...sheet.flatMap(({ number, exercise, key }) => [
      '',
      `${number}. ${exercise.title}`,
      ...exercise.fields.map(
        ({ id, type, points }) =>
          `   ${id}  (${pointsText(points)})  ${showAnswer(type, key.answers[id] as string)}`,
      ),
      ...key.solution.map(({ says }) => `     - ${says}`),
    ]),
  ];
}

export const pointsText = (points: number): string => `${points} ${points === 1 ? 'point' : 'points'}`;

function blockText(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return wrapped(block.text, 100).map((line) => `   ${line}`);
    case 'program':
      return [`   ${block.caption}:`, ...block.lines.map((line) => `     ${line}`)];
    case 'table': {
      const rows = [block.head, ...block.rows];
      const widths = block.head.map((_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
      const line = (row: readonly string[]): string =>
        `     ${row.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join('  ')}`.trimEnd();
      return [`   ${block.caption}:`, ...rows.map(line)];
    }
    default:
      return assertNever(block);
  }
}

function wrapped(words: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of words.split(' ')) {
    const last = lines.length - 1;
    const longer = lines[last] === '' ? word : `${lines[last]} ${word}`;
    if (longer.length > width) lines.push(word);
    else lines[last] = longer;
  }
  return lines;
}

/** Sheet and, if asked for, key as plain data. */
export function sheetData(name: SheetName, sheet: readonly SheetExercise[], withKey: boolean): object {
  return {
    format: 'shadowscope-sheet',
    version: 1,
    sheet: name,
    exercises: sheet.map(({ number, generator, exercise, key }) => ({
      number,
      generator: generator.name,
      title: exercise.title,
      prompt: exercise.prompt,
      fields: exercise.fields.map(({ id, label, type, points }) => ({ id, label, type, points })),
      ...(withKey && {
        key: key.answers,
        solution: key.solution.map(({ says }) => says),
        scenario: exercise.scenario,
      }),
    })),
  };
}
