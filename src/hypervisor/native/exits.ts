import { procedure, slots } from '../../kernel';
import { canonical, type Exits, FAULT_INJECT, type Machine, sayVa } from '../../machine';
import { presetPdptes } from './loadPdptes';
import { nativeCr0, nativeCr3, nativeCr4, nativeEfer, sameRegisters } from './registers';

const F = slots('vaHi', 'vaLo', 'error');

/** Bare hardware has nobody between a fault and the guest's handler. */
export const nativePageFault = procedure<Machine>({
  name: 'native_page_fault',
  part: 'machine',
  lane: 'hardware',
  about: 'The processor delivers the page fault to the guest.',
  slots: F,
  steps: [
    {
      label: 'deliver',
      line: '#PF(va, error): to the guest',
      touch: 'private',
      run: (t) => t.ret(FAULT_INJECT, t.get(F.error)),
      say: 'There is no hypervisor: the processor delivers the fault to the guest.',
    },
  ],
});

const I = slots('vaHi', 'vaLo');

export const nativeInvlpg = procedure<Machine>({
  name: 'native_invlpg',
  part: 'machine',
  lane: 'hardware',
  about:
    'INVLPG: the page that contains the address, whatever its size, global or not (SDM volume 2, INVLPG).',
  slots: I,
  steps: [
    {
      label: 'flush',
      line: 'invlpg va: drop the page from the TLB',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        // On a non-canonical address INVLPG does nothing, and does not fault.
        if (canonical(m.hwMode(t.actor), t.get(I.vaHi), t.get(I.vaLo)))
          m.tlb.flushPage(t.actor, t.get(I.vaHi), t.get(I.vaLo));
        t.ret();
      },
      say: (t, m) =>
        `The TLB of vCPU ${t.actor} forgets the page of ${sayVa(m, t.actor, t.get(I.vaHi), t.get(I.vaLo))}. Other vCPUs keep theirs.`,
    },
  ],
});

const B = slots('vcpu');

/** Brings every vCPU up with the registers the scenario gives it. */
export const nativeBoot = procedure<Machine>({
  name: 'native_boot',
  part: 'machine',
  lane: 'hardware',
  about: 'Each processor starts with its registers as loaded and an empty TLB.',
  slots: B,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: load its registers',
      touch: 'private',
      run: (t, m) => {
        const v = t.get(B.vcpu);
        sameRegisters(m, v);
        if (m.guestMode(v).name === 'pae') presetPdptes(m, v, m.vcpu(v).get('cr3Lo'));
        t.set(B.vcpu, v + 1);
        if (v + 1 < m.config.vcpus) t.goto('vcpu');
        else t.ret();
      },
      say: (t) => `vCPU ${t.get(B.vcpu) - 1} starts with its registers loaded and an empty TLB.`,
    },
  ],
});

/** What every exit does on bare hardware. A design may take over those in which it does not differ. */
export const nativeExits: Exits = {
  pageFault: nativePageFault,
  loadCr3: nativeCr3,
  invlpg: nativeInvlpg,
  setCr0: nativeCr0,
  setCr4: nativeCr4,
  setEfer: nativeEfer,
  operations: new Map(),
};
