import type { Invariant } from '../../kernel';
import type { Skeleton } from './state';

/** COPY 4: what always holds, as data, with the occasion on which it holds by right. */
const nothingLost: Invariant<Skeleton> = {
  name: 'S1',
  part: 'skeleton',
  when: 'quiescent',
  says: 'The total is the sum of what the vCPUs have counted.',
  check: (s) => {
    const sum = s.machine.regs.reduce((n, _, v) => n + s.ofVcpu(v), 0);
    if (sum === s.total) return [];
    return [
      {
        invariant: 'S1',
        says: `Broken: the vCPUs have counted ${sum} faults, but the total says ${s.total}. Two of them read it at the same time.`,
        where: 'skeleton total',
      },
    ];
  },
};

export const skeletonInvariants: readonly Invariant<never>[] = [nothingLost];
