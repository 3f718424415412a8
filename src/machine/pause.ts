import type { Machine } from './machine';

/** Whether a vCPU is between two operations of its program, and its stores have reached memory: nothing of it is in flight. */
export function betweenOperations(m: Machine, v: number): boolean {
  if (!m.storeBuffers.empty(v)) return false;
  const at = m.world.location(v);
  return at === undefined || (at.procedure.name === 'guest' && at.label === 'start');
}

/**
 * Whether an actor may have all vCPUs but itself stopped now: nobody else has, and each of them is between two operations.
 * A hypervisor stops a vCPU on its way back to the guest; a paused one stays where its next operation would begin.
 */
export function canPause(m: Machine, actor: number): boolean {
  if (m.pausedBy >= 0) return false;
  for (let v = 0; v < m.config.vcpus; v++) if (v !== actor && !betweenOperations(m, v)) return false;
  return true;
}
