import { describe, expect, it } from 'vitest';
import { parseLitmus } from './parse';

const SB = `X86 SB
"Fre PodWR Fre PodWR"
Generator=somebody (* with a comment *)
{ int x=0; [y]=0; 1:EBX; 0:ECX = 0x10; }
 P0          | P1          ;
 MOV [x],$1  | MOV [y],ECX ;
             | MFENCE      ;
 MOV EAX,[y] | MOV EAX,[x] ;
locations [x; y;]
exists (0:EAX=0 /\\ (1:EAX=0 \\/ ~ y=1))
`;

/** The error of SB with one piece of text replaced by another. */
function errorOf(piece: string, by: string): string {
  expect(SB).toContain(piece);
  const parsed = parseLitmus(SB.replace(piece, by));
  if (parsed.kind === 'ok') throw new Error('it was read');
  return `${parsed.error.line}: ${parsed.error.says}`;
}

describe('a litmus text', () => {
  it('is read whole: name, initial state, columns, condition; notes and comments are passed over', () => {
    expect(parseLitmus(SB)).toEqual({
      kind: 'ok',
      value: {
        name: 'SB',
        memory: new Map([
          ['x', 0],
          ['y', 0],
        ]),
        registers: [
          { thread: 1, register: 'EBX', value: 0 },
          { thread: 0, register: 'ECX', value: 16 },
        ],
        threads: [
          [
            { kind: 'store', location: 'x', from: { kind: 'immediate', value: 1 } },
            { kind: 'load', to: 'EAX', location: 'y' },
          ],
          [
            { kind: 'store', location: 'y', from: { kind: 'register', register: 'ECX' } },
            { kind: 'mfence' },
            { kind: 'load', to: 'EAX', location: 'x' },
          ],
        ],
        quantifier: 'exists',
        proposition: {
          kind: 'and',
          left: { kind: 'register', thread: 0, register: 'EAX', value: 0 },
          right: {
            kind: 'or',
            left: { kind: 'register', thread: 1, register: 'EAX', value: 0 },
            right: { kind: 'not', of: { kind: 'memory', location: 'y', value: 1 } },
          },
        },
      },
    });
  });

  it('is read with Windows line ends and without blanks as well', () => {
    const close = 'X86 T\r\n{x=0;}\r\nP0;\r\nMOV [x],$1;\r\n~exists(x=1/\\0:EAX=0)\r\n';
    const parsed = parseLitmus(close);
    expect(parsed).toMatchObject({
      kind: 'ok',
      value: { name: 'T', quantifier: '~exists', proposition: { kind: 'and' } },
    });
  });

  it.each([
    ['a => b is ~a \\/ b', 'x=1 => y=1', { kind: 'or', left: { kind: 'not' } }],
    ['/\\ binds closer than \\/', 'x=1 \\/ x=2 /\\ y=1', { kind: 'or', right: { kind: 'and' } }],
    ['~ binds closest', '~x=1 /\\ y=1', { kind: 'and', left: { kind: 'not' } }],
    ['not is ~, values may be negative', 'not (x=-1)', { kind: 'not', of: { kind: 'memory', value: -1 } }],
    ['true', 'true', { kind: 'constant', holds: true }],
  ])('reads propositions: %s', (_, text, proposition) => {
    const parsed = parseLitmus(`X86 T\n{ }\n P0 ;\n MFENCE ;\nforall (${text})\n`);
    expect(parsed).toMatchObject({ kind: 'ok', value: { quantifier: 'forall', proposition } });
  });
});

describe('a litmus text that cannot be read', () => {
  it.each([
    ['X86 SB', 'AArch64 SB', '1: found a test for `AArch64`, expected `X86 NAME`'],
    ['X86 SB', 'X86', '1: found no name after X86'],
    ['{ int', ' int', '1: found no `{`'],
    ['P1          ;', 'P2          ;', '5: found `P2`, expected P1'],
    ['| MFENCE      ;', '| MFENCE | MFENCE ;', '7: found 3 columns, expected 2'],
    ['MFENCE', 'CLFLUSH [x]', '7: found `CLFLUSH [x]`. Supported: MOV [x],$1'],
    ['MFENCE', 'INC [x]', '7: found `INC [x]` without LOCK'],
    ['MFENCE', 'LOCK MFENCE', '7: found LOCK before MFENCE'],
    ['MOV EAX,[y]', 'MOV RAX,[y]', '8: found `RAX`, expected a register: EAX'],
    ['MOV EAX,[y]', 'MOV EAX,[ESI]', '8: found the register ESI, expected the name of a location'],
    ['MOV EAX,[y]', 'MOV [x],[y]', '8: found `MOV [x],[y]`. Supported'],
    ['MOV EAX,[y]', 'MOV EAX,$five', '8: found `five`, expected a number'],
    ['0:ECX = 0x10', '2:ECX = 0x10', '4: found thread `2`, expected 0 to 1'],
    ['0:ECX = 0x10', '0:ECX = x', '4: found `x`, expected a number. Addresses as values are not supported'],
    ['0:ECX = 0x10', '0:ECX = 0x100000000', '4: found 0x100000000, expected a value of 32 bits'],
    ['exists (0:EAX=0', 'exists (EAX=0', '10: found EAX without its thread, expected for example 0:EAX'],
    ['exists (0:EAX=0', 'exists (7:EAX=0', '10: found thread `7`'],
    ['~ y=1))', '~ y=1)', '10: found the end, expected `)`'],
    ['~ y=1))', '~ y))', '10: found `y`, expected `0:EAX=1`'],
    ['~ y=1))', '~ y=1)) x', '10: found `x` after the proposition'],
    ['locations', 'filter', '9: found `filter`, which is not supported'],
  ])('%s -> %s', (piece, by, error) => {
    expect(errorOf(piece, by)).toContain(error);
  });

  it('has no final condition, or is empty', () => {
    expect(errorOf(SB.slice(SB.indexOf('locations')), '')).toContain('8: found no final condition');
    expect(parseLitmus('')).toMatchObject({ kind: 'error', error: { line: 1 } });
  });
});
