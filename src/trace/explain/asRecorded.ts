import type { RecordedEvent } from '../../oracle/kvm/format';
import { printedKey } from '../../oracle/kvm/print';
import type { TraceEvents } from '../events';
import { hexOf } from '../fieldTypes';
import {
  accessText,
  PAGE,
  ROLE,
  roleAccess,
  roleDirect,
  roleFourByte,
  roleInvalid,
  roleLevel,
  roleQuadrant,
} from '../pageText';

type Read = {
  readonly word: (field: string, offset?: number) => number;
  readonly hex: (field: string) => string;
};

/** A page as recordings name it, without the bits of its role that are not printed. */
function keyOf({ word }: Read): string {
  const role = word('sp', PAGE.role);
  const gen = word('sp', PAGE.gen);
  const gfn = hexOf(word('sp', PAGE.gfnHi), word('sp', PAGE.gfnLo));
  return [
    `${gfn}/l${roleLevel(role)}/${accessText(roleAccess(role))}`,
    roleFourByte(role) ? `/q${roleQuadrant(role)}` : '',
    roleDirect(role) ? '/direct' : '',
    (role & ROLE.nx) === 0 ? '/!nx' : '',
    roleInvalid(role) ? '/invalid' : '',
    gen === 0 ? '' : `/gen${gen}`,
  ].join('');
}

const page = (r: Read): string =>
  `sp=${keyOf(r)} root=${r.word('sp', PAGE.root)} unsync=${r.word('sp', PAGE.unsync)}`;

/** Each event that a simulation has too, with the fields that can be compared: host frames, pointers and generations mean nothing to it. */
const SAID: Readonly<Record<string, (r: Read, events: TraceEvents) => string>> = {
  kvm_page_fault: (r) => `page_fault addr=${r.hex('addr')} error=${r.hex('error')}`,
  kvm_mmu_pagetable_walk: (r) =>
    `pagetable_walk addr=${r.hex('addr')} pferr=0x${r.word('pferr').toString(16)}`,
  kvm_mmu_paging_element: (r) => `paging_element pte=${r.hex('pte')} level=${r.word('level')}`,
  kvm_mmu_walker_error: (r) => `walker_error pferr=0x${r.word('pferr').toString(16)}`,
  kvm_mmu_set_accessed_bit: (r) => `set_accessed_bit gpa=${r.hex('gpa')}`,
  kvm_mmu_set_dirty_bit: (r) => `set_dirty_bit gpa=${r.hex('gpa')}`,
  kvm_mmu_get_page: (r, { names }) =>
    `get_page ${page(r)} ${names.text(r.word('created')) === 'new' ? 'new' : 'existing'}`,
  kvm_mmu_sync_page: (r) => `sync_page ${page(r)}`,
  kvm_mmu_unsync_page: (r) => `unsync_page ${page(r)}`,
  kvm_mmu_prepare_zap_page: (r) => `prepare_zap_page ${page(r)}`,
  kvm_mmu_spte_requested: (r) => `spte_requested gfn=${r.hex('gfn')} level=${r.word('level')}`,
  kvm_mmu_set_spte: (r) => {
    const bits = r.word('rights');
    const rights = ['r', 'w', 'x', 'u'].map((letter, i) => ((bits >> i) & 1 ? letter : '-')).join('');
    const index = (r.word('at', 1) & 0xfff) >>> 3;
    return `set_spte gfn=${r.hex('gfn')} rights=${rights} bits=0x${(r.word('spte', 1) & 0xfff).toString(16)} level=${r.word('level')} index=${index}`;
  },
  mark_mmio_spte: (r) => `mark_mmio_spte gfn=${r.hex('gfn')} access=${r.word('access').toString(16)}`,
  handle_mmio_page_fault: (r) =>
    `handle_mmio_page_fault addr=${r.hex('addr')} gfn=${r.hex('gfn')} access=${r.word('access').toString(16)}`,
  check_mmio_spte: (r) => `check_mmio_spte valid=${r.word('valid')}`,
  kvm_inj_exception: (r, { names }) =>
    `inj_exception ${names.text(r.word('exception'))} error=0x${r.word('error').toString(16)}`,
  kvm_mmu_zap_all_fast: () => 'zap_all_fast',
};

/** A line of the trace as a sentence that a simulated event can be equal to; undefined for what no simulation has. */
export function tracedText(events: TraceEvents, event: number): string | undefined {
  const kind = events.kind(event);
  const say = SAID[kind.name];
  if (say === undefined) return undefined;
  const word = (field: string, offset = 0): number =>
    events.word(event, (kind.fields.get(field)?.offset ?? 0) + offset);
  return say({ word, hex: (field) => `0x${hexOf(word(field), word(field, 1))}` }, events);
}

/** The same of a simulated event. */
export function simulatedText(e: RecordedEvent): string {
  const sp = typeof e.sp === 'string' ? `sp=${printedKey(e.sp)} root=${e.root} unsync=${e.unsync}` : '';
  switch (e.ev) {
    case 'get_page':
      return `get_page ${sp} ${e.new === true ? 'new' : 'existing'}`;
    case 'sync_page':
    case 'unsync_page':
    case 'prepare_zap_page':
      return `${e.ev} ${sp}`;
    case 'inj_exception':
      return `inj_exception ${e.exception} error=${e.error}`;
    case 'zap_all_fast':
      return 'zap_all_fast';
    case 'set_spte':
      return `set_spte gfn=${e.gfn} rights=${e.rights} bits=${e.bits} level=${e.level} index=${e.index}`;
    default:
      return [
        e.ev,
        ...Object.entries(e).flatMap(([name, value]) => (name === 'ev' ? [] : [`${name}=${value}`])),
      ].join(' ');
  }
}
