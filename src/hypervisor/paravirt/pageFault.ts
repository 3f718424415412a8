import { procedure, slots } from '../../kernel';
import { emulateStore, NOT_EMULATED } from './emulate';
import { guestFault } from './guestFault';
import { shadowFault } from './shadowFault';
import type { Pv } from './state';

const L = slots('vaHi', 'vaLo', 'error', 'verdict', 'guestError');

/** Where a page fault goes first is what tells the three families apart. */
export const pvPageFault = procedure<Pv>({
  name: 'pv_page_fault',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'To the guest (bare hardware), to Xen (direct paging), or to whoever keeps the shadow.',
  slots: L,
  steps: [
    {
      label: 'first',
      line: '#PF(va, error): to whoever is below the guest',
      touch: 'private',
      run: (t, pv) => {
        const args = [t.get(L.vaHi), t.get(L.vaLo), t.get(L.error)];
        switch (pv.scheme.tables) {
          case 'bare':
            t.callThen('end', guestFault, args, L.verdict);
            return;
          case 'direct':
            t.call(emulateStore, args, L.verdict);
            return;
          case 'shadow':
            t.call(shadowFault, args, L.verdict);
        }
      },
      say: (t, pv) =>
        pv.scheme.tables === 'bare'
          ? `There is nobody below the guest: its own handler gets the fault.`
          : `vCPU ${t.actor} leaves the guest: whose fault is it?`,
    },
    {
      label: 'second',
      line: '  not theirs: to the guest’s own handler',
      touch: 'private',
      run: (t) => {
        if (t.get(L.verdict) !== NOT_EMULATED) return;
        t.callThen('end', guestFault, [t.get(L.vaHi), t.get(L.vaLo), t.get(L.guestError)], L.verdict);
      },
      say: (t) =>
        t.get(L.verdict) === NOT_EMULATED ? 'The guest is given the fault.' : 'The fault has been seen to.',
    },
    {
      label: 'end',
      line: '  back',
      touch: 'private',
      run: (t) => t.ret(t.get(L.verdict), t.get(L.guestError)),
      say: 'Back to the program.',
    },
  ],
});
