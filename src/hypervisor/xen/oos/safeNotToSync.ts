import { isPinnable } from '../destroy';
import type { Xen } from '../state';
import { SH_L1_64, SH_L3_64 } from '../types';

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
  const l1 = x.hash.lookup(gmfn, SH_L1_64);
  if (l1 < 0) return false;
  const l2 = onlyParent(x, l1);
  if (l2 < 0) return false;
  const l3 = onlyParent(x, l2);
  if (l3 < 0 || isPinnable(x, SH_L3_64)) return false;
  const l4 = onlyParent(x, l3);
  return l4 >= 0 && x.vcpu(v).shadowTop !== l4;
}
