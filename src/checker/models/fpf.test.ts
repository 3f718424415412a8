import { describe, expect, it } from 'vitest';
import { shortest, verify } from '../explore';
import { replay } from '../replay';
import { type FpfSize, fpf } from './fpf';
import { SPIN_COUNTS } from './fpfSpin';

const sized = (vcpus: number, operations: number, depth: number, fence: boolean): FpfSize => ({
  vcpus,
  operations,
  depth,
  fence,
});

describe('the fast page fault of the Promela text', () => {
  it.each(SPIN_COUNTS)(
    'N=$vcpus K=$operations B=$depth FENCE=$fence has $states states and $transitions steps, as in SPIN',
    ({ vcpus, operations, depth, fence, states, transitions }) => {
      const subject = fpf(sized(vcpus, operations, depth, fence));
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
