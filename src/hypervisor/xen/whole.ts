import type { Design } from '../design';
import { shSetCr0, shSetCr4, shSetEfer } from './controlRegisters';
import { COUNTERS_EXPLAINED } from './counterTexts';
import { describeXen } from './describe';
import { xen } from './design';
import { FIGURES } from './figures';
import { supply } from './later';
import { OPERATIONS, operationProcedures } from './operations';
import type { Xen } from './state';
import { SWITCHES_EXPLAINED } from './switchTexts';

const KNOBS = [
  {
    name: 'pv',
    says: '1: a paravirtualised guest, which changes its tables by mmu-update; its shadow serves the dirty log. 0, if not said: an HVM guest.',
  },
  {
    name: 'l3-top-level',
    says: '0: the domain no longer takes L3 tables for top levels (LINUX_L3_TOPLEVEL), as after it has met many of these. 1 if not said.',
  },
] as const;

supply({ setCr0: shSetCr0, setCr4: shSetCr4, setEfer: shSetEfer, operations: operationProcedures });

/**
 * Xen with all that the page's first scenario has no use for: mode changes, what is done from outside, what expectations ask, the
 * figures of its commits. What is needed before anything is on stage is in `design.ts`, and no more than that.
 */
export const wholeXen: Design = {
  ...xen,
  switches: SWITCHES_EXPLAINED,
  counters: COUNTERS_EXPLAINED,
  knobs: KNOBS,
  operations: OPERATIONS,
  figures: FIGURES,
  build: (world, machine, options) => {
    const built = xen.build(world, machine, options);
    return { ...built, describe: describeXen(world.part('xen') as Xen) };
  },
};
