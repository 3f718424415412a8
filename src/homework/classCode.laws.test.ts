import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerSpace, readCode, tally, writeCode } from './classCode';
import type { FieldType } from './field';
import { readAnswer } from './read';

const TYPES: readonly FieldType[] = [
  { kind: 'hex', below: 512, orNone: true },
  { kind: 'count', below: 4096 },
  { kind: 'bits', names: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] },
  { kind: 'choice', options: ['a', 'b', 'c'].map((one) => ({ value: one, says: `this is ${one}` })) },
  { kind: 'set', of: 'hex', from: ['31', '9', '2e'] },
];

/** Any answer of a type, typed in some way. */
const answerOf = (type: FieldType): fc.Arbitrary<string> => {
  switch (type.kind) {
    case 'hex':
      return fc.nat((type.below ?? 1) - 1).map((n) => n.toString(16));
    case 'count':
      return fc.nat((type.below ?? 1) - 1).map(String);
    case 'bits':
      return fc.subarray([...type.names]).map((names) => names.join(' ') || 'none');
    case 'choice':
      return fc.constantFrom(...type.options.map(({ value }) => value));
    case 'set':
      return fc.subarray([...(type.from ?? [])]).map((items) => items.join(' ') || 'none');
    case 'list':
      return fc.constant('none');
  }
};

const asked = fc
  .constantFrom(...TYPES)
  .chain((type) => fc.tuple(fc.constant(type), answerOf(type), fc.string()));

describe('the code of a class question', () => {
  it('gives the answer back, however it is typed', () => {
    fc.assert(
      fc.property(asked, ([type, typed, question]) => {
        const read = readAnswer(type, typed);
        if (read.kind === 'error') throw new Error(read.error);
        const code = writeCode(question, type, read.value);
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}$/);
        const heard = code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
        for (const one of [code, heard, ` ${code.slice(0, 2)}-${code.slice(2)}`])
          expect(readCode(question, type, one)).toEqual(read);
      }),
    );
  });

  it('is known as wrong when a character was misread, or it belongs to another question, but for one in thousands', () => {
    const type = TYPES[0] as FieldType;
    let passed = 0;
    let tried = 0;
    for (let n = 0; n < 512; n++) {
      const code = writeCode('walk/1/7/0/1/index4', type, n.toString(16));
      const others = [0, 1, 2, 3, 4].map(
        (i) => `${code.slice(0, i)}${code[i] === 'A' ? 'B' : 'A'}${code.slice(i + 1)}`,
      );
      for (const other of others) {
        tried++;
        if (readCode('walk/1/7/0/1/index4', type, other).kind === 'ok') passed++;
      }
      tried++;
      if (readCode('walk/1/8/0/1/index4', type, code).kind === 'ok') passed++;
    }
    expect(tried).toBe(512 * 6);
    expect(passed).toBeLessThan(4);
  });

  it('counts what a lecturer types, with times, and tells what it cannot use', () => {
    const type = TYPES[3] as FieldType;
    const [a, b] = ['a', 'b'].map((one) => writeCode('q', type, one)) as [string, string];
    const heard = tally(
      'q',
      type,
      `${a} ${b}\n${a.toLowerCase()} x3, ${b} QQ UUUUU ${writeCode('r', type, 'a')}`,
    );
    expect(heard.answers).toEqual([
      { answer: 'a', count: 4 },
      { answer: 'b', count: 2 },
    ]);
    expect(heard.wrong).toHaveLength(3);
    expect(heard.wrong[0]).toContain('has 2 characters');
    expect(heard.wrong[1]).toContain('has a U in it');
    expect(heard.wrong[2]).toContain('is no code of this question');
  });

  it('has no room for what has no bound', () => {
    expect(answerSpace({ kind: 'hex' })).toBeUndefined();
    expect(answerSpace({ kind: 'list', of: 'place' })).toBeUndefined();
    expect(answerSpace({ kind: 'count', below: 4096, orNone: true })).toBeUndefined();
    expect(answerSpace({ kind: 'count', below: 4096 })).toBe(4096);
  });
});
