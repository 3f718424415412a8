import { procedure, slots } from '../../kernel';
import { kvmEnterGuest } from './enter';
import { loadPdptrs } from './loadPdptrs';
import { loadHardwareMode } from './roots';
import type { Kvm } from './state';

/** A vCPU as KVM_SET_SREGS leaves it: its paging mode known, PDPTEs loaded, no root. */
export function prepareVcpu(k: Kvm, v: number): void {
  k.vcpu(v).set('rootRole', k.rootRole(v));
  loadHardwareMode(k, v);
  if (k.mode(v).name === 'pae') loadPdptrs(k, v, k.machine.vcpu(v).get('cr3Lo'));
}

const L = slots('vcpu');

/** Brings every vCPU up with the registers the scenario gives it. Roots are made as each enters its guest. */
export const kvmBoot = procedure<Kvm>({
  name: 'kvm_boot',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'The VMM gives each vCPU its registers; the first enters its guest.',
  slots: L,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: KVM_SET_SREGS',
      touch: 'private',
      run: (t, k) => {
        const v = t.get(L.vcpu);
        prepareVcpu(k, v);
        t.set(L.vcpu, v + 1);
        if (v + 1 < k.vcpus.length) t.goto('vcpu');
      },
      say: (t) => `vCPU ${t.get(L.vcpu) - 1} has its registers.`,
    },
    {
      label: 'enter',
      line: '  enter the guest',
      touch: 'private',
      run: (t) => t.call(kvmEnterGuest, []),
      say: 'The guest can begin.',
    },
    {
      label: 'done',
      line: '  done',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'The machine is up.',
    },
  ],
});
