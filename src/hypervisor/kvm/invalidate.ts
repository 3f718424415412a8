import { canonical, type Halves } from '../../machine';
import * as c from './constants';
import { entryBytes, readGuestAtomic, tableOffset } from './guestMemory';
import { flushRemote, isLast, zapEntry } from './link';
import { clearMmioOf } from './mmio';
import { prefetchGpte } from './prefetch';
import { eachShadowEntry } from './shadowWalk';
import type { Kvm } from './state';

const gpte: Halves = { hi: 0, lo: 0 };

/**
 * FNAME(invlpg) from one root, as a plain function under mmu_lock: the spte of an address goes if its page is unsync, and is made anew from
 * the guest's entry if that has been used. A page in sync cannot be stale. Source: sheet 4.4. Returns what was done, for captions.
 */
function invalidateFrom(k: Kvm, v: number, root: number, vaHi: number, vaLo: number): void {
  clearMmioOf(k, v, vaHi, vaLo);
  eachShadowEntry(k, v, root, vaHi, vaLo, (sfn, index, level) => {
    const lo = k.lo(sfn, index);
    if (isLast(lo, level)) {
      if (k.pages.get(sfn, 'unsync') === 0) return false;
      zapEntry(k, sfn, index);
      if ((lo & c.SPTE_MMU_PRESENT) !== 0) flushRemote(k);
      const gfn = k.pages.get(sfn, 'gfn');
      const offset = tableOffset(k, sfn, index);
      if (!readGuestAtomic(k, gfn, offset, entryBytes(k.mode(v)), gpte)) return false;
      prefetchGpte(k, v, sfn, index, gpte, false);
    }
    return k.pages.get(sfn, 'unsyncChildren') !== 0;
  });
}

/**
 * kvm_mmu_invalidate_gva: the processor's own TLB, then the shadow. INVLPG (`all`) looks from the cached roots too, for a global page may
 * be in any; an injected fault only from the current one.
 */
export function invalidateGva(k: Kvm, v: number, vaHi: number, vaLo: number, all: boolean): void {
  if (!canonical(k.mode(v), vaHi, vaLo)) return;
  k.machine.tlb.flushPage(v, vaHi, vaLo);
  const vcpu = k.vcpu(v);
  if (vcpu.get('root') !== 0) invalidateFrom(k, v, vcpu.get('root'), vaHi, vaLo);
  if (!all) return;
  for (let i = 0; i < c.PREV_ROOTS; i++)
    if (vcpu.prev(i) !== 0) invalidateFrom(k, v, vcpu.prev(i), vaHi, vaLo);
}
