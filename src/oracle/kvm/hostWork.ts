import { touchForWrite } from '../../hypervisor/kvm/host';
import { reloadSregs } from '../../hypervisor/kvm/setSregs';
import type { Kvm } from '../../hypervisor/kvm/state';
import { type Procedure, procedure, slots } from '../../kernel';
import { writeBytes } from '../../machine';

/** What the recorder's VMM did that is no operation of the design's: its own writes to the guest's memory, another privilege level. */
export class Recorded {
  constructor(
    readonly k: Kvm,
    /** Brings the world to what it was before the first operation. */
    readonly load: () => void,
  ) {}
}

export const SET_CPL = 'recorded-set-cpl';
export const HOST_WRITE = 'recorded-host-write';

/** The world before the first recorded operation, in one step: nobody watches it come about. */
export const loadRecorded = procedure<Recorded>({
  name: 'oracle_kvm_load',
  part: 'recorded',
  lane: 'hypervisor',
  about: 'Loads what was there before the first recorded operation.',
  slots: slots(),
  steps: [
    {
      label: 'load',
      line: 'memory slots, guest tables, vCPUs without a root',
      touch: 'private',
      run: (_, { load }) => load(),
      say: 'The recorded guest is loaded.',
    },
  ],
});

const L = slots('vcpu', 'cpl');
const setCpl = procedure<Recorded>({
  name: 'oracle_kvm_set_cpl',
  part: 'recorded',
  lane: 'hypervisor',
  about: 'KVM_SET_SREGS with another privilege level, all else as it was.',
  slots: L,
  steps: [
    {
      label: 'set',
      line: 'KVM_SET_SREGS: CS and SS of another privilege',
      touch: 'private',
      run: (t, { k }) => {
        const v = t.get(L.vcpu);
        k.machine.vcpu(v).set('cpl', t.get(L.cpl));
        // Between two recorded operations no vCPU is inside KVM_RUN: nothing has to wait for it.
        reloadSregs(k, v);
      },
      say: (t) => `The VMM puts vCPU ${t.get(L.vcpu)} at CPL ${t.get(L.cpl)}.`,
    },
  ],
});

const W = slots('frame', 'offset', 'width', 'hi', 'lo');
const hostWrite = procedure<Recorded>({
  name: 'oracle_kvm_host_write',
  part: 'recorded',
  lane: 'hypervisor',
  about: 'The VMM writes a word of its own memory, which is the guest’s. KVM is not told.',
  slots: W,
  steps: [
    {
      label: 'write',
      line: 'the VMM stores a word',
      touch: 'racy',
      run: (t, { k }) => {
        touchForWrite(k, t.get(W.frame));
        writeBytes(k.memory, t.get(W.frame), t.get(W.offset), t.get(W.width), t.get(W.hi), t.get(W.lo));
      },
      say: (t, { k }) =>
        `The VMM itself writes to frame ${k.machine.nameFrame(t.get(W.frame))}. No fault shows it to KVM.`,
    },
  ],
});

export const hostProcedures: readonly (readonly [string, Procedure<never>])[] = [
  [SET_CPL, setCpl as Procedure<never>],
  [HOST_WRITE, hostWrite as Procedure<never>],
];
