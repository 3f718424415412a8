import { expect, it } from 'vitest';
import { decodedUri } from './uri';

it.each([
  ['two%20words%2C%20%E2%80%9Cquoted%E2%80%9D', 'two words, “quoted”'],
  ['cut off%E2%80', 'cut off%E2%80'],
  ['100%', '100%'],
  ['', ''],
])('reads %s as %s', (part, text) => {
  expect(decodedUri(part)).toBe(text);
});
