import { procedure } from '../../kernel';
import { ALL_FLUSHED, FLUSH_EACH, flushEach } from '../flushEach';
import type { Xen } from './state';
import { Who } from './who';

/** flush_tlb_mask(d->domain_dirty_cpumask): every processor of the domain forgets its translations. */
export const flushTlbMask = procedure<Xen>({
  name: 'flush_tlb_mask',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Flushes the TLBs of all vCPUs of the domain (sheet 1.11).',
  slots: FLUSH_EACH,
  steps: [
    flushEach({
      line: 'for each CPU of the domain: flush its TLB',
      flush: (x, cpu) => x.pool.flushTlb(cpu),
      who: Who,
    }),
    {
      label: 'done',
      line: 'return when all have answered',
      touch: 'private',
      beat: true,
      run: (t) => t.ret(),
      say: ALL_FLUSHED,
    },
  ],
});
