import { eventType, procedure, slots } from '../../kernel';
import { FAULT_INJECT } from '../../machine';
import type { Skeleton } from './state';

/** COPY 2: the design's own events, one per thing worth telling. */
export const FaultCounted = eventType('FaultCounted', 'vcpu', 'total');

const L = slots('vaHi', 'vaLo', 'error', 'seen');

/**
 * COPY 3: an algorithm, as a table of labelled steps. Each does at most one access that another actor may race on, has its
 * line of pseudo-code, and says in a sentence what it did and why. Locals are slots; the arguments fill the first ones.
 */
export const skeletonPageFault = procedure<Skeleton>({
  name: 'skeleton_page_fault',
  part: 'skeleton',
  lane: 'hypervisor',
  about: 'Counts the fault, then gives it to the guest.',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'page_fault(va, error): lock',
      touch: 'racy',
      when: (_, s) => !s.locked || s.lock.free,
      run: (t, s) => {
        if (s.locked) s.lock.take(t);
      },
      say: (t, s) =>
        s.locked
          ? `vCPU ${t.actor} takes the lock.`
          : `vCPU ${t.actor} goes ahead without the lock: it is switched off.`,
    },
    {
      label: 'read',
      line: '  n = total',
      touch: 'racy',
      run: (t, s) => t.set(L.seen, s.total),
      say: (t) => `vCPU ${t.actor} reads how many faults there were: ${t.get(L.seen)}.`,
    },
    {
      label: 'write',
      line: '  total = n + 1',
      touch: 'racy',
      beat: true,
      run: (t, s) => {
        s.total = t.get(L.seen) + 1;
        s.setOfVcpu(t.actor, s.ofVcpu(t.actor) + 1);
        s.machine.world.count('faults');
        s.machine.world.emit(FaultCounted, t.actor, s.total);
      },
      say: (t, s) => `vCPU ${t.actor} writes back one more than it read: ${s.total}.`,
    },
    {
      label: 'unlock',
      line: '  unlock; give the fault to the guest',
      touch: 'racy',
      run: (t, s) => {
        if (s.lock.owner === t.actor) s.lock.release(t);
        t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t) => `vCPU ${t.actor} is done with the fault: the guest shall see it.`,
    },
  ],
});
