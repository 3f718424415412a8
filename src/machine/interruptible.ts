import type { Machine } from './machine';
import { R } from './registers';

/**
 * Whether a processor could answer an interrupt now, and so whether another one's request to flush its TLB can take effect:
 * it is between two instructions, or at the start of one, or in the hypervisor, and its stores have reached memory. Not so
 * while it holds a translation it has yet to use, or is in the middle of a walk whose result it will keep; it always gets out
 * of either by itself, so waiting for this cannot deadlock.
 * Source: Intel SDM volume 3, "Interrupts are taken on instruction boundaries"; "Propagation of paging-structure changes".
 */
export function interruptible(m: Machine, v: number): boolean {
  return m.storeBuffers.empty(v) && m.vcpu(v).read(R.inAccess) === 0;
}
