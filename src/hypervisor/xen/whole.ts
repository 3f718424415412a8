import type { Design } from '../design';
import { describeXen } from './describe';
import { xen } from './design';
import { FIGURES } from './figures';
import { OPERATIONS, operationProcedures } from './operations';
import type { Xen } from './state';

const KNOBS = [
  {
    name: 'pv',
    says: '1: a paravirtualised guest, which changes its tables by `call mmu-update`; its shadow serves the dirty log. 0, if not said: an HVM guest.',
  },
  {
    name: 'l3-top-level',
    says: '0: the domain no longer takes L3 tables for top levels (LINUX_L3_TOPLEVEL), as after it has met many of these. 1 if not said.',
  },
] as const;

/**
 * Xen with what the world outside the guest can do to it, and with the figures of its commits, and
 * what expectations ask of it. Apart from `design.ts` because the
 * page's first scenario needs none of them, and what it needs is fetched before anything is on stage.
 */
export const wholeXen: Design = {
  ...xen,
  knobs: KNOBS,
  operations: OPERATIONS,
  figures: FIGURES,
  build: (world, machine, options) => {
    const built = xen.build(world, machine, options);
    return {
      ...built,
      describe: describeXen(world.part('xen') as Xen),
      exits: { ...built.exits, operations: operationProcedures },
    };
  },
};
