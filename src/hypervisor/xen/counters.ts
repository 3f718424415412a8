import type { CounterSpec } from '../../kernel';

const NAMES = `fault fault_fixed fault_emulate_write fault_emulate_wp fault_emulate_failed fault_mmio
  fault_bail_real_fault fault_bail_bad_gfn fault_fast_gnp fault_fast_mmio fault_fast_fail
  fault_fast_emulate fault_fast_emulate_fail guest_walk check_gwalk inconsistent_gwalk
  rm_write_flush_tlb writeable writeable_h_1 writeable_h_2 writeable_h_3 writeable_h_4 writeable_h_5
  writeable_h_6 writeable_h_7 writeable_h_8 writeable_bf writeable_bf_1 validate_gl1e_calls
  validate_gl2e_calls validate_gl3e_calls validate_gl4e_calls unsync unsync_evict resync
  oos_fixup_add_ok oos_fixup_no_add oos_fixup_add_fail oos_fixup_remove oos_fixup_flush
  oos_fixup_flush_gmfn oos_fixup_add oos_fixup_evict early_unshadow unshadow up_pointer unshadow_bf
  mappings mappings_bf alloc alloc_tlbflush free prealloc_1 prealloc_2 alloc_count hash_lookups
  hash_lookup_head hash_lookup_miss hash_inserts hash_deletes get_shadow_status invlpg invlpg_fault
  em_ex_pt em_ex_non_pt em_ex_fail a_update ad_update ptwr_emulate`;

/**
 * Xen's performance counters (perfc_defn.h, sheet 8), by their own names. What each means is in `counterTexts.ts`: who counts
 * need not know.
 */
export const COUNTERS: readonly CounterSpec[] = NAMES.split(/\s+/).map((name) => ({
  name: `shadow_${name}`,
  says: '',
}));
