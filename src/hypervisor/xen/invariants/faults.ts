import type { Invariant } from '../../../kernel';
import { sayVa } from '../../../machine';
import type { Xen } from '../state';
import { invariant } from './names';

/**
 * I17: a fault that a magic entry gives to the guest without a walk. All other faults come from a walk of the guest's own
 * tables. Checked after every step, as the fast path takes no lock.
 */
export const faultsJustified: Invariant<Xen> = {
  ...invariant('I17', 'The guest is given no page fault that its own tables do not justify.', (x, found) => {
    for (const { index: v } of x.vcpus) {
      const va = x.witness.wrong(v);
      if (va === undefined) continue;
      const at = sayVa(x.machine, v, va.hi, va.lo);
      found(
        `the guest on vCPU ${v} was given a page fault for ${at} by an old magic entry, but its tables have mapped the address all the while.`,
        `vcpu ${v}`,
      );
    }
  }),
  when: 'step',
};
