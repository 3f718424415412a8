import { procedure } from '../../kernel';
import { ALL_FLUSHED, FLUSH_EACH, flushEach } from '../flushEach';
import { XiTlbFlush } from './events';
import type { Xi } from './state';
import { who } from './who';

/** Every vCPU of the domain forgets its translations. */
export const xiFlush = procedure<Xi>({
  name: 'xi_flush_tlbs',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Flushes the TLBs of all vCPUs of the domain.',
  slots: FLUSH_EACH,
  steps: [
    flushEach({
      line: 'for each vCPU of the domain: flush its TLB',
      flush: (x, cpu, t) => {
        // The vCPUs of another domain are none of its business.
        if (x.domains === 1 || x.domainOf(cpu) === x.domainOf(t.actor)) x.machine.tlb.flushAll(cpu, false);
      },
      who,
    }),
    {
      label: 'done',
      line: '  nothing is owed any more',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.owed = false;
        x.world.count('tlb_flushes');
        x.world.emit(XiTlbFlush, x.domainOf(t.actor));
        t.ret();
      },
      say: ALL_FLUSHED,
    },
  ],
});
