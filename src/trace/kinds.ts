import { type EventKind, eventKind, type Layout } from './layout';

/**
 * Every tracepoint that is read, with the lines that kernels print for it: the newest of 6.1 first, then what older and
 * newer ones print (sheet 7.3 to 7.6). Reading and printing both go by these lines.
 */
const LINES: readonly (readonly [name: string, ...layouts: string[]])[] = [
  ['tracing_mark_write', '{text:rest}'],
  [
    'kvm_entry',
    'vcpu {vcpu:u}, rip 0x{rip:x64}',
    'vcpu {vcpu:u}, rip 0x{rip:x64}[immediate exit]',
    'vcpu {vcpu:u}, rip 0x{rip:x64} intr_info 0x{intr:X32} error_code 0x{error:X32}',
    'vcpu {vcpu:u}, rip 0x{rip:x64} intr_info 0x{intr:X32} error_code 0x{error:X32}[immediate exit]',
    'vcpu {vcpu:u}',
  ],
  [
    'kvm_exit',
    'vcpu {vcpu:u} reason {reason:reason} rip 0x{rip:x64} info1 0x{info1:X64} info2 0x{info2:X64} intr_info 0x{intr:X32} error_code 0x{error:X32}',
    'reason {reason:reason} rip 0x{rip:x64} info {info1:x64} {info2:x64}',
  ],
  [
    'kvm_page_fault',
    'vcpu {vcpu:u} rip 0x{rip:x64} address 0x{addr:X64} error_code 0x{error:x64}',
    'address {addr:x64} error_code {error:x64}',
  ],
  ['kvm_mmu_pagetable_walk', 'addr {addr:x64} pferr {pferr:x32} {flags of pferr}'],
  ['kvm_mmu_paging_element', 'pte {pte:x64} level {level:u}'],
  ['kvm_mmu_set_accessed_bit', 'gpa {gpa:x64}'],
  ['kvm_mmu_set_dirty_bit', 'gpa {gpa:x64}'],
  ['kvm_mmu_walker_error', 'pferr {pferr:x32} {flags of pferr}'],
  ['kvm_mmu_get_page', '{sp:page} {created:word}', '{sp:oldpage} {created:word}'],
  ['kvm_mmu_sync_page', '{sp:page}', '{sp:oldpage}'],
  ['kvm_mmu_unsync_page', '{sp:page}', '{sp:oldpage}'],
  ['kvm_mmu_prepare_zap_page', '{sp:page}', '{sp:oldpage}'],
  ['kvm_mmu_spte_requested', 'gfn {gfn:x64} pfn {pfn:x64} level {level:u}'],
  ['kvm_mmu_set_spte', 'gfn {gfn:x64} spte {spte:x64} ({rights:rights}) level {level:u} at {at:x64}'],
  ['mark_mmio_spte', 'sptep:{sptep:ptr} gfn {gfn:x64} access {access:x32} gen {gen:x32}'],
  ['handle_mmio_page_fault', 'addr:{addr:x64} gfn {gfn:x64} access {access:x32}'],
  ['check_mmio_spte', 'spte {spte:x64} kvm_gen {kvmGen:x32} spte-gen {spteGen:x32} valid {valid:u}'],
  [
    'fast_page_fault',
    'vcpu {vcpu:u} gva {addr:x64} error_code {error:flags} sptep {sptep:ptr} old {old:alt} new {new:x64} spurious {spurious:u} fixed {fixed:u}',
  ],
  ['kvm_mmu_zap_all_fast', 'kvm-mmu-valid-gen {gen:u} used_pages {usedPages:x32}'],
  ['kvm_mmu_split_huge_page', 'gfn {gfn:x64} spte {spte:x64} level {level:u} errno {errno:u}'],
  [
    'kvm_tdp_mmu_spte_changed',
    'as id {asId:u} gfn {gfn:x64} level {level:u} old_spte {old:x64} new_spte {new:x64}',
  ],
  ['kvm_cr', 'cr_{rw:word} {cr:x32} = 0x{value:x64}'],
  [
    'kvm_inj_exception',
    '{exception:word} (0x{error:x32})',
    '{exception:word} (0x{error:x32}) [reinjected]',
    '{exception:word}',
    '{exception:word} [reinjected]',
  ],
  ['kvm_emulate_insn', '{csBase:x32}:{rip:x64}:{text:rest}'],
  ['vcpu_match_mmio', 'gva {gva:alt} gpa {gpa:alt} {write:word} {match:word}'],
  ['kvm_mmio', 'mmio {type:word} len {len:u} gpa 0x{gpa:x64} val 0x{value:x64}'],
  ['kvm_unmap_hva_range', 'mmu notifier unmap range: 0x{start:x64} -- 0x{end:x64}'],
];

export const KINDS: readonly EventKind[] = LINES.map(([name, ...layouts], id) =>
  eventKind(id, name, layouts),
);

/** Every layout of every tracepoint, in one row: an event is kept with its number in it. */
export const LAYOUTS: readonly Layout[] = KINDS.flatMap((kind) => kind.layouts);

const byName = new Map(KINDS.map((kind) => [kind.name, kind]));

/** The tracepoint of a name. Throws if there is none: names are written in our own code. */
export function kindNamed(name: string): EventKind {
  const kind = byName.get(name);
  if (kind === undefined) throw new Error(`there is no tracepoint ${name}`);
  return kind;
}

/** Where a field's words begin among those of its event. Throws if there is none. */
export function offsetOf(name: string, field: string): number {
  const found = kindNamed(name).fields.get(field);
  if (found === undefined) throw new Error(`${name} has no field ${field}`);
  return found.offset;
}

/** Most words that any event has. */
export const WIDEST = Math.max(...KINDS.map((kind) => kind.width));
