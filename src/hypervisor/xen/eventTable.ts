/** Arguments of sh_resync_all: which tables are brought in sync, which are only brought up to date (sheet 5.10). */
export interface ResyncFlags {
  readonly skip: 0 | 1;
  readonly this: 0 | 1;
  readonly others: 0 | 1;
  readonly locking: 0 | 1;
}

/**
 * A moment of the code: the step with this label in the procedure of this name. Where the step is also taken when there is
 * nothing to do, what it must have done for the row to be what happens.
 */
export interface EventPlace extends EventProof {
  readonly procedure: string;
  readonly label: string;
}

interface EventProof {
  /** The step called this procedure. */
  readonly calls?: string;
  /** The step emitted an event of this kind. */
  readonly emits?: string;
  /** No event of this kind was emitted earlier in the same fault. */
  readonly unless?: string;
}

/** One row of the table of what re-syncs what. */
export interface EventRow {
  /** For links and tests; never changes. */
  readonly id: string;
  /** What happens. */
  readonly event: string;
  /** What Xen does about tables that are out of sync. */
  readonly action: string;
  /** Calls of sh_resync_all, in their order; none where single tables are dealt with. */
  readonly flags: readonly ResyncFlags[];
  /** Where the code does it. */
  readonly places: readonly EventPlace[];
  /** Library scenario that shows it; empty where there is none yet. */
  readonly scenario: string;
}

const flags = (skip: 0 | 1, own: 0 | 1, others: 0 | 1, locking: 0 | 1): ResyncFlags => ({
  skip,
  this: own,
  others,
  locking,
});

const at = (procedure: string, ...labels: string[]): EventPlace[] =>
  labels.map((label) => ({ procedure, label }));

/** The same, for steps that are taken whether or not there is something to do. */
const proved = (proof: EventProof, places: readonly EventPlace[]): EventPlace[] =>
  places.map((place) => ({ ...place, ...proof }));

const noted: EventProof = { emits: 'SnapshotUpdated' };

/** Every event that matters to tables that are out of sync, and what is done about them (sheet 5.12). */
export const eventTable: readonly EventRow[] = [
  {
    id: 'cr3-before',
    event: 'MOV CR3, even of the same value, before the switch',
    action: 'The vCPU’s own tables are brought in sync, and write-protected again.',
    flags: [flags(0, 1, 0, 1)],
    places: at('sh_update_cr3', 'own'),
    scenario: 'resync-three-of-512',
  },
  {
    id: 'cr3-after',
    event: 'MOV CR3, after the switch, with the lock dropped and taken again for each vCPU',
    action: 'The tables of the others are refreshed, or skipped where they cannot be reached.',
    flags: [flags(1, 0, 1, 1)],
    places: at('sh_update_cr3', 'others'),
    scenario: 'a-page-table-may-drift',
  },
  {
    id: 'mode-change',
    event: 'CR0.PG changes; CR4.PSE, PAE or PGE changes; the vCPU starts; log-dirty mode goes on or off',
    action:
      'Everything is brought in sync, whether tables may go out of sync is settled anew, then as for MOV CR3.',
    flags: [flags(0, 1, 1, 0), flags(0, 1, 0, 0), flags(1, 0, 1, 0)],
    places: at('sh_update_paging_modes', 'resync', 'cr3'),
    scenario: 'paging-off-and-on',
  },
  {
    id: 'upper-entry',
    event: 'A present L4 or L3 entry is written to the shadow, by a fault or an emulated store',
    action: 'Everything is brought in sync: the new path may lead anywhere.',
    flags: [flags(0, 1, 1, 0)],
    places: proved({ calls: 'sh_resync_all' }, [
      ...at('shadow_set_upper', 'resync'),
      ...at('shadow_get_and_create_l1e', 'resync'),
    ]),
    scenario: 'demand-fault',
  },
  {
    id: 'l2-entry',
    event: 'A present L2 entry that leads to the shadow of a table out of sync is written',
    action: 'That table is brought in sync.',
    flags: [],
    places: proved({ calls: 'sh_resync' }, at('shadow_set_upper', 'resync')),
    scenario: 'second-way-to-a-table',
  },
  {
    id: 'promotion',
    event: 'A table that is out of sync is to be shadowed at another level',
    action: 'It is brought in sync first.',
    flags: [],
    places: proved({ calls: 'sh_resync' }, at('sh_make_shadow', 'promote')),
    scenario: 'promoted-out-of-sync',
  },
  {
    id: 'walked-upper',
    event: 'The L3 or L2 table of a walk is out of sync, as the L1 table it is too',
    action: 'It is brought in sync, and the walk begins again.',
    flags: [],
    places: proved({ calls: 'sh_resync' }, at('sh_page_fault', 'protect-l3', 'protect-l2')),
    scenario: 'table-used-as-an-upper-table',
  },
  {
    id: 'crush',
    event: 'A table goes out of sync and finds both its slots taken',
    action: 'The table that is in the way is brought in sync.',
    flags: [],
    places: at('oos_hash_add', 'crush'),
    scenario: 'crush',
  },
  {
    id: 'invlpg',
    event: 'INVLPG of an address whose table is out of sync',
    action: 'One shadow entry is blanked, the processor’s INVLPG is executed. The table stays out of sync.',
    flags: [],
    places: at('sh_invlpg', 'blank'),
    scenario: 'invlpg-out-of-sync',
  },
  {
    id: 'fault-through',
    event: 'A page fault through a table out of sync, on any vCPU',
    action:
      'That entry and its neighbours are derived, and noted in the snapshot. The table stays out of sync.',
    flags: [],
    places: proved(noted, [...at('sh_page_fault', 'install'), ...at('sh_prefetch', 'entry')]),
    scenario: 'first-use',
  },
  {
    id: 'fault-write',
    event: 'A page fault for a write to a table that is out of sync already',
    action: 'The mapping becomes writable and its fixup is recorded. Nothing is emulated.',
    flags: [],
    places: proved({ emits: 'FixupAdded', unless: 'Unsynced' }, at('sh_page_fault', 'install')),
    scenario: 'three-aliases',
  },
  {
    id: 'emulated',
    event: 'An emulated store hits a table that is out of sync, because another vCPU let it go meanwhile',
    action: 'The shadow entry and the snapshot follow. The table stays out of sync.',
    flags: [],
    places: proved(noted, at('sh_validate_guest_entry', 'set')),
    scenario: 'emulated-on-a-table-out-of-sync',
  },
  {
    id: 'flush-tlbs',
    event: 'HVMOP_flush_tlbs: the guest asks for all TLBs to be flushed',
    action: 'The other vCPUs stop; as for MOV CR3 in the name of every vCPU, so everything comes in sync.',
    flags: [flags(0, 1, 0, 1), flags(1, 0, 1, 1)],
    places: at('hvmop_flush_tlb_all', 'vcpu'),
    scenario: 'flush-by-hypercall',
  },
  {
    id: 'destroyed',
    event: 'The shadow of a table that is out of sync is destroyed',
    action: 'Its slot is free. Nothing is brought in sync, for there is no shadow to be.',
    flags: [],
    places: proved({ emits: 'FixupRemoved' }, [
      ...at('sh_remove_shadows', 'type', 'search'),
      ...at('shadow_prealloc', 'unpin', 'unhook'),
    ]),
    scenario: 'room-made-too-late',
  },
];
