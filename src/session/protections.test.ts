import { describe, expect, it } from 'vitest';
import { designs } from '../hypervisor';
import { brokenInvariants, runSwitched } from '../testing/library';
import { LIBRARY } from '../testing/testSession';
import { breakOf } from './opening';

/** Of designs that the library tells about; the skeleton is there to be copied. */
const told = [...designs.values()].filter(({ name }) => LIBRARY.some((entry) => entry.design === name));

const PROTECTIONS = told.flatMap((design) =>
  design.switches.flatMap((spec) =>
    spec.protects === undefined ? [] : [{ design: design.name, name: spec.name, spec }],
  ),
);

describe.each(PROTECTIONS)('the protection $name of $design', ({ design, name, spec }) => {
  const entry = breakOf({ library: LIBRARY }, design, spec);

  it('is missed in a scenario of the library, where what it protects breaks', () => {
    expect(entry?.id).toBeDefined();
    expect(brokenInvariants(runSwitched(entry?.id ?? '', {}))).toContain(spec.protects);
  });

  it('is all that is missing there: with it, the same guest breaks nothing', () => {
    expect(brokenInvariants(runSwitched(entry?.id ?? '', { [name]: true }))).toEqual([]);
  });
});
