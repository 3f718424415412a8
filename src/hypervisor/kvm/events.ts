import { eventType } from '../../kernel';

/**
 * The kernel's own tracepoints, fields in its order as far as they mean something here (sheet 7.4). A shadow page is its gfn,
 * role word and generation; 64-bit values are two fields. `table`, where the kernel prints none, is the page's own frame.
 */
const PAGE = ['gfn', 'role', 'gen', 'root', 'unsync'] as const;

export const KvmPageFault = eventType('KvmPageFault', 'vcpu', 'vaHi', 'vaLo', 'error');
export const KvmPagetableWalk = eventType('KvmPagetableWalk', 'vcpu', 'vaHi', 'vaLo', 'pferr');
export const KvmPagingElement = eventType('KvmPagingElement', 'vcpu', 'hi', 'lo', 'level');
export const KvmWalkerError = eventType('KvmWalkerError', 'vcpu', 'pferr');
export const KvmSetAccessedBit = eventType('KvmSetAccessedBit', 'vcpu', 'gfn', 'offset');
export const KvmSetDirtyBit = eventType('KvmSetDirtyBit', 'vcpu', 'gfn', 'offset');
export const KvmGetPage = eventType('KvmGetPage', ...PAGE, 'created', 'table');
export const KvmSyncPage = eventType('KvmSyncPage', ...PAGE, 'table');
export const KvmUnsyncPage = eventType('KvmUnsyncPage', ...PAGE, 'table');
export const KvmPrepareZapPage = eventType('KvmPrepareZapPage', ...PAGE, 'table');
export const KvmSpteRequested = eventType('KvmSpteRequested', 'gfn', 'level');
export const KvmSetSpte = eventType(
  'KvmSetSpte',
  ...(['gfn', 'hi', 'lo', 'level', 'table', 'index', 'tableGfn', 'tableRole', 'tableGen'] as const),
);
export const KvmMarkMmioSpte = eventType('KvmMarkMmioSpte', 'table', 'index', 'gfn', 'access');
export const KvmHandleMmioPageFault = eventType(
  'KvmHandleMmioPageFault',
  'vcpu',
  'vaHi',
  'vaLo',
  'gfn',
  'access',
);
export const KvmCheckMmioSpte = eventType('KvmCheckMmioSpte', 'vcpu', 'valid');
/** fast_page_fault: the spte before and after; `fixed` and `spurious` 0: the fault goes the slow way. */
export const KvmFastPageFault = eventType(
  'KvmFastPageFault',
  ...(['vcpu', 'vaHi', 'vaLo', 'error', 'table', 'index'] as const),
  ...(['oldHi', 'oldLo', 'newHi', 'newLo', 'spurious', 'fixed'] as const),
);
export const KvmInjException = eventType('KvmInjException', 'vcpu', 'error', 'reinjected');
export const KvmZapAllFast = eventType('KvmZapAllFast', 'gen', 'usedPages');
/** An access that leaves for the VMM: `write` 1 or 0, the guest-physical address, bytes. */
export const KvmMmio = eventType('KvmMmio', 'vcpu', 'write', 'paHi', 'paLo', 'bytes');
/** Not a tracepoint: an entry of a shadow page went without one. */
export const KvmSpteCleared = eventType('KvmSpteCleared', 'table', 'index');
/** A frame that the dirty log of a slot gave out. */
export const KvmDirty = eventType('KvmDirty', 'slot', 'gfn');
/** A synchronisation has looked at an entry of an unsync page: `equal` 1 if the guest's says the same. */
export const KvmEntryCompared = eventType('KvmEntryCompared', 'table', 'index', 'equal');
