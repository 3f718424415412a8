import { describe, expect, it } from 'vitest';
import type { FieldType } from './field';
import { readAnswer } from './read';

const value = (type: FieldType, typed: string): string => {
  const read = readAnswer(type, typed);
  return read.kind === 'ok' ? read.value : `! ${read.error}`;
};

const HEX: FieldType = { kind: 'hex' };
const INDEX: FieldType = { kind: 'hex', below: 512, orNone: true };
const COUNT: FieldType = { kind: 'count' };
const BITS: FieldType = { kind: 'bits', names: ['P', 'W', 'U', 'RSVD', 'I'] };
const FLAGS: FieldType = { kind: 'bits', names: ['P', 'W', 'U'] };
const FRAMES: FieldType = { kind: 'set', of: 'hex', from: ['2e', '31'] };

describe('what is typed', () => {
  it.each([
    [HEX, '0x2E', '2e'],
    [HEX, ' 002e ', '2e'],
    [HEX, '2Eh', '2e'],
    [HEX, '0x7f80_8820 7000', '7f8088207000'],
    [HEX, '0', '0'],
    [INDEX, 'None', 'none'],
    [INDEX, '–', 'none'],
    [COUNT, '1 024', '1024'],
    [COUNT, '0x10', '16'],
    [BITS, 'i + p, rsvd', 'P RSVD I'],
    [BITS, '{}', 'none'],
    [FLAGS, 'upw', 'P W U'],
    [FRAMES, '{0x31, 2E, 31}', '2e 31'],
    [FRAMES, 'none', 'none'],
    [{ kind: 'set', of: 'count' }, '12; 3 012', '3 12'],
    [{ kind: 'set', of: 'place' }, '0x2e[07], 2E:1f', '2e[7] 2e[1f]'],
    [{ kind: 'list', of: 'place' }, '2[1] -> 0x1[0x6] → 2[1]', '2[1] 1[6] 2[1]'],
    [
      { kind: 'choice', options: [{ value: 'ro', says: 'the page, read-only' }] },
      'The page,  read-only',
      'ro',
    ],
  ] satisfies [FieldType, string, string][])('%j reads `%s` as `%s`', (type, typed, read) => {
    expect(value(type, typed)).toBe(read);
  });

  it.each([
    [HEX, '12g', 'Found `12g`. Expected a hexadecimal number such as 0x2e.'],
    [HEX, 'none', 'Found `none`. Expected a hexadecimal number such as 0x2e: there is one.'],
    [INDEX, '200', 'Found `200`. Expected at most 0x1ff.'],
    [COUNT, 'two', 'Found `two`. Expected a whole number such as 12.'],
    [BITS, 'P X', 'Found `x`. Expected some of P, W, U, RSVD, I, or `none`.'],
    [FRAMES, '0x30', 'Found `0x30`. Expected some of 0x2e, 0x31, or `none`.'],
    [HEX, '  ', 'Nothing is written here. Expected a hexadecimal number such as 0x2e.'],
  ] satisfies [FieldType, string, string][])('%j says what is wrong with `%s`', (type, typed, says) => {
    expect(value(type, typed)).toBe(`! ${says}`);
  });
});
