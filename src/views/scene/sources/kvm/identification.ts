import * as c from '../../../../hypervisor/kvm/constants';
import { gfnOfEntry } from '../../../../hypervisor/kvm/link';
import type { Kvm } from '../../../../hypervisor/kvm/state';
import { type EntityId, shadowEntry } from '../../entity';
import type { EntryNote } from '../../model';

/** Sptes that the fast path of 2012 is about, or could be: an identification in them, or write-blocked and free to be opened. */
export interface Openable {
  /** Identification: the vCPU's number and one; 0 for none. */
  readonly id: number;
  readonly sfn: number;
  readonly index: number;
  readonly gfn: number;
}

/** Nothing in profiles that know no identification. */
export function openable(k: Kvm): Openable[] {
  if (k.profile.fastPath !== 'identification') return [];
  const out: Openable[] = [];
  for (const sfn of k.pages.activePages()) {
    if (k.pages.level(sfn) !== 1) continue;
    for (let index = 0; index < c.ENTRIES; index++) {
      const lo = k.lo(sfn, index);
      if (lo === 0) continue;
      const id = (k.hi(sfn, index) & c.SPTE_ID_HI) >>> c.SPTE_ID_SHIFT_HI;
      const blocked =
        (lo & c.SPTE_HOST_WRITABLE) !== 0 && (lo & c.SPTE_MMU_WRITABLE) !== 0 && (lo & c.SPTE_W) === 0;
      if (id !== 0 || blocked) out.push({ id, sfn, index, gfn: gfnOfEntry(k, sfn, index) });
    }
  }
  return out;
}

/** An identification stands where the frame does: for these few steps it is what the entry is about. */
export const identifications = (sptes: readonly Openable[]): readonly (readonly [EntityId, EntryNote])[] =>
  sptes
    .filter(({ id }) => id !== 0)
    .map(({ id, sfn, index }) => [shadowEntry(sfn, index), { says: `id ${id}` }] as const);
