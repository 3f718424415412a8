import type { Store } from '../../kernel';
import { NamedCells } from '../cells';

const FIELDS = [
  /** gtable_dirty_version: an atomic counter. */
  'version',
  /** Every vCPU of the domain has paging on: tables may go out of sync. */
  'oosActive',
  /** opt_flags: bit 0 LINUX_L3_TOPLEVEL. */
  'optFlags',
  /** Somebody walks the whole hash: lookups must not move anything. */
  'hashWalking',
  /** Pinned shadows, most recently pinned first; 0: none. */
  'pinnedHead',
  'pinnedTail',
  'pinnedL4s',
  /** Free pool pages, oldest first; 0: none. Pages never used yet are counted by the two bounds below. */
  'freeHead',
  'freeTail',
  'freeCount',
  'fresh',
  'freshTop',
  /** The domain has magic entries for devices. */
  'hasMmioEntries',
  /** 1 once the domain was crashed. */
  'crashed',
  /** The domain is shutting down: no fault is fixed any more. */
  'shuttingDown',
  /** PG_log_dirty: which frames the guest writes is noted. */
  'logDirty',
  /** Pool pages that the host has taken back, the last one first; 0: none. */
  'withdrawnHead',
  'withdrawn',
  /** A vCPU is at hvmop_flush_tlb_all. */
  'flushingTlbs',
  /** Xen's own 1:1 table of 1,024 large pages, for vCPUs without paging; 0: not made yet. */
  'unpagedTable',
] as const;

export type DomainField = (typeof FIELDS)[number];

/** LINUX_L3_TOPLEVEL: L3 shadows are pinned like top levels (sheet 1.5). */
export const OPT_LINUX_L3_TOPLEVEL = 1;

/** What the domain has once. */
export class DomainState extends NamedCells<DomainField> {
  constructor(store: Store) {
    super(store, 'shadow domain', FIELDS);
  }
}
