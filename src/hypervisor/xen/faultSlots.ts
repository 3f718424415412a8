import { slots, type Thread } from '../../kernel';
import { CR4_PAE, CR4_SMEP, EFER_NXE, FETCH, PFEC_I, PFEC_U, PFEC_W, READ, WRITE } from '../../machine';
import { FaultOutcome, type Outcome, outcomeCode } from './events';
import type { Xen } from './state';
import { FT_DEMAND_READ, FT_DEMAND_WRITE } from './types';

/** Locals of sh_page_fault: the exit's arguments, then what its parts hand on to each other. */
export const F = slots(
  ...(['vaHi', 'vaLo', 'error'] as const),
  ...(['fast', 'missing', 'gfn', 'gmfn', 'p2mt'] as const),
  ...(['removed', 'flush', 'rewalk', 'equal'] as const),
  ...(['smfn', 'unsynced', 'hi', 'lo', 'because'] as const),
  ...(['rc', 'rcError', 'rcPage', 'how'] as const),
  // Beyond an emulated store of a PAE guest: instructions done, and what the store itself has read.
  ...(['extra', 'resultHi', 'resultLo'] as const),
);

export const isWrite = (t: Thread): boolean => (t.get(F.error) & PFEC_W) !== 0;
export const isUser = (t: Thread): boolean => (t.get(F.error) & PFEC_U) !== 0;

/** READ, WRITE or FETCH, from the error code. */
export const accessOf = (t: Thread): number =>
  isWrite(t) ? WRITE : (t.get(F.error) & PFEC_I) !== 0 ? FETCH : READ;

export const fetchType = (t: Thread): number => (isWrite(t) ? FT_DEMAND_WRITE : FT_DEMAND_READ);

/** gmfn of the fault; slots hold it + 1, so that none is 0. */
export const targetOf = (t: Thread): number => t.get(F.gmfn) - 1;

/** The processor runs with NX on; a guest that has none must not see it in the error code of a fetch. */
function guestError(t: Thread, x: Xen, error: number): number {
  const r = x.machine.vcpu(t.actor);
  const nx = (r.get('cr4') & CR4_PAE) !== 0 && (r.get('efer') & EFER_NXE) !== 0;
  return nx || (r.get('cr4') & CR4_SMEP) !== 0 ? error : error & ~PFEC_I;
}

/** The end of every fault: the lock is given back if held, the walk record forgotten, the outcome told. */
export function finish(t: Thread, x: Xen, outcome: Outcome, verdict: number, error = 0, page = 0): void {
  if (x.lock.owner === t.actor) x.lock.release(t);
  x.vcpu(t.actor).gw.clear();
  x.world.emit(FaultOutcome, t.actor, outcomeCode(outcome));
  t.ret(verdict, guestError(t, x, error), page);
}

/** reset_early_unshadow: a fault of another kind came between. */
export function resetEarlyUnshadow(t: Thread, x: Xen): void {
  x.vcpu(t.actor).set('lastEmulatedMfnForUnshadow', 0);
}

/** The handler starts over with a new walk, without the lock. */
export function walkAgain(t: Thread, x: Xen): void {
  if (x.lock.owner === t.actor) x.lock.release(t);
  for (const slot of [F.flush, F.rewalk, F.removed, F.equal, F.smfn, F.unsynced]) t.set(slot, 0);
  t.goto('lock-first');
}
