/**
 * Where each procedure, event and switch comes from: the commit whose code it follows, and the function there. Only panels ask,
 * so nothing that runs imports this. Commits by the ten digits of sheet 0.1 and 10.
 */
const FE = 'ce7887f778';
const F = '948397ecb8';
const B = '3c7fba7fd8';
const T = '7ee9469202';
const S = '047782fa01';
const U = 'd067e4b077';
const A = '50b74f55e0';

const multi = (commit: string, fn: string): string => `Xen ${commit} multi.c ${fn}`;
const common = (commit: string, fn: string): string => `Xen ${commit} common.c ${fn}`;
const each = (names: string, origin: string): readonly (readonly [string, string])[] =>
  names.split(' ').map((name) => [name, origin] as const);

/** By the procedure's name. */
export const PROCEDURE_ORIGINS: Readonly<Record<string, string>> = Object.fromEntries([
  ['xen_boot', common(U, 'shadow_enable, sh_update_paging_modes')],
  ['sh_page_fault', multi(U, 'sh_page_fault')],
  ['guest_walk_tables', multi(F, 'guest_walk_tables, set_ad_bits')],
  ['shadow_check_gwalk', multi(F, 'shadow_check_gwalk')],
  ['shadow_get_and_create_l1e', multi(U, 'shadow_get_and_create_l1e')],
  ['sh_make_shadow', multi(U, 'sh_make_shadow, make_fl1_shadow')],
  ['shadow_set_upper', multi(U, 'shadow_set_l4e, shadow_set_l3e, shadow_set_l2e')],
  ['sh_prefetch', multi(U, 'sh_prefetch')],
  ['sh_x86_emulate_write', multi(U, 'sh_x86_emulate_write, emulate_map_dest, emulate_unmap_dest')],
  ['sh_validate_guest_entry', common(U, 'sh_validate_guest_entry')],
  ['sh_remove_shadows', common(U, 'sh_remove_shadows')],
  ['sh_remove_all_mappings', common(U, 'sh_remove_all_mappings')],
  ['sh_remove_write_access', common(U, 'sh_remove_write_access')],
  ['sh_rm_write_access_from_l1', multi(U, 'sh_rm_write_access_from_l1')],
  ['sh_unsync', common(U, 'sh_unsync')],
  ['oos_hash_add', common(U, 'oos_hash_add')],
  ['oos_remove_write_access', common(U, 'oos_remove_write_access')],
  ['oos_fixup_flush', common(T, 'oos_fixup_flush')],
  ['oos_fixup_flush_gmfn', common(T, 'oos_fixup_flush_gmfn')],
  ['_sh_resync', common(U, '_sh_resync')],
  ['sh_resync', common(U, 'sh_resync')],
  ['sh_resync_l1', multi(S, 'sh_resync_l1')],
  ['sh_resync_all', common(U, 'sh_resync_all')],
  ['sh_update_cr3', multi(U, 'sh_update_cr3')],
  ['sh_set_toplevel_shadow', multi(U, 'sh_set_toplevel_shadow')],
  ['sh_update_paging_modes', common(U, 'sh_update_paging_modes')],
  ['sh_invlpg', multi(U, 'sh_invlpg')],
  ['shadow_prealloc', common(U, '_shadow_prealloc')],
  ['sh_set_allocation', common(U, 'sh_set_allocation')],
  ['shadow_blow_tables', common(U, 'shadow_blow_tables')],
  ['shadow_blow_all_tables', common(U, 'shadow_blow_all_tables')],
  ['shadow_enable_log_dirty', common(U, 'shadow_enable_log_dirty')],
  ['shadow_disable_log_dirty', common(U, 'shadow_disable_log_dirty')],
  ['do_mmu_update', common(U, 'shadow_write_guest_entry')],
  ['shadow_write_p2m_entry', common(U, 'shadow_write_p2m_entry')],
  ...each('paging_log_dirty_peek paging_log_dirty_clean', `Xen ${U} paging.c paging_log_dirty_op`),
  ...each('hvm_set_cr0 hvm_set_cr3 hvm_set_cr4 hvm_set_efer hvmop_flush_tlb_all', `Xen ${U} hvm/hvm.c`),
  ['hvm_invlpg', `Xen ${U} hvm/hvm.c, multi.c sh_invlpg`],
  ['hvm_inject_interrupt', multi(U, 'sh_page_fault')],
  ['flush_tlb_mask', `Xen ${U} multi.c, common.c; x86/mm.c get_page_type`],
  ...each('gnttab_map_grant_ref gnttab_unmap_grant_ref', `Xen ${U} x86/mm.c get_page_type, put_page_type`),
  ...each(
    'guest_physmap_remove_page guest_physmap_add_page guest_physmap_add_entry p2m_set_mmio_dm set_mmio_p2m_entry p2m_set_ram_ro',
    `Xen ${U} x86/mm/p2m.c`,
  ),
  ...each('domain_pause domain_unpause domain_shutdown', `Xen ${U} domain.c`),
]);

/** By the event's kind. */
export const EVENT_ORIGINS: Readonly<Record<string, string>> = Object.fromEntries([
  ...each('ShadowCreated ShadowDestroyed', multi(U, 'sh_make_shadow, sh_destroy_l1_shadow')),
  ...each('Promoted Demoted', common(U, 'shadow_promote, shadow_demote')),
  ...each('Pinned Unpinned', `Xen ${U} private.h sh_pin, sh_unpin`),
  ['ShadowEntrySet', multi(U, 'shadow_set_l1e and its like')],
  ['PrefetchDone', multi(U, 'sh_prefetch')],
  ...each('WriteAccessSearched WriteAccessRemoved', common(U, 'sh_remove_write_access')),
  ['VersionBumped', multi(F, 'sh_page_fault, emulate_unmap_dest')],
  ['GwalkRechecked', multi(F, 'shadow_check_gwalk')],
  ['Unsynced', common(U, 'sh_unsync')],
  ...each('Punted Crushed', common(B, 'oos_hash_add')),
  ...each('SnapshotsExchanged SnapshotTaken', common(S, 'oos_hash_add')),
  ...each(
    'SnapshotUpdated ResyncCompared',
    multi(S, 'sh_resync_l1, validate_gl1e, sh_prefetch, sh_page_fault'),
  ),
  ['Resynced', common(B, '_sh_resync')],
  ...each('Refreshed ResyncSkipped', common(B, 'sh_resync_all')),
  ...each('FixupAdded FixupRemoved FixupHit FixupMiss', common(T, 'oos_fixup_add, oos_fixup_flush')),
  ['EntryEmulated', multi(U, 'sh_x86_emulate_write')],
  ['FastPath', multi(FE, 'sh_page_fault')],
  ['Unshadowed', common(U, 'sh_remove_shadows')],
  ['FaultOutcome', multi(U, 'sh_page_fault')],
  ...each('GrantMapped GrantUnmapped', `Xen ${U} x86/mm.c get_page_type`),
  ['P2mChanged', common(U, 'shadow_write_p2m_entry')],
  ...each(
    'MarkedDirty LogDirtyChanged DirtyLogRead',
    `Xen ${U} paging.c paging_mark_dirty, paging_log_dirty_op`,
  ),
  ['AllocationChanged', common(U, 'sh_set_allocation')],
  ...each('DomainShutDown DomainCrashed', `Xen ${U} domain.c`),
]);

/** By the switch's name: the commit that brought what it switches, or repaired what was wrong without it. */
export const SWITCH_ORIGINS: Readonly<Record<string, string>> = Object.fromEntries([
  ['out-of-sync', `${common(B, '_sh_resync')}; Xen ${U} multi.c sh_page_fault`],
  ['snapshots', common(S, 'oos_hash_add')],
  ['fixups', `${common(T, 'oos_fixup_add')}; Xen ${A} common.c oos_fixup_add`],
  ...each('lockless-walk recheck', multi(F, 'guest_walk_tables, shadow_check_gwalk')),
  ['prefetch', multi(U, 'sh_prefetch')],
  ['fast-fault-path', multi(U, 'sh_page_fault')],
  ['snapshot-exchange', common(S, 'oos_hash_add')],
  ['snapshot-update-fault', multi(S, 'sh_page_fault')],
  ['snapshot-update-prefetch', multi(S, 'sh_prefetch')],
  ...each('wrmap-guess writable-hint', common(U, 'sh_remove_write_access')),
  ...each('skip-verify skip-verify-locked', multi(U, 'emulate_unmap_dest')),
  ['fast-emulation', multi(FE, 'sh_page_fault')],
  ['early-unshadow', multi(U, 'check_for_early_unshadow')],
  ['resync-flush', common(A, 'oos_remove_write_access')],
  ['late-recheck', multi('24488e9b29', 'shadow_check_gl1e')],
  ['oos-before-magic', multi('535501ae64', 'sh_page_fault')],
  ['late-resync', 'Xen 6d72e644df and 1f80f21b47 multi.c sh_page_fault'],
  ['prealloc-first', multi('3ea6bace3b', 'sh_page_fault')],
  ...each('bump-on-removal protect-path removal-flush', multi(F, 'sh_page_fault, gw_remove_write_accesses')),
  ['bump-on-emulation', multi(F, 'emulate_unmap_dest')],
  ['walk-again', multi(B, 'gw_remove_write_accesses, sh_page_fault')],
  ['present-bit', multi(B, 'sh_page_fault')],
  ['magic-in-sync', multi(B, 'sh_page_fault')],
  ...each('cr3-flush cr3-resync-own cr3-refresh-others', multi(U, 'sh_update_cr3')),
  ['validate-flush', common(U, 'sh_validate_guest_pt_write')],
  ['unshadow-flush', common(U, 'sh_remove_shadows')],
  ...each('only-l1 oos-gating', common(U, 'sh_unsync')),
  ['resync-promoted', common(B, 'shadow_promote')],
  ['resync-linked', multi(B, 'shadow_set_l2e')],
  ['resync-new-path', multi(B, 'shadow_set_l4e, shadow_set_l3e')],
  ['one-parent', multi(B, 'sh_safe_not_to_sync')],
  ['invlpg-blanks', multi(B, 'sh_invlpg')],
  ['crush-resync', common(B, 'oos_hash_add')],
  ['demote-slot', common(B, 'shadow_demote')],
  ['may-write-first', common(B, '_sh_resync')],
  ['unfindable-unshadows', common(U, 'oos_remove_write_access')],
  ['fixup-eviction', common(A, 'oos_fixup_add')],
  ['snapshot-update-validate', multi(S, 'validate_gl1e')],
  ['snapshot-update-resync', multi(S, 'sh_resync_l1')],
  ['user-store', multi(A, 'sh_page_fault')],
  ['fixup-first', multi('202b0e0dc0', 'shadow_set_l1e')],
  ['fl1-fixups', common('b42db2ecdf', 'oos_fixup_flush_gmfn')],
  ['fixup-no-duplicates', common('2f0f4ad09f', 'oos_fixup_add')],
  ['first-of-four', multi('7a54e4ba24', 'sh_safe_not_to_sync')],
  ['fast-emul-cleared', multi('89fcb252a1', 'sh_page_fault')],
  ['flush-before-bump', multi(F, 'sh_page_fault')],
  ['early-unshadow-halves', multi('43d588d6ae', 'emulate_unmap_dest')],
  ['guess-any-vcpu', common('99666cb632', 'sh_remove_write_access')],
  ['no-gnp', multi('34d140eaa7', '_sh_propagate')],
]);
