import { procedure, slots } from '../../kernel';
import { kvmMmuLoad } from './enter';
import { loadPdptrs } from './loadPdptrs';
import { loadHardware, loadHardwareMode } from './roots';
import type { Kvm } from './state';
import { IN_GUEST_MODE } from './vcpuState';

/** A vCPU as KVM_SET_SREGS leaves it: its paging mode known, PDPTEs loaded, no root. */
export function prepareVcpu(k: Kvm, v: number): void {
  k.vcpu(v).set('rootRole', k.rootRole(v));
  loadHardwareMode(k, v);
  if (k.mode(v).name === 'pae') loadPdptrs(k, v, k.machine.vcpu(v).get('cr3Lo'));
}

const L = slots('vcpu');

/** Brings every vCPU up with the registers the scenario gives it, and with a root: it has entered its guest once. */
export const kvmBoot = procedure<Kvm>({
  name: 'kvm_boot',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'The VMM gives each vCPU its registers, and it gets the shadow of its top table.',
  slots: L,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: KVM_SET_SREGS; mmu_load',
      touch: 'private',
      run: (t, k) => {
        prepareVcpu(k, t.get(L.vcpu));
        t.call(kvmMmuLoad, [t.get(L.vcpu)]);
      },
      say: (t) => `vCPU ${t.get(L.vcpu)} has its registers.`,
    },
    {
      label: 'enter',
      line: '  CR3 of the hardware = root',
      touch: 'private',
      beat: true,
      run: (t, k) => {
        const v = t.get(L.vcpu);
        loadHardware(k, v);
        k.vcpu(v).set('mode', IN_GUEST_MODE);
        t.set(L.vcpu, v + 1);
        if (v + 1 < k.vcpus.length) t.goto('vcpu');
        else t.ret();
      },
      say: 'Its guest can begin.',
    },
  ],
});
