import type { SwitchSpec } from '../design';

/** A switch that is on unless said otherwise. `protects`: the invariant that breaks without it; none for an optimisation. */
export const spec = (name: string, label: string, says: string, protects?: string): SwitchSpec => ({
  name,
  label,
  says,
  default: true,
  ...(protects === undefined ? {} : { protects }),
});
