import type { Machine } from './machine';

/**
 * Whether a processor could answer an interrupt now, and so whether another one's request to flush its TLB can take effect:
 * it is between two instructions, or at the start of one, or in the hypervisor, and its stores have reached memory. Not so
 * while it holds a translation it has yet to use, or is in the middle of a walk whose result it will keep; it always gets out
 * of either by itself, so waiting for this cannot deadlock.
 * Source: Intel SDM volume 3, "Interrupts are taken on instruction boundaries"; "Propagation of paging-structure changes".
 */
export function interruptible(m: Machine, v: number): boolean {
  if (!m.storeBuffers.empty(v)) return false;
  const at = m.world.location(v);
  if (at === undefined) return true;
  switch (at.procedure.name) {
    case 'hardware_walk':
    case 'nested_walk':
    case 'nested_translate':
      return false;
    case 'guest_access':
      return at.label === 'fault' || at.label === 'resume' || (at.label === 'lookup' && firstPage(m, v));
    default:
      return true;
  }
}

/** No page of the instruction has been translated yet. */
function firstPage(m: Machine, v: number): boolean {
  return m.world.actors[v]?.thread?.frames().at(-1)?.locals.part === 0;
}
