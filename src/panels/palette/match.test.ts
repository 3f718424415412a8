import { expect, test } from 'vitest';
import type { Command } from '../../session/commands';
import { rank, stepWanted } from './match';

const command = (title: string, also?: string): Command => ({
  id: title,
  title,
  group: 'Move',
  ...(also === undefined ? {} : { also }),
  run: () => undefined,
});

const ALL = [
  command('Next page fault'),
  command('Forward', 'next beat'),
  command('To the end'),
  command('Previous page fault'),
  command('Let vCPU 1 act here'),
];

const titles = (wanted: string): string[] => rank(wanted, ALL).map((one) => one.title);

test('the beginning of a title beats a word in it, that beats letters in order', () => {
  expect(titles('p')[0]).toBe('Previous page fault');
  expect(titles('fault')).toEqual(['Next page fault', 'Previous page fault']);
  expect(titles('npf')).toEqual(['Next page fault']);
});

test('further words of a command find it too', () => {
  expect(titles('beat')).toEqual(['Forward']);
});

test('nothing typed shows all, letters that nobody has show none', () => {
  expect(titles('')).toHaveLength(ALL.length);
  expect(titles('zzz')).toEqual([]);
});

test('a number asks for a step', () => {
  expect(stepWanted('37')).toBe(37);
  expect(stepWanted('step 37')).toBe(37);
  expect(stepWanted('37 faults')).toBeUndefined();
});
