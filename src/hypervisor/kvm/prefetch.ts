import type { Halves } from '../../machine';
import * as c from './constants';
import { dropSpte, gfnOfEntry } from './link';
import { roleAccess, roleDirect, roleLevel } from './role';
import { setSpte } from './setSpte';
import { HOST_PRESENT } from './slots';
import type { Kvm } from './state';
import { lent, uselessGpte } from './syncPage';

/** Sptes made ahead of use, as plain functions inside one step under mmu_lock. Source: sheet 3.5. */

/** gfn_to_memslot_dirty_bitmap and the look-up that must not sleep: the host page a prefetched spte may map; -1 if none. */
function frameAhead(k: Kvm, gfn: number, refuseLogged: boolean): number {
  const slot = k.slots.of(gfn);
  if (slot < 0 || (refuseLogged && k.slots.logsDirty(slot)) || k.slots.readOnly(slot)) return -1;
  const mfn = k.slots.mfn(gfn);
  return k.slots.hostState(mfn) === HOST_PRESENT ? mfn : -1;
}

const ahead = (access: number, gfn: number, frame: number) => ({
  access,
  gfn,
  frame,
  prefetch: true,
  canUnsync: true,
  hostWritable: true,
});

/** FNAME(prefetch_gpte): one entry from its guest entry. False: nothing may be made of it. */
export function prefetchGpte(
  k: Kvm,
  v: number,
  sfn: number,
  index: number,
  gpte: Halves,
  refuseLogged: boolean,
): boolean {
  const { hi, lo } = gpte;
  if (uselessGpte(k, v, hi, lo)) {
    if (k.lo(sfn, index) !== 0) dropSpte(k, sfn, index);
    return false;
  }
  const { gfn, access } = lent(k, v, sfn, gpte);
  const frame = frameAhead(k, gfn, refuseLogged && (access & c.ACC_WRITE) !== 0);
  if (frame < 0) return false;
  setSpte(k, sfn, index, ahead(access, gfn, frame), false);
  return true;
}

/** __direct_pte_prefetch: runs of empty entries of the group in a page that maps linearly. The A bit of no guest entry is asked. */
function prefetchDirect(k: Kvm, sfn: number, group: number, faulted: number): void {
  const access = roleAccess(k.pages.get(sfn, 'role'));
  let skip = false;
  for (let index = group; index < group + c.PTE_PREFETCH_NUM && !skip; index++) {
    if (index === faulted || k.present(sfn, index)) continue;
    // A run ends where an entry is present; a run that cannot be begun ends everything, one cut short only itself.
    let end = index;
    while (end < group + c.PTE_PREFETCH_NUM && end !== faulted && !k.present(sfn, end)) end++;
    const made = prefetchRun(k, sfn, index, end, access);
    if (made <= 0) skip = true;
    index = end - 1;
  }
}

/** direct_pte_prefetch_many: how many entries of a run could be made. */
function prefetchRun(k: Kvm, sfn: number, from: number, to: number, access: number): number {
  const slot = k.slots.of(gfnOfEntry(k, sfn, from));
  let made = 0;
  for (let index = from; index < to; index++) {
    const gfn = gfnOfEntry(k, sfn, index);
    // The slot must hold the whole run: otherwise none of it is made.
    if (k.slots.of(gfnOfEntry(k, sfn, to - 1)) !== slot) return -1;
    const frame = frameAhead(k, gfn, (access & c.ACC_WRITE) !== 0);
    if (frame < 0) return made;
    setSpte(k, sfn, index, ahead(access, gfn, frame), false);
    made++;
  }
  return made;
}

/** FNAME(pte_prefetch): the other entries of the faulting one's group of eight, in order, until one that cannot be made. */
export function prefetchGroup(k: Kvm, v: number, sfn: number, faulted: number): void {
  const role = k.pages.get(sfn, 'role');
  if (roleLevel(role) > 1 || k.vm.get('invalidating') > 0 || !k.on('prefetch')) return;
  const group = faulted - (faulted % c.PTE_PREFETCH_NUM);
  if (roleDirect(role)) {
    prefetchDirect(k, sfn, group, faulted);
    return;
  }
  const walk = k.vcpu(v);
  for (let i = 0; i < c.PTE_PREFETCH_NUM; i++) {
    const index = group + i;
    if (index === faulted || k.present(sfn, index)) continue;
    const gpte = { hi: walk.prefetch(i, 'Hi'), lo: walk.prefetch(i, 'Lo') };
    if (!prefetchGpte(k, v, sfn, index, gpte, true)) return;
  }
}
