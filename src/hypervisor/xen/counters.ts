import type { CounterSpec } from '../../kernel';
import type { FigureSpec } from '../design';

const c = (name: string, says: string): CounterSpec => ({ name, says });

/** Xen's performance counters (perfc_defn.h, sheet 8), by their own names. */
export const COUNTERS: readonly CounterSpec[] = [
  c('shadow_fault', 'A page fault reached the shadow code.'),
  c('shadow_fault_fixed', 'A fault ended with the entry installed.'),
  c('shadow_fault_emulate_write', 'A write to a table was handed to the emulator.'),
  c(
    'shadow_fault_emulate_wp',
    'A write was handed to the emulator because the guest runs with CR0.WP clear.',
  ),
  c(
    'shadow_fault_emulate_failed',
    'The emulator gave up, or the store came from user mode: the page was unshadowed.',
  ),
  c('shadow_fault_mmio', 'A fault was handed to the device emulator.'),
  c('shadow_fault_bail_real_fault', 'A fault belonged to the guest: its own tables do not allow the access.'),
  c('shadow_fault_bail_bad_gfn', 'A fault on a guest frame that has no memory.'),
  c(
    'shadow_fault_fast_gnp',
    'A magic entry told that the guest has the entry not present: no walk was needed.',
  ),
  c('shadow_fault_fast_mmio', 'A magic entry told that the frame is a device.'),
  c('shadow_fault_fast_fail', 'The magic entry was gone when the handler looked.'),
  c('shadow_fault_fast_emulate', 'A write to the page just emulated went straight to the emulator.'),
  c('shadow_fault_fast_emulate_fail', 'Fast emulation did not end well and was given up for this page.'),
  c('shadow_guest_walk', 'The guest tables were walked by software.'),
  c('shadow_check_gwalk', 'The version had moved: the walk was compared with memory.'),
  c('shadow_inconsistent_gwalk', 'The comparison failed: the walk was stale.'),
  c(
    'shadow_rm_write_flush_tlb',
    'A fault took write access away on its path, bumped the version and flushed.',
  ),
  c('shadow_writeable', 'Write access was to be taken away and some mapping had it.'),
  c('shadow_writeable_h_1', 'Found by the guess for 32-bit Windows.'),
  c('shadow_writeable_h_2', 'Found by the guess for PAE Windows.'),
  c('shadow_writeable_h_3', 'Found by the guess for 64-bit Windows.'),
  c('shadow_writeable_h_4', "Found by the guess at Linux's or Solaris's direct map."),
  c('shadow_writeable_h_5', 'Found in the shadow in which the last search found one.'),
  c('shadow_writeable_h_6', 'Found at the address at which the table went out of sync.'),
  c('shadow_writeable_h_7', 'Found at a recorded fixup.'),
  c('shadow_writeable_h_8', 'A recorded fixup no longer mapped the page writable.'),
  c('shadow_writeable_bf', 'A search of all L1 shadows, from a walk or a CR3 load.'),
  c('shadow_writeable_bf_1', 'A search of all L1 shadows, from a resync.'),
  c('shadow_validate_gl1e_calls', 'An L1 entry was derived again after an emulated write.'),
  c('shadow_validate_gl2e_calls', 'An L2 entry was derived again after an emulated write.'),
  c('shadow_validate_gl3e_calls', 'An L3 entry was derived again after an emulated write.'),
  c('shadow_validate_gl4e_calls', 'An L4 entry was derived again after an emulated write.'),
  c('shadow_unsync', 'A table went out of sync.'),
  c('shadow_unsync_evict', 'A table was brought in sync because its slot was needed.'),
  c('shadow_resync', 'A table was brought in sync in full.'),
  c('shadow_oos_fixup_add_ok', 'A fixup was recorded in a table.'),
  c('shadow_oos_fixup_no_add', 'A fixup was there already.'),
  c('shadow_oos_fixup_add_fail', 'A fixup found no room in its bucket.'),
  c('shadow_oos_fixup_remove', 'Fixups of a page that lost its last shadow were dropped.'),
  c('shadow_oos_fixup_flush', 'All fixups of a vCPU were worked off.'),
  c('shadow_oos_fixup_flush_gmfn', 'All fixups of a page were worked off.'),
  c('shadow_oos_fixup_add', 'A fixup was recorded in a slot.'),
  c('shadow_oos_fixup_evict', 'A recorded mapping lost its write access to make room for another.'),
  c('shadow_early_unshadow', 'Two zeroes in a row: the table was unshadowed early.'),
  c('shadow_unshadow', 'A page was to lose all its shadows, and had some.'),
  c('shadow_up_pointer', 'A shadow went by its up-pointer, its only reference.'),
  c('shadow_unshadow_bf', 'More references remained: all parents were searched.'),
  c('shadow_mappings', 'All mappings of a page were to be removed.'),
  c('shadow_mappings_bf', 'Mappings were searched in all L1 shadows.'),
  c('shadow_alloc', 'A pool page was taken.'),
  c('shadow_alloc_tlbflush', 'A pool page was taken that some TLB might still know: it was flushed.'),
  c('shadow_free', 'A pool page was given back.'),
  c('shadow_prealloc_1', 'Room was made by unpinning the least recently pinned top level.'),
  c('shadow_prealloc_2', 'Room was made by blanking top levels in use.'),
  c('shadow_alloc_count', 'Pool pages in use now.'),
  c('shadow_hash_lookups', 'A shadow was looked up.'),
  c('shadow_hash_lookup_head', 'The lookup hit the head of its bucket.'),
  c('shadow_hash_lookup_miss', 'The lookup found nothing.'),
  c('shadow_hash_inserts', 'A shadow entered the hash.'),
  c('shadow_hash_deletes', 'A shadow left the hash.'),
  c('shadow_get_shadow_status', 'Somebody asked whether a page has a shadow.'),
  c('shadow_invlpg', 'INVLPG was intercepted.'),
  c('shadow_invlpg_fault', 'INVLPG hit an address whose upper levels are not shadowed.'),
  c('shadow_em_ex_pt', 'An extra instruction was emulated and wrote a table.'),
  c('shadow_em_ex_non_pt', 'An extra instruction was emulated and wrote no table.'),
  c('shadow_em_ex_fail', 'An extra instruction could not be emulated.'),
  c('shadow_a_update', 'Nothing: declared in 2008, but no code counted it any more.'),
  c('shadow_ad_update', 'Nothing: declared in 2008, but no code counted it any more.'),
  c('shadow_ptwr_emulate', 'Nothing: declared in 2008, but no code counted it any more.'),
];

/** Counters that Xen's list declares and its code of June 2008 never increments (sheet 8). */
export const NEVER_COUNTED: readonly string[] = [
  'shadow_a_update',
  'shadow_ad_update',
  'shadow_ptwr_emulate',
];

/** Ratios that the commit of the lock-free walk gives (sheet 3.3); which counters form them is the natural reading of its text. */
export const FIGURES: readonly FigureSpec[] = [
  {
    name: 'walks re-checked',
    of: 'shadow_check_gwalk',
    per: 'shadow_guest_walk',
    says: 'The share of software walks that were compared with memory again because the version had moved.',
    published:
      'The commit of February 2008 says 3.7 % for a kernel build of a 64-bit guest, 7.2 % for a PAE guest.',
  },
  {
    name: 're-checks from removal',
    of: 'shadow_rm_write_flush_tlb',
    per: 'shadow_check_gwalk',
    says: 'The share of those that have their cause in a removal of write access, mostly one’s own.',
    published:
      'The commit of February 2008 says 68 % for a kernel build of a 64-bit guest, 54.9 % for a PAE guest.',
  },
  {
    name: 'emulations without a walk',
    of: 'shadow_fault_fast_emulate',
    per: ['shadow_fault_fast_emulate', 'shadow_fault_emulate_write'],
    says: 'The share of emulated writes that went straight to the emulator.',
    published:
      'The commit of fast emulation says 89 % for a kernel build of a 64-bit guest with several vCPUs.',
  },
];
