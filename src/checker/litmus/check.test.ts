import { describe, expect, it } from 'vitest';
import { shortest } from '../explore';
import { replay } from '../replay';
import { checkLitmus, litmusSubject } from './check';
import { parseLitmus } from './parse';
import type { LitmusTest } from './test';

/** A test from its columns: each thread's instructions, one per line of the list. */
function test(threads: readonly (readonly string[])[], condition: string, initial = 'x=0; y=0;'): LitmusTest {
  const rows = Array.from({ length: Math.max(...threads.map((t) => t.length)) }, (_, i) =>
    threads.map((t) => t[i] ?? '').join(' | '),
  );
  const header = threads.map((_, i) => `P${i}`).join(' | ');
  const text = `X86 T\n{ ${initial} }\n${[header, ...rows].map((row) => `${row} ;`).join('\n')}\n${condition}\n`;
  const parsed = parseLitmus(text);
  if (parsed.kind === 'error') throw new Error(`${parsed.error.line}: ${parsed.error.says}\n${text}`);
  return parsed.value;
}

const verdict = (...args: Parameters<typeof test>): string | undefined => checkLitmus(test(...args)).verdict;

const storeLoad = (fence: string) => [
  ['MOV [x],$1', fence, 'MOV EAX,[y]'],
  ['MOV [y],$1', fence, 'MOV EAX,[x]'],
];
const BOTH_OLD = 'exists (0:EAX=0 /\\ 1:EAX=0)';

describe('x86-TSO allows', () => {
  it.each(['LFENCE', 'SFENCE'])(
    'SB with %s between: that orders nothing which is not ordered already',
    (fence) => {
      expect(verdict(storeLoad(fence), BOTH_OLD)).toBe('allowed');
    },
  );

  it('a load to pass an older store of another word (SB), with one fence of two as well', () => {
    expect(verdict(storeLoad(''), BOTH_OLD)).toBe('allowed');
    const oneFence = [['MOV [x],$1', 'MFENCE', 'MOV EAX,[y]'], storeLoad('')[1] ?? []];
    expect(verdict(oneFence, BOTH_OLD)).toBe('allowed');
  });

  it('both threads to see their own store first (iwp2.4)', () => {
    const threads = [
      ['MOV [x],$1', 'MOV EAX,[x]', 'MOV EBX,[y]'],
      ['MOV [y],$1', 'MOV EAX,[y]', 'MOV EBX,[x]'],
    ];
    expect(verdict(threads, 'exists (0:EAX=1 /\\ 0:EBX=0 /\\ 1:EAX=1 /\\ 1:EBX=0)')).toBe('allowed');
  });

  it('a reader of one store to miss another thread’s older load (RWC)', () => {
    const threads = [['MOV [x],$1'], ['MOV EAX,[x]', 'MOV EBX,[y]'], ['MOV [y],$1', 'MOV EAX,[x]']];
    const condition = 'exists (1:EAX=1 /\\ 1:EBX=0 /\\ 2:EAX=0)';
    expect(verdict(threads, condition)).toBe('allowed');
    expect(verdict([...threads.slice(0, 2), ['MOV [y],$1', 'MFENCE', 'MOV EAX,[x]']], condition)).toBe(
      'forbidden',
    );
  });
});

describe('x86-TSO forbids', () => {
  it.each(['MFENCE', 'XCHG [z],ECX', 'LOCK ADD [z],$0', 'LOCK INC [z]', 'LOCK CMPXCHG [z],ECX'])(
    'SB with %s between',
    (fence) => {
      expect(verdict(storeLoad(fence), BOTH_OLD)).toBe('forbidden');
    },
  );

  it('messages to overtake their flag (MP), with and without fences', () => {
    const condition = 'exists (1:EAX=1 /\\ 1:EBX=0)';
    const plain = [
      ['MOV [x],$1', 'MOV [y],$1'],
      ['MOV EAX,[y]', 'MOV EBX,[x]'],
    ];
    expect(verdict(plain, condition)).toBe('forbidden');
    const fenced = [
      ['MOV [x],$1', 'MFENCE', 'MOV [y],$1'],
      ['MOV EAX,[y]', 'MFENCE', 'MOV EBX,[x]'],
    ];
    expect(verdict(fenced, condition)).toBe('forbidden');
  });

  it('stores to leave in another order than they came (2+2W), and to pass an older load (S)', () => {
    const twice = [
      ['MOV [x],$1', 'MOV [y],$2'],
      ['MOV [y],$1', 'MOV [x],$2'],
    ];
    expect(verdict(twice, 'exists (x=1 /\\ y=1)')).toBe('forbidden');
    const s = [
      ['MOV [x],$2', 'MOV [y],$1'],
      ['MOV EAX,[y]', 'MOV [x],$1'],
    ];
    expect(verdict(s, 'exists (x=2 /\\ 1:EAX=1)')).toBe('forbidden');
  });

  it('what one thread has passed on to be missed by a third (WRC)', () => {
    const threads = [['MOV [x],$1'], ['MOV EAX,[x]', 'MOV [y],$1'], ['MOV EAX,[y]', 'MOV EBX,[x]']];
    expect(verdict(threads, 'exists (1:EAX=1 /\\ 2:EAX=1 /\\ 2:EBX=0)')).toBe('forbidden');
  });

  it('a word to go back to its old value (CoRR), and a thread to miss its own store (CoWR)', () => {
    expect(verdict([['MOV [x],$1'], ['MOV EAX,[x]', 'MOV EBX,[x]']], 'exists (1:EAX=1 /\\ 1:EBX=0)')).toBe(
      'forbidden',
    );
    expect(verdict([['MOV [x],$1', 'MOV EAX,[x]'], ['MOV [x],$2']], 'exists (0:EAX=0)')).toBe('forbidden');
  });
});

describe('locked instructions', () => {
  it('lose no addition of four threads', () => {
    const threads = [['LOCK INC [x]'], ['LOCK ADD [x],$2'], ['LOCK ADD [x],EBX'], ['LOCK INC [x]']];
    const initial = 'x=-1; 2:EBX=0x10;';
    expect(verdict(threads, 'exists (x=19)', initial)).toBe('allowed');
    expect(verdict(threads, '~exists (~x=19)', initial)).toBe('forbidden');
  });

  it('LOCK CMPXCHG stores where it finds EAX and loads EAX where it does not', () => {
    const threads = [['LOCK CMPXCHG [x],EBX'], ['LOCK CMPXCHG [x],EBX']];
    const initial = 'x=0; 0:EAX=0; 0:EBX=1; 1:EAX=0; 1:EBX=2;';
    const final = 'forall ((x=1 /\\ 0:EAX=0 /\\ 1:EAX=1) \\/ (x=2 /\\ 0:EAX=2 /\\ 1:EAX=0))';
    expect(verdict(threads, final, initial)).toBe('allowed');
    expect(verdict(threads, final.replace('forall', 'exists ~'), initial)).toBe('forbidden');
  });

  it('XCHG gives back what was there, to one of two only', () => {
    const lock = [['XCHG [x],EAX'], ['XCHG EAX,[x]']];
    const initial = 'x=0; 0:EAX=1; 1:EAX=1;';
    expect(verdict(lock, 'exists (0:EAX=0 /\\ 1:EAX=0)', initial)).toBe('forbidden');
    expect(verdict(lock, 'exists (0:EAX=0 /\\ 1:EAX=1)', initial)).toBe('allowed');
  });

  it('additions wrap at 32 bits', () => {
    expect(verdict([['LOCK INC [x]']], 'exists (x=-2147483648)', 'x=0x7fffffff;')).toBe('allowed');
  });
});

describe('the exploration of a litmus test', () => {
  it('counts the states of one store alone: before, waiting, in memory', () => {
    expect(checkLitmus(test([['MOV [x],$1']], 'exists (x=1)'))).toMatchObject({
      verdict: 'allowed',
      states: 3,
    });
  });

  it('asks about final states only: a store that still waits is none', () => {
    expect(verdict([['MOV [x],$1']], 'exists (x=0)')).toBe('forbidden');
  });

  it('moves values between registers without memory', () => {
    expect(verdict([['MOV EAX,$7', 'MOV EBX,EAX', 'MOV [x],EBX']], 'exists (x=7 /\\ 0:EBX=7)')).toBe(
      'allowed',
    );
  });

  it('gives a shortest witness that can be taken again', () => {
    const subject = litmusSubject(test(storeLoad(''), BOTH_OLD));
    const outcome = shortest(subject);
    if (outcome.kind !== 'violation') throw new Error(`came out as ${outcome.kind}`);
    // Two stores, two loads, two drains.
    expect(outcome.schedule).toHaveLength(6);
    expect(replay(subject, outcome.schedule).violation?.invariant).toBe('LITMUS');
  });
});
