import { procedure, slots } from '../../kernel';
import { loadPdptes } from './cr3';
import { dropRoots } from './roots';
import type { Xi } from './state';

const L = slots('v');

/** Brings the domain up: no vCPU has a root yet. The first load of one makes the reservation (sheet 4.1). */
export const xiBoot = procedure<Xi>({
  name: 'xi_boot',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Every vCPU starts with an empty shadow: the first fault, or the first load of CR3, makes the root.',
  slots: L,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: an empty table to walk',
      touch: 'private',
      run: (t, x) => {
        const v = t.get(L.v);
        if (x.machine.guestMode(v).name === 'pae') loadPdptes(x, v, x.machine.vcpu(v).get('cr3Lo'));
        dropRoots(x, v);
        t.set(L.v, v + 1);
        if (v + 1 < x.vcpus.length) t.goto('vcpu');
        else t.ret();
      },
      say: (t) => `vCPU ${t.get(L.v) - 1} starts with an empty shadow.`,
    },
  ],
});
