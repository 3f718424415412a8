import { procedure, slots } from '../../../kernel';
import { canPause } from '../../../machine';
import type { Xen } from '../state';
import { Who, who } from '../who';

/** domain_pause, or vcpu_pause for every vCPU but the caller's own: waits until nothing of the others is in flight. */
export const domainPause = procedure<Xen>({
  name: 'domain_pause',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Stops the vCPUs of the domain, and waits until each of them has stopped.',
  slots: slots(),
  steps: [
    {
      label: 'wait',
      line: 'domain_pause(): wait until every other vCPU has stopped',
      touch: 'racy',
      beat: true,
      when: (t, x) => canPause(x.machine, t.actor),
      run: (t, x) => {
        x.machine.pausedBy = t.actor;
        t.ret();
      },
      say: (t, x) => `No other vCPU runs until ${who(x, t.actor)} is done.`,
    },
  ],
});

/** domain_unpause. */
export const domainUnpause = procedure<Xen>({
  name: 'domain_unpause',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Lets the vCPUs of the domain run again.',
  slots: slots(),
  steps: [
    {
      label: 'go',
      line: 'domain_unpause()',
      touch: 'racy',
      run: (t, x) => {
        x.machine.pausedBy = -1;
        t.ret();
      },
      say: (t, x) => `${Who(x, t.actor)} is done: the vCPUs go on.`,
    },
  ],
});
