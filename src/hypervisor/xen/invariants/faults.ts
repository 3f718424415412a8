import type { Invariant } from '../../../kernel';
import { PFEC_P, sayVa } from '../../../machine';
import type { Xen } from '../state';
import { guestPage, invariant } from './names';

/**
 * I17: a fault that a magic entry gives to the guest without a walk, and the present bit of one that a walk has found. Checked after every step, as the fast path takes no lock.
 */
export const faultsJustified: Invariant<Xen> = {
  ...invariant('I17', 'The guest is given no page fault that its own tables do not justify.', (x, found) => {
    for (const { index: v } of x.vcpus) {
      const va = x.witness.wrong(v);
      if (va === undefined) continue;
      const at = sayVa(x.machine, v, va.hi, va.lo);
      found(
        va.error < 0
          ? `the guest on vCPU ${v} was given a page fault for ${at} by an old magic entry, but its tables have mapped the address all the while.`
          : `the guest on vCPU ${v} was told that its entry for ${at} is ${(va.error & PFEC_P) === 0 ? 'not present' : 'present'}, but its tables say otherwise.`,
        `vcpu ${v}`,
      );
    }
  }),
  when: 'step',
  remembers: (x) => [x.witness.region],
};

/**
 * I20, this project's own: the sheet tells of the rule (9.16) and gives its breach no number. Only what faults is seen: a program
 * that finds a writable mapping made for its kernel needs none.
 */
export const userStoresUnshadow = invariant(
  'I20',
  'A write fault of a user program never ends with its target still serving as a table.',
  (x, found) => {
    for (const { index: v } of x.vcpus) {
      const gmfn = x.walkWitness.userStore(v);
      if (gmfn >= 0)
        found(
          `the user program on vCPU ${v} was let write frame ${x.name(gmfn)}, which is shadowed as a page table.`,
          guestPage(x, gmfn),
        );
    }
  },
  (x) => [x.walkWitness.region],
);
