import { procedure, slots } from '../../kernel';
import { interruptible } from '../../machine';
import { XiTlbFlush } from './events';
import type { Xi } from './state';
import { who } from './who';

const L = slots('cpu', 'flushed');

/**
 * Every vCPU of the domain forgets its translations, one per step. A processor in the middle of a guest instruction answers
 * only when it is through, as with the interrupt that really does this.
 */
export const xiFlush = procedure<Xi>({
  name: 'xi_flush_tlbs',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Flushes the TLBs of all vCPUs of the domain.',
  slots: L,
  steps: [
    {
      label: 'cpu',
      line: 'for each vCPU of the domain: flush its TLB',
      touch: 'racy',
      when: (t, x) => t.get(L.cpu) === t.actor || interruptible(x.machine, t.get(L.cpu)),
      run: (t, x) => {
        const cpu = t.get(L.cpu);
        // The vCPUs of another domain are none of its business.
        if (x.domains === 1 || x.domainOf(cpu) === x.domainOf(t.actor)) x.machine.tlb.flushAll(cpu, false);
        t.set(L.flushed, cpu);
        t.set(L.cpu, cpu + 1);
        if (cpu + 1 < x.vcpus.length) t.goto('cpu');
      },
      say: (t, x) =>
        t.get(L.flushed) === t.actor
          ? `vCPU ${t.actor} flushes its own TLB.`
          : `${who(x, t.actor)} makes vCPU ${t.get(L.flushed)} flush its TLB, and waits until it has.`,
    },
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
      say: 'Every TLB of the guest has been flushed: no processor goes by a translation from before.',
    },
  ],
});
