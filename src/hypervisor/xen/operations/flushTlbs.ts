import { procedure, slots } from '../../../kernel';
import { flushTlbMask } from '../flushTlb';
import type { Xen } from '../state';
import { updateCr3 } from '../updateCr3';
import { domainPause, domainUnpause } from './pause';
import { refuse } from './refuse';

const L = slots('busy', 'v', 'at');

/**
 * hvmop_flush_tlb_all: the guest's own request that every vCPU forgets what it knows. As for a CR3 load of each of them, what
 * was out of sync is in sync afterwards. Refused (-EAGAIN) while another vCPU is at it: two that wait for each other to stop
 * would wait for ever. Source: sheet 5.12.
 */
export const hvmopFlushTlbAll = procedure<Xen>({
  name: 'hvmop_flush_tlb_all',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Flushes all TLBs at the guest’s request, after a CR3 load in the name of every vCPU (sheet 5.12).',
  slots: L,
  steps: [
    {
      label: 'try',
      line: 'hvmop_flush_tlb_all(): somebody else at it: return -EAGAIN',
      touch: 'racy',
      run: (t, x) => {
        if (x.domain.get('flushingTlbs') === 0) {
          x.domain.set('flushingTlbs', 1);
          t.call(domainPause, []);
          return;
        }
        t.set(L.busy, 1);
        refuse(t, x);
        t.ret();
      },
      say: (t) =>
        t.get(L.busy) === 1
          ? `Another vCPU waits for vCPU ${t.actor} to stop: the guest is told to try again.`
          : `The guest on vCPU ${t.actor} asks for all TLBs to be flushed. The other vCPUs must stop first.`,
    },
    {
      label: 'vcpu',
      line: '  for each vCPU: paging_update_cr3()',
      touch: 'private',
      run: (t, x) => {
        const v = t.get(L.v);
        t.set(L.v, v + 1);
        t.set(L.at, v + 1);
        if (v >= x.vcpus.length) t.goto('flush');
        else t.callThen('vcpu', updateCr3, [v]);
      },
      say: (t, x) =>
        t.get(L.at) > x.vcpus.length
          ? 'That was the last one.'
          : `vCPU ${t.get(L.at) - 1} is treated as if it had loaded CR3.`,
    },
    {
      label: 'flush',
      line: '  flush_tlb_mask(d->domain_dirty_cpumask)',
      touch: 'private',
      run: (t) => t.call(flushTlbMask, []),
      say: 'Every table is in sync. Now the TLBs forget everything.',
    },
    {
      label: 'unpause',
      line: '  domain_unpause()',
      touch: 'racy',
      run: (t, x) => {
        x.domain.set('flushingTlbs', 0);
        t.call(domainUnpause, []);
      },
      say: 'The guest has got what it asked for.',
    },
    {
      label: 'done',
      line: '  return 0',
      touch: 'private',
      beat: true,
      run: (t) => t.ret(),
      say: (t) => `vCPU ${t.actor} returns to the guest.`,
    },
  ],
});
