import { isPinnable } from '../destroy';
import type { Xen } from '../state';
import { SH_L1_32, SH_L1_PAE, SH_L3_64 } from '../types';

/** The table of the only entry that references a shadow, or -1 if there may be others or it is not known. */
function onlyParent(x: Xen, smfn: number): number {
  const one = x.pages.count(smfn) === 1 || !x.on('one-parent');
  return one && x.pages.hasUp(smfn) ? x.pages.upFrame(smfn) : -1;
}

/**
 * sh_safe_not_to_sync: whether vCPU v, which flushes, provably cannot reach an out-of-sync L1: a single chain of references
 * leads to it, from a top level that is not v's. Any doubt means no. Source: sheet 5.11.
 */
export function safeNotToSync(x: Xen, v: number, gmfn: number): boolean {
  const type = x.l1Type(gmfn);
  const l1 = x.hash.lookup(gmfn, type);
  if (l1 < 0) return false;
  const l2 = onlyParent(x, l1);
  if (l2 < 0) return false;
  const { tops } = x.vcpu(v);
  // A 2-level guest's L2 has four pages, of which shadow_table[] names the first. Until March 2009 that was forgotten.
  if (type === SH_L1_32) return !tops.includes(x.on('first-of-four') ? x.pages.head(l2) : l2);
  if (type === SH_L1_PAE) return !tops.includes(l2);
  const l3 = onlyParent(x, l2);
  if (l3 < 0 || isPinnable(x, SH_L3_64)) return false;
  const l4 = onlyParent(x, l3);
  return l4 >= 0 && !tops.includes(l4);
}
