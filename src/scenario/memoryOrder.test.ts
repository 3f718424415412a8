import { describe, expect, it } from 'vitest';
import { printDiagnostic } from './diagnostic';
import { resolve } from './resolve';

const HEAD = `scenario "Order"
design native
paging off, 80 frames
store-buffers 2
variable x at 0x4_0000 = -1
variable y at 0x4_1004
`;
const LINES = HEAD.split('\n').length - 1;

function complaints(rest: string, head = HEAD): string[] {
  const result = resolve(head + rest);
  return (result.kind === 'error' ? result.error : result.value.warnings).map(printDiagnostic);
}

function made(rest: string, head = HEAD) {
  const result = resolve(head + rest);
  if (result.kind === 'error') throw new Error(result.error.map(printDiagnostic).join('\n'));
  return result.value.spec;
}

const X = { hi: 0, lo: 0x40000 };

describe('variables and registers', () => {
  it('are words of 32 bits, where paging or its absence puts them', () => {
    const spec = made('vcpu 0\n  load x\n');
    expect(spec.words).toEqual([
      { name: 'x', va: X, gfn: 0x40, offset: 0 },
      { name: 'y', va: { hi: 0, lo: 0x41004 }, gfn: 0x41, offset: 4 },
    ]);
    expect(spec.memory).toEqual([{ frame: 0x40, cell: 0, value: -1 }]);
    const paged = made(
      'variable z at 0x40_0008\nvcpu 0\n  load z\n',
      'scenario "P"\ndesign native\nmap 0x40_0000 -> 0x03c rw user\n',
    );
    expect(paged.words).toMatchObject([{ name: 'z', gfn: 0x3c, offset: 8 }]);
    expect(paged.programs[0]).toMatchObject([{ kind: 'load', width: 4, cpl: 3 }]);
  });

  it('are what operations take and give', () => {
    const { programs } = made(
      'vcpu 0\n  mov ebx = 7\n  mov ecx = ebx\n  store x = ebx\n  store y = 2\n  load x -> eax\n  xchg x = ecx\n  cmpxchg y = eax -> ebx\n  cmpxchg y = 1 -> 2\n  lock-add x = esi\n  store 0x4_2000 = edi\n',
    );
    const plain = { va: X, width: 4, cpl: 0 };
    const y = { ...plain, va: { hi: 0, lo: 0x41004 } };
    const zero = { hi: 0, lo: 0 };
    expect(programs[0]).toEqual([
      { kind: 'move', into: 'ebx', value: 7 },
      { kind: 'move', into: 'ecx', value: 0, from: 'ebx' },
      { kind: 'store', value: zero, from: 'ebx', ...plain },
      { kind: 'store', value: { hi: 0, lo: 2 }, ...y },
      { kind: 'load', into: 'eax', ...plain },
      { kind: 'locked', op: 'xchg', value: zero, expected: zero, from: 'ecx', into: 'ecx', ...plain },
      { kind: 'locked', op: 'cmpxchg', value: zero, expected: zero, from: 'ebx', into: 'eax', ...y },
      { kind: 'locked', op: 'cmpxchg', value: { hi: 0, lo: 2 }, expected: { hi: 0, lo: 1 }, ...y },
      { kind: 'locked', op: 'add', value: zero, expected: zero, from: 'esi', ...plain },
      { kind: 'store', value: zero, from: 'edi', va: { hi: 0, lo: 0x42000 }, width: 4, cpl: 3 },
    ]);
  });

  it.each([
    ['variable x at 0x4_2000', 'There is a variable `x` already. Expected another name.'],
    ['variable eax at 0x4_2000', '`eax` means something else here. Expected another name.'],
    ['variable z at 0x4_2002', 'A variable begins at a multiple of 4: it is one word of 32 bits.'],
    [
      'variable z at 0x5_0000',
      'The guest has 80 frames, and that address lies beyond them. Expected one below 0x50000.',
    ],
    ['vcpu 0\n  load z', '`z` is not a variable. Expected `x` or `y`.'],
    ['vcpu 0\n  load 0x4_0000 byte -> eax', 'cannot stand here'],
    [
      'vcpu 0\n  load 0x4_0000 -> eax byte',
      'A register such as `eax` holds 32 bits. Expected `dword`, or no width.',
    ],
    ['vcpu 0\n  store 0x4_0000 = eax half', 'A register such as `eax` holds 32 bits.'],
    ['vcpu 0\n  cmpxchg x = ebx -> ecx', 'CMPXCHG compares with EAX, and no other register.'],
    ['vcpu 0\n  stos x = eax count 2', 'REP STOS stores a value that is written here. Expected a number'],
    ['vcpu 0\n  store x = 0x1_0000_0000', 'A value of 4 bytes cannot be 4294967296.'],
    ['vcpu 0\n  mov rax = 1', '`rax` '],
  ])('%s: %s', (rest, says) => {
    expect(complaints(rest)).toHaveLength(1);
    expect(complaints(rest)[0]).toContain(says);
  });
});

describe('a question about the end', () => {
  it('binds not, and, or as everywhere, and keeps its words', () => {
    const { question } = made(
      'vcpu 1\n  load x -> eax\nsometimes not x = 1 and y = -2 or vcpu 1 eax = 0xffff_ffff\n',
    );
    expect(question).toMatchObject({
      quantifier: 'sometimes',
      text: 'not x = 1 and y = -2 or vcpu 1 eax = 0xffff_ffff',
      proposition: {
        kind: 'or',
        left: {
          kind: 'and',
          left: { kind: 'not', of: { kind: 'memory', gfn: 0x40, offset: 0, value: 1 } },
          right: { kind: 'memory', gfn: 0x41, offset: 4, value: -2 },
        },
        right: { kind: 'register', vcpu: 1, register: 'eax', value: -1 },
      },
    });
  });

  it.each([
    ['never x = 1\nalways x = 2', /^Line 8, .*One question about the end is asked already/],
    ['never z = 1', /`z` is not a variable\. Expected `x` or `y`\./],
    ['never vcpu 7 eax = 1', /The number of a vCPU cannot be 7/],
    ['never vcpu 0 rip = 1', /`rip` cannot stand here|`rip` is not/],
    ['never (x = 1', /The line ends too early\. Expected .*`\)`/],
    ['never x = 1 y = 2', /`y` cannot stand here/],
    ['never', /The line ends too early/],
  ])('%s', (rest, says) => {
    const said = complaints(`${rest}\n`);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(says);
    expect(said[0]).toMatch(new RegExp(`^Line ${LINES + rest.split('\n').length}, `));
  });

  it('can be announced as broken by its keyword, and by no other', () => {
    expect(made('vcpu 0\n  store x = 1\nnever x = 1\nviolates never\n').violates).toEqual(['never']);
    expect(complaints('never x = 1\nviolates always\n')[0]).toContain(
      '`always` is not an invariant of native',
    );
  });
});

describe('a schedule that names store buffers', () => {
  it('lets them drain, for so many stores or until nothing waits', () => {
    const { schedule } = made(
      'vcpu 0\n  store x = 1\nvcpu 1\n  load x\nschedule 0, buffer 0 until 1 steps, buffer 1\n',
    );
    expect(schedule.segments).toEqual([
      { actor: 0, until: { kind: 'done' } },
      { actor: 3, until: { kind: 'steps', count: 1 } },
      { actor: 4, until: { kind: 'done' } },
    ]);
  });

  it('says where that means nothing', () => {
    const program = 'vcpu 0\n  store x = 1\n';
    expect(complaints(`${program}schedule buffer 0 until op 0 end\n`)[0]).toContain(
      'A store buffer has no operations.',
    );
    expect(complaints(`${program}schedule buffer 3\n`)[0]).toContain('The number of a vCPU cannot be 3');
    const off = HEAD.replace('store-buffers 2', 'store-buffers off');
    expect(complaints(`${program}schedule 0, buffer 0\n`, off)[0]).toMatch(
      /warning: There are no store buffers here/,
    );
  });
});
