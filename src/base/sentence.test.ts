import { expect, it } from 'vitest';
import { sentence } from './sentence';

it.each([
  ['Failed to fetch', 'Failed to fetch.'],
  ['It could not be fetched.', 'It could not be fetched.'],
  ['It says “no.”', 'It says “no.”'],
])('%s -> %s', (words, said) => {
  expect(sentence(words)).toBe(said);
});
