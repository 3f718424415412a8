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

describe("herd's X86_64", () => {
  const MIXED = `X86_64 mixed
"PodWR Fre PodWR Fre"
Prefetch=0:x=F,0:y=T
{ uint64_t x=0; y=0; uint64_t 0:rbx=2; 1:%rcx=3; }
 P0                     | P1               ;
 movq %rbx,(x)          | movl $1,y(%rip)  ;
 lfence                 | sfence           ;
 lock cmpxchgl %ebx,(y) | xchgq %rcx,(x)   ;
 movl (y),%eax          | lock subl $2,(x) ;
 mfence                 | lock decl (y)    ;
exists (0:rax=0 /\\ 1:%rcx=0)
`;

  it('is read as AT&T writes, the source first, to what X86 says in its own way', () => {
    const intel = `X86 mixed
{ x=0; y=0; 0:EBX=2; 1:ECX=3; }
 P0                   | P1              ;
 MOV [x],EBX          | MOV [y],$1      ;
 LOCK CMPXCHG [y],EBX | XCHG [x],ECX    ;
 MOV EAX,[y]          | LOCK ADD [x],-2 ;
 MFENCE               | LOCK ADD [y],-1 ;
exists (0:EAX=0 /\\ 1:ECX=0)
`;
    const read = parseLitmus(MIXED);
    expect(read).toMatchObject({ kind: 'ok' });
    expect(read).toEqual(parseLitmus(intel));
  });

  it.each([
    [
      'movl $1,y(%rip)',
      'movb $1,(y)',
      '6: found `movb $1,(y)`, which accesses a part of a location. Use movl or movq',
    ],
    ['movl $1,y(%rip)', 'movl $1,(%rax)', '6: found the register %rax, expected the name of a location'],
    ['movl $1,y(%rip)', 'movl $1,y', '6: found `y`, expected a register'],
    ['lock decl', 'decl', '10: found `decl (y)` without LOCK'],
    ['X86_64 mixed', 'X86_64', '1: found no name after X86_64'],
  ])('tells what it cannot read: %s -> %s', (piece, by, error) => {
    const parsed = parseLitmus(MIXED.replace(piece, by));
    expect(parsed.kind === 'error' && `${parsed.error.line}: ${parsed.error.says}`).toContain(error);
  });
});

describe('a filter', () => {
  const asked = (condition: string) => parseLitmus(`X86 T\n{ }\n P0 ;\n MFENCE ;\n${condition}\n`);

  it('leaves only the final states that it lets through', () => {
    expect(asked('filter (x=1) exists (y=1)')).toEqual(asked('exists (x=1 /\\ y=1)'));
    expect(asked('filter (x=1)\n~exists (y=1)')).toEqual(asked('~exists (x=1 /\\ y=1)'));
    expect(asked('filter (x=1) forall (y=1)')).toEqual(asked('forall (x=1 => y=1)'));
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
    ['MOV EAX,[y]', 'MOV R8,[y]', '8: found `R8`, expected a register: EAX'],
    ['MOV EAX,[y]', 'LOCK LFENCE', '8: found `LOCK LFENCE`. Supported'],
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
    ['locations', 'filter', '9: found `[`, expected `0:EAX=1` or `x=1`'],
    ['X86 SB', 'X86_64 SB', '6: found `$1`, expected a register'],
  ])('%s -> %s', (piece, by, error) => {
    expect(errorOf(piece, by)).toContain(error);
  });

  it('has no final condition, or is empty', () => {
    expect(errorOf(SB.slice(SB.indexOf('locations')), '')).toContain('8: found no final condition');
    expect(parseLitmus('')).toMatchObject({ kind: 'error', error: { line: 1 } });
  });
});
