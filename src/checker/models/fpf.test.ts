import { describe, expect, it } from 'vitest';
import { shortest, verify } from '../explore';
import { replay } from '../replay';
import { type FpfSize, fpf } from './fpf';

/** Distinct states and transitions as SPIN counts them without reduction (its transitions less the first state). */
const SPIN: readonly (readonly [
  n: number,
  k: number,
  b: number,
  fence: 0 | 1,
  states: number,
  transitions: number,
])[] = [
  [2, 1, 2, 1, 447, 838],
  [2, 1, 4, 0, 672, 1466],
  [2, 2, 2, 1, 4479, 10190],
  [2, 2, 2, 0, 8458, 22192],
  [2, 2, 4, 1, 4583, 10490],
  [3, 1, 2, 1, 7854, 21609],
  [3, 1, 2, 0, 14382, 45468],
  [3, 1, 4, 1, 7854, 21609],
];

const sized = (vcpus: number, operations: number, depth: number, fence: boolean): FpfSize => ({
  vcpus,
  operations,
  depth,
  fence,
});

describe('the fast page fault of the Promela text', () => {
  it.each(SPIN)(
    'N=%i K=%i B=%i FENCE=%i has %i states and %i steps, as in SPIN',
    (n, k, b, fence, states, transitions) => {
      const subject = fpf(sized(n, k, b, fence === 1));
      expect(verify(subject, { onWrong: 'count' }).covered).toMatchObject({ states, transitions });
    },
  );

  it('holds with its two fences and breaks without them', () => {
    const subject = fpf(sized(2, 1, 2, false));
    expect(verify(fpf(sized(2, 1, 2, true))).kind).toBe('holds');
    const broken = shortest(subject);
    if (broken.kind !== 'violation') throw new Error(`came out as ${broken.kind}`);
    expect(replay(subject, broken.schedule).violation?.invariant).toBe('FPF');
    expect(verify(subject, { bounds: { depth: broken.schedule.length - 1 } }).kind).not.toBe('violation');
  });

  it('has the same states with a page table in each of them', () => {
    const subject = fpf({ ...sized(2, 1, 2, true), padding: 1024 });
    expect(verify(subject).covered).toMatchObject({ states: 447, transitions: 838 });
  });
});
