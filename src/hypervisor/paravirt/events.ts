import { eventType } from '../../kernel';

/** What the guest's kernel, the queue and the hypervisor do (sheet section 10). Tables are frames; hi and lo the halves of an entry. */
export const MprotectStarted = eventType('MprotectStarted', 'vcpu', 'vaHi', 'vaLo', 'pages', 'prot');
export const PageTableLocked = eventType('PageTableLocked', 'vcpu', 'table');
export const PageTableUnlocked = eventType('PageTableUnlocked', 'vcpu', 'table');
export const PteRead = eventType('PteRead', 'vcpu', 'table', 'index', 'hi', 'lo');
/** The entry was exchanged for zero: hi and lo are what it held. */
export const PteCleared = eventType('PteCleared', 'vcpu', 'table', 'index', 'hi', 'lo');
export const PteWritten = eventType('PteWritten', 'vcpu', 'table', 'index', 'hi', 'lo');
/** equal: 1 the exchange was done. attempts: which try it was. */
export const PteCompared = eventType('PteCompared', 'vcpu', 'table', 'index', 'equal', 'attempts');
export const PteXored = eventType('PteXored', 'vcpu', 'table', 'index', 'hi', 'lo');

export const LazyEntered = eventType('LazyEntered', 'vcpu');
export const LazyLeft = eventType('LazyLeft', 'vcpu');
/** op: 1 the entry was cleared, 2 it has a new value, 3 a new value that keeps A and D. queued: how many wait now. */
export const UpdateQueued = eventType('UpdateQueued', 'vcpu', 'op', 'table', 'index', 'queued');
/** A hypercall about entries. */
export const Hypercall = eventType('Hypercall', 'vcpu', 'updates');
/** VMI: the ROM empties its queue. */
export const QueueFlushed = eventType('QueueFlushed', 'vcpu', 'updates');

/** A store of the guest's to a table that it may only read. insn: 0 a plain store, 1 a locked exchange. */
export const TrapEmulated = eventType('TrapEmulated', 'vcpu', 'table', 'index', 'insn');
/** The entry changed while its exchange was emulated: the guest must try again. */
export const EmulationRetried = eventType('EmulationRetried', 'vcpu', 'table', 'index');
/** reason: see REASONS in validate.ts. */
export const UpdateRefused = eventType('UpdateRefused', 'vcpu', 'table', 'index', 'reason');
/** Of the hypervisor's own loop for a queued update. equal: 1 the exchange was done. */
export const UpdateCompared = eventType('UpdateCompared', 'vcpu', 'table', 'index', 'equal', 'attempts');
export const EntryUpdated = eventType('EntryUpdated', 'vcpu', 'table', 'index', 'hi', 'lo');
export const TableValidated = eventType('TableValidated', 'table', 'level');

export const ShadowMade = eventType('ShadowMade', 'table', 'level', 'frame');
export const ShadowSet = eventType('ShadowSet', 'table', 'index', 'hi', 'lo');
export const ShadowCleared = eventType('ShadowCleared', 'table', 'index');
/** The hypervisor repaired a fault; the guest has not heard of it. */
export const HiddenFault = eventType('HiddenFault', 'vcpu', 'vaHi', 'vaLo');
/** The hypervisor recorded A or D in the guest's own entry. */
export const MarksPropagated = eventType('MarksPropagated', 'vcpu', 'table', 'index', 'bits');
export const TableUnsynced = eventType('TableUnsynced', 'vcpu', 'table');
export const TableSynced = eventType('TableSynced', 'vcpu', 'table', 'compared', 'changed');
/** lguest forgets a root, or a half of one. */
export const ShadowDropped = eventType('ShadowDropped', 'root');

/** The guest's own fault handler begins. */
export const GuestHandler = eventType('GuestHandler', 'vcpu', 'vaHi', 'vaLo', 'error');
/** It found nothing wrong any more. */
export const SpuriousFault = eventType('SpuriousFault', 'vcpu', 'vaHi', 'vaLo');

/** The guest asks for its TLB to be flushed. pages: how many pages are meant. */
export const FlushAsked = eventType('FlushAsked', 'vcpu', 'pages');
/** Other processors are told to flush, too. */
export const ShootdownSent = eventType('ShootdownSent', 'vcpu');

/** A page was taken away that had been written and not saved. */
export const DataLost = eventType('DataLost', 'vcpu', 'frame');
/** The frame holds what the disk had at the place. */
export const PageBroughtIn = eventType('PageBroughtIn', 'vcpu', 'frame', 'place');
export const PageSaved = eventType('PageSaved', 'vcpu', 'frame');
/** The frame belongs to somebody else now. */
export const FrameFreed = eventType('FrameFreed', 'vcpu', 'frame');
/** A shadow entry for a frame that belongs to somebody else. */
export const StaleMapping = eventType('StaleMapping', 'table', 'index', 'frame');
