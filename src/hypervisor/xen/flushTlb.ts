import { procedure, slots } from '../../kernel';
import { interruptible } from '../../machine';
import type { Xen } from './state';
import { Who } from './who';

const L = slots('cpu', 'flushed');

/**
 * flush_tlb_mask(d->domain_dirty_cpumask): every processor of the domain forgets its translations, one per step. A processor
 * in the middle of a guest instruction answers only when it is through, as with the interrupt that really does this.
 */
export const flushTlbMask = procedure<Xen>({
  name: 'flush_tlb_mask',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Flushes the TLBs of all vCPUs of the domain (sheet 1.11).',
  slots: L,
  steps: [
    {
      label: 'cpu',
      line: 'for each CPU of the domain: flush its TLB',
      touch: 'racy',
      when: (t, x) => t.get(L.cpu) === t.actor || interruptible(x.machine, t.get(L.cpu)),
      run: (t, x) => {
        const cpu = t.get(L.cpu);
        x.pool.flushTlb(cpu);
        t.set(L.flushed, cpu);
        t.set(L.cpu, cpu + 1);
        if (cpu + 1 < x.vcpus.length) t.goto('cpu');
      },
      say: (t, x) =>
        t.get(L.flushed) === t.actor
          ? `vCPU ${t.actor} flushes its own TLB.`
          : `${Who(x, t.actor)} makes vCPU ${t.get(L.flushed)} flush its TLB, and waits until it has.`,
    },
    {
      label: 'done',
      line: 'return when all have answered',
      touch: 'private',
      beat: true,
      run: (t) => t.ret(),
      say: 'Every TLB of the guest has been flushed: no processor goes by a translation from before.',
    },
  ],
});
