import { procedure, slots } from '../../kernel';
import { xiFlush } from './flush';
import type { Xi } from './state';
import { holderOf, who } from './who';

const L = slots('flushed');

/** Ends an operation: what is owed to the TLBs is paid, then the lock is given back. */
export const xiUnlock = procedure<Xi>({
  name: 'xi_unlock',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Pays the TLB flush that removed entries owe, then gives the shadow lock back (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'flush',
      line: 'a flush is owed: flush the TLBs',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.flushed, x.owed ? 1 : 0);
        if (!x.owed) return;
        if (x.on('owed-flush')) t.call(xiFlush, []);
        else x.owed = false;
      },
      say: (t, x) =>
        t.get(L.flushed) === 0
          ? 'No flush is owed.'
          : x.on('owed-flush')
            ? 'Entries were removed that TLBs may still know.'
            : 'Entries were removed, but paying the owed flush is switched off.',
    },
    {
      label: 'release',
      line: 'unlock',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const vcpu = x.vcpu(holderOf(x, t.actor));
        vcpu.forgetPath();
        vcpu.forgetWalk();
        x.lock.release(t);
        t.ret();
      },
      say: (t, x) => `${who(x, t.actor)} gives the shadow lock back.`,
    },
  ],
});
