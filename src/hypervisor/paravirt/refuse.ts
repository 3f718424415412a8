import type { MachineConfig, PagingMode } from '../../machine';
import type { DesignOptions } from '../design';
import { schemeNamed } from './schemes';

/** Most updates that a queue can be given room for: what VMI's is taken to hold. */
const MOST = 4096;

/** Why a guest of a scheme cannot be built, in words for whoever wrote the scenario. See `Design.refuse`. */
export function refusePv(
  { vcpus }: MachineConfig,
  { profile, p2m, knobs }: DesignOptions,
  paging: PagingMode['name'],
): string | undefined {
  const scheme = schemeNamed(profile === '' ? 'native' : profile);
  if (scheme === undefined) return undefined;
  if (scheme.flush === 'lguest' && vcpus !== 1)
    return `lguest's guests have one processor, but there are ${vcpus} vCPUs. Expected \`vcpus 1\`, or another profile.`;
  if (scheme.tables === 'shadow' && paging !== '64')
    return `The shadows of profile ${scheme.name} are built for 4-level tables. Expected \`paging x86-64\`; other modes can be had under direct paging (profile \`trap\`, \`trap-queued\`, \`preserve-ad\`) and on bare hardware.`;
  if (p2m.length > 0)
    return 'A paravirtual guest holds machine frames in its own entries: there is no map between. Expected no `p2m` line.';
  for (const knob of ['batch', 'queue-capacity'] as const) {
    const value = knobs[knob];
    if (value !== undefined && (value < 1 || value > MOST))
      return `A queue cannot hold ${value} updates. Expected a knob \`${knob}\` from 1 to ${MOST}.`;
  }
  return undefined;
}
