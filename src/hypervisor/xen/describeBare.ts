import { word } from '../../base';
import type { Describe } from '../design';
import { GNP_LO, MAGIC_HI } from './magic';
import { oosFind } from './oos/slots';
import type { Xen } from './state';

/** In the words of `state`: how the out-of-sync table is asked for. */
export const OOS_SAYS = 'of a vCPU: guest frame in each slot of its out-of-sync table, -1 for an empty one';

/** Guest frame in each slot of a vCPU's out-of-sync table, -1 for an empty one; undefined if there is no such vCPU. */
export function oosOf(x: Xen, v: number): readonly number[] | undefined {
  const oos = x.vcpus[v]?.oos;
  return oos === undefined ? undefined : Array.from({ length: oos.size }, (_, slot) => oos.page(slot));
}

/**
 * What the page's first picture asks of Xen. Expectations, the command line and whoever else asks more are answered by
 * `describe.ts`, which the registry's design has.
 */
export function describeBare(x: Xen): Describe {
  return {
    shadowOf: (mfn, level) => x.shadowAtLevel(mfn, level),
    snapshotOf: (mfn) => {
      const place = x.outOfSync(mfn) ? oosFind(x, mfn) : undefined;
      return place === undefined ? -1 : x.vcpu(place.owner).oos.snapshot(place.slot);
    },
    state: (what, [v = 0]) => (what === 'oos' ? oosOf(x, v) : undefined),
    states: { oos: OOS_SAYS },
    wordNamed: (name) => (name === 'gnp' ? word(MAGIC_HI, GNP_LO) : undefined),
    shared: [{ name: 'version', cell: x.domain.cell('version') }],
    summary: () => [],
  };
}
