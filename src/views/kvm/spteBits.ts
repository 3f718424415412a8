import { hex } from '../../base';
import * as c from '../../hypervisor/kvm/constants';
import { isMmio } from '../../hypervisor/kvm/link';
import { mmioAccess, mmioGeneration, mmioGfn } from '../../hypervisor/kvm/setSpte';
import { frameOf } from '../../machine';
import type { FieldLine } from '../scene/fieldLines';

/** A shadow entry bit by bit, and in a sentence what it comes to. Source: sheet 1.4. */
export interface SpteView {
  readonly kind: 'empty' | 'leaf' | 'table' | 'mmio';
  readonly bits: readonly FieldLine[];
  /** What the bits mean together: which combination of the three writable bits it is, or what an MMIO spte is for. */
  readonly says: string;
  /** The combination is none that KVM makes. */
  readonly odd?: boolean;
}

const flag = (bit: number, name: string, on: boolean, yes: string, no: string): FieldLine => ({
  bits: String(bit),
  name,
  value: on ? '1' : '0',
  says: on ? yes : no,
});

/** `level` of the table that the entry lies in. */
export function spteBits(level: number, hi: number, lo: number): SpteView {
  if (hi === 0 && lo === 0)
    return { kind: 'empty', bits: [], says: 'Empty: the next access faults, and KVM builds it.' };
  if (isMmio(hi, lo)) return mmio(hi, lo);
  const leaf = level === 1 || (lo & c.SPTE_PS) !== 0;
  const on = (bit: number): boolean => (lo & bit) !== 0;
  const bits = [
    flag(0, 'P', on(c.SPTE_P), 'present', 'not present'),
    flag(1, 'W', on(c.SPTE_W), 'the processor lets stores through', 'stores fault'),
    flag(2, 'U', on(c.SPTE_U), 'user and kernel', 'kernel only'),
    flag(5, 'A', on(c.SPTE_A), 'used since it was made', 'made ahead, or cleared: not used since'),
    flag(6, 'D', on(c.SPTE_D), 'written, or made for a store', 'not written since cleared'),
    flag(
      7,
      'PS',
      on(c.SPTE_PS),
      'maps a large page',
      level === 1 ? 'no meaning at level 1' : 'names a table',
    ),
    flag(
      9,
      'Host-writable',
      on(c.SPTE_HOST_WRITABLE),
      'host page and slot may be written',
      'the host forbids stores',
    ),
    flag(
      10,
      'MMU-writable',
      on(c.SPTE_MMU_WRITABLE),
      'nothing in the shadow forbids W',
      'the shadow forbids W',
    ),
    flag(11, 'MMU-present', on(c.SPTE_MMU_PRESENT), 'an spte that KVM made', 'none of KVM’s'),
    {
      bits: '51–12',
      name: leaf ? 'pfn' : 'table',
      value: leaf ? `0x${hex(frameOf(hi, lo), 3)}` : `s${hex(frameOf(hi, lo), 3)}`,
      says: leaf ? 'the host page it maps' : 'the shadow page below',
    },
    ...(hasId(hi) ? [identification(hi)] : []),
    flag(63, 'NX', hi < 0, 'no instruction fetch', 'may be executed'),
  ];
  if (leaf) return { kind: 'leaf', bits, ...writable(lo) };
  return {
    kind: 'table',
    bits: bits.filter(({ bits: place }) => place !== '9' && place !== '10'),
    says: 'Entries above the leaf allow everything: rights are enforced in leaves, through the role of the page.',
  };
}

/** Bits 56 to 62: who is about to open it (the proposal of 2012). */
const idOf = (hi: number): number => (hi & c.SPTE_ID_HI) >>> c.SPTE_ID_SHIFT_HI;
const hasId = (hi: number): boolean => idOf(hi) !== 0;

const identification = (hi: number): FieldLine => ({
  bits: '62–56',
  name: 'id',
  value: String(idOf(hi)),
  says: `vCPU ${idOf(hi) - 1} is about to set W without the lock`,
});

/** The three writable bits together: the four that KVM makes, by name. Anything else warns in a kernel. */
function writable(lo: number): { readonly says: string; readonly odd?: boolean } {
  const key = [c.SPTE_HOST_WRITABLE, c.SPTE_MMU_WRITABLE, c.SPTE_W].map((bit) => (lo & bit ? 1 : 0)).join('');
  switch (key) {
    case '111':
      return { says: 'Host, MMU, W = 1, 1, 1: writable.' };
    case '110':
      return {
        says: 'Host, MMU, W = 1, 1, 0: write-blocked for the dirty log. It may be opened again as soon as the store is logged.',
      };
    case '100':
      return {
        says: 'Host, MMU, W = 1, 0, 0: the frame is a shadowed table, or the guest’s own entry is read-only or clean.',
      };
    case '000':
      return {
        says: 'Host, MMU, W = 0, 0, 0: the host page may not be written (shared, copy-on-write, or a read-only slot).',
      };
    default:
      return { says: `Host, MMU, W = ${[...key].join(', ')}: a combination that must not be.`, odd: true };
  }
}

function mmio(hi: number, lo: number): SpteView {
  const access = mmioAccess(lo);
  const gen = mmioGeneration(hi, lo);
  return {
    kind: 'mmio',
    bits: [
      flag(0, 'P', true, 'present, so that bit 51 is looked at', ''),
      flag(
        1,
        'W',
        (access & c.ACC_WRITE) !== 0,
        'the guest lets it be written',
        'the guest does not let it be written',
      ),
      flag(2, 'U', (access & c.ACC_USER) !== 0, 'for user and kernel', 'for the kernel only'),
      {
        bits: '10–3',
        name: 'gen, low',
        value: String(gen & 0xff),
        says: 'generation of the memory slots, low 8 bits',
      },
      flag(11, 'MMU-present', false, '', 'not set: no page is mapped'),
      { bits: '50–12', name: 'gfn', value: `0x${hex(mmioGfn(hi, lo), 3)}`, says: 'the frame no slot holds' },
      flag(51, 'reserved', true, 'the processor faults with RSVD', ''),
      { bits: '62–52', name: 'gen, high', value: String(gen >>> 8), says: 'generation, high 11 bits' },
    ],
    says: `An address without memory, as of slot generation ${gen}: every access faults with RSVD, and KVM emulates it without a walk.`,
  };
}
