import { address, frameName, hex } from '../../base';
import type { Run } from '../../engine';
import { shadowTable } from '../../hypervisor/entity';
import type { Kvm } from '../../hypervisor/kvm/state';
import {
  REQ_FREE_OBSOLETE_ROOTS,
  REQ_LOAD_PGD,
  REQ_MMU_SYNC,
  REQ_TLB_FLUSH_CURRENT,
  REQ_TLB_FLUSH_GUEST,
} from '../../hypervisor/kvm/vcpuState';
import type { Fact } from '../facts';
import type { FieldLine } from '../scene/fieldLines';
import { errorBits, errorFlags } from './errorCode';
import { type Decision, decisionOf, lastFault } from './faultStory';
import { kvmAt } from './kvmAt';

/** What KVM keeps for a vCPU, and its last fault decoded. */
export interface KvmVcpu {
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly fault: KvmFault | undefined;
}

export interface KvmFault {
  /** `0x7: P|W|U`. */
  readonly code: string;
  readonly address: string;
  /** Cursor just after its first event. */
  readonly cursor: number;
  readonly bits: readonly FieldLine[];
  readonly decision: Decision;
}

export function kvmVcpus(run: Run, cursor: number): readonly KvmVcpu[] | undefined {
  return kvmAt(run, cursor, (k) =>
    k.vcpus.map((v) => ({
      name: run.world.actors[v.index]?.name ?? `vCPU ${v.index}`,
      facts: [...roots(k, v.index), ...waiting(k, v.index)],
      fault: faultOf(run, cursor, v.index),
    })),
  );
}

function roots(k: Kvm, v: number): Fact[] {
  const vcpu = k.vcpu(v);
  const root = vcpu.get('root');
  const named = (sfn: number): Fact['entity'] => (k.pages.owns(sfn) ? shadowTable(sfn) : undefined);
  const line = (name: string, sfn: number, tip: string): Fact => {
    const entity = named(sfn);
    const value = sfn === 0 ? 'none' : k.pages.owns(sfn) ? `${k.name(sfn)} ${k.key(sfn)}` : `s${hex(sfn, 3)}`;
    return { name, value, tip, ...(entity === undefined ? {} : { entity }) };
  };
  const cached = [0, 1, 2].map((i) => vcpu.prev(i)).filter((sfn) => sfn !== 0);
  return [
    line('root', root, 'The shadow of the guest’s top table: what the processor’s own CR3 names.'),
    ...cached.map((sfn, i) =>
      line(`cached root ${i + 1}`, sfn, 'A root of before: MOV CR3 back to it needs no look-up.'),
    ),
  ];
}

const REQUESTS: readonly (readonly [number, string])[] = [
  [REQ_FREE_OBSOLETE_ROOTS, 'drop zapped roots'],
  [REQ_MMU_SYNC, 'sync'],
  [REQ_LOAD_PGD, 'load the root'],
  [REQ_TLB_FLUSH_CURRENT, 'flush TLB'],
  [REQ_TLB_FLUSH_GUEST, 'flush all, sync'],
];

function waiting(k: Kvm, v: number): Fact[] {
  const vcpu = k.vcpu(v);
  const requests = REQUESTS.filter(([bit]) => (vcpu.get('requests') & bit) !== 0).map(([, name]) => name);
  return [
    ...(requests.length === 0
      ? []
      : [
          {
            name: 'before it enters',
            value: requests.join(', '),
            tip: 'Requests: done before the guest runs again.',
          },
        ]),
    ...(vcpu.get('mmioKnown') === 0
      ? []
      : [
          {
            name: 'last MMIO page',
            value: frameName(vcpu.get('mmioGfn')),
            tip: 'An RSVD fault on the same page is emulated without a look at any table.',
          },
        ]),
  ];
}

function faultOf(run: Run, cursor: number, vcpu: number): KvmFault | undefined {
  const story = lastFault(run, cursor, vcpu);
  if (story === undefined) return undefined;
  const flags = errorFlags(story.error);
  return {
    code: `0x${hex(story.error, 1)}${flags === '' ? '' : `: ${flags}`}`,
    address: address(story.vaHi, story.vaLo, 12),
    cursor: story.step + 1,
    bits: errorBits(story.error),
    decision: decisionOf(story),
  };
}
