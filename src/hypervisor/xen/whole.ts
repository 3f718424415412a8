import type { Design } from '../design';
import { xen } from './design';
import { FIGURES } from './figures';
import { OPERATIONS, operationProcedures } from './operations';

/**
 * Xen with what the world outside the guest can do to it, and with the figures of its commits. Apart from `design.ts` because the
 * page's first scenario needs neither, and what it needs is fetched before anything is on stage.
 */
export const wholeXen: Design = {
  ...xen,
  operations: OPERATIONS,
  figures: FIGURES,
  build: (world, machine, options) => {
    const built = xen.build(world, machine, options);
    return { ...built, exits: { ...built.exits, operations: operationProcedures } };
  },
};
