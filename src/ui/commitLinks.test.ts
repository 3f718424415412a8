import { expect, test } from 'vitest';
import { originParts } from './commitLinks';

test('every commit of Xen becomes a link, and the words stay as they are', () => {
  const words = 'Xen 6d72e644df and 1f80f21b47 (November 2008): multi.c shadow_set_l4e';
  const parts = originParts(words);
  expect(parts.map(({ text }) => text).join('')).toBe(words);
  expect(parts.flatMap(({ href }) => (href === undefined ? [] : [href.slice(-10)]))).toEqual([
    '6d72e644df',
    '1f80f21b47',
  ]);
});

test('words that name no commit of Xen have no link', () => {
  for (const words of ['Intel manual, volume 3, chapter 4', 'Linux d067e4b077', 'Xen, 20 June 2008', ''])
    expect(originParts(words)).toEqual([{ text: words }]);
});
