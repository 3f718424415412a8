import { frameName } from '../../base';
import { type Machine, sayValue } from '../../machine';
import type { Describe } from '../design';

/** What there is to say about a machine without a hypervisor: its TLBs and what each vCPU has loaded. */
export function describeMachine(m: Machine): Describe {
  const tlbFrames = (v: number): readonly number[] => m.tlb.entries(v).map((e) => e.frame);
  return {
    shadowOf: () => -1,
    snapshotOf: () => -1,
    state: (what, [v = 0]) => {
      switch (what) {
        case 'tlb':
          return v < m.config.vcpus ? tlbFrames(v) : undefined;
        case 'cr2':
          return v < m.config.vcpus ? [m.vcpu(v).get('cr2Hi'), m.vcpu(v).get('cr2Lo')] : undefined;
        default:
          return undefined;
      }
    },
    states: {
      tlb: 'of a vCPU: the first frame of each page its TLB holds, in the order of its places',
      cr2: 'of a vCPU: the address of the last page fault its guest was given, halves',
    },
    wordNamed: () => undefined,
    summary: () =>
      m.regs.map((r, v) => {
        const frames = tlbFrames(v).map(frameName).join(' ');
        return `vCPU ${v}: CR3 ${sayValue(r.get('cr3Hi'), r.get('cr3Lo'))}, TLB ${frames === '' ? 'empty' : frames}`;
      }),
  };
}
