import type { Machine } from './machine';
import { canonical } from './paging';
import { denied, WRITE } from './rights';

/** How a TLB lookup came out. */
export const MISS = 0;
export const HIT = 1;
/** The entry's rights do not allow the access: the processor walks before it believes that. */
export const DENIED = 2;
/** A write, and the entry does not know the page as dirty. */
export const CLEAN = 3;
export const BAD_ADDRESS = 4;

/**
 * What the TLB of a vCPU says about an access to one page: the slot (0 and up) of the entry that allows it, or -1 - MISS,
 * -1 - DENIED, -1 - CLEAN, -1 - BAD_ADDRESS. Reads only. Source: Intel SDM volume 3, "Caching translation information".
 */
export function askTlb(
  m: Machine,
  v: number,
  vaHi: number,
  vaLo: number,
  access: number,
  user: boolean,
): number {
  if (!canonical(m.hwMode(v), vaHi, vaLo)) return -1 - BAD_ADDRESS;
  const slot = m.tlb.lookup(v, vaHi, vaLo);
  if (slot < 0) return -1 - MISS;
  const r = m.vcpu(v);
  const rights = m.tlb.rights(slot);
  if (denied(rights, access, user, r.get('hwCr0'), r.get('hwCr4'), r.get('rflags'))) return -1 - DENIED;
  if (access === WRITE && !m.tlb.dirty(slot)) return -1 - CLEAN;
  return slot;
}
