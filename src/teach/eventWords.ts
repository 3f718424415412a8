import type { Run } from '../engine';
import type { LoggedEvent } from '../kernel';
import { sayAddress, sayError, sayIndex } from '../machine';

/** How an event is called where somebody asks what comes next, or why it did not come. */
export interface EventWords {
  /** With its article: `a page fault`. Follows "Next comes …" and "Why was there no …" (without the article). */
  readonly noun: string;
  /** What tells two events of the kind apart, from its fields. */
  readonly which?: (event: LoggedEvent, run: Run) => string;
}

const n = (event: LoggedEvent, field: string): number => event[field] as number;

const frame = (field: string) => (e: LoggedEvent, run: Run) =>
  ` of frame ${run.built.machine.nameFrame(n(e, field))}`;
const vcpu = (e: LoggedEvent): string => ` on vCPU ${n(e, 'vcpu')}`;
const where = (e: LoggedEvent, run: Run): string =>
  ` at ${sayAddress(run.built.machine.guestMode(Math.max(0, n(e, 'vcpu'))), n(e, 'vaHi'), n(e, 'vaLo'))}`;
const fault = (e: LoggedEvent, run: Run): string => `${where(e, run)}, error code ${sayError(n(e, 'error'))}`;
const level = (e: LoggedEvent): string => ` at level ${n(e, 'level')}`;
const entry = (e: LoggedEvent): string => `, entry ${sayIndex(n(e, 'index'))}`;
const levelEntry = (e: LoggedEvent): string => `${level(e)}${entry(e)}`;

/**
 * The events that a person can be asked about. What is missing here is bookkeeping: the order of locks, the parts of a movement, what is
 * told twice.
 */
export const EVENT_WORDS: Readonly<Record<string, EventWords>> = {
  // The processor.
  TlbHit: { noun: 'a hit in the TLB', which: vcpu },
  TlbFilled: { noun: 'a translation kept in the TLB', which: vcpu },
  TlbFlushed: { noun: 'a flush of a TLB', which: vcpu },
  WalkedLevel: {
    noun: 'an entry read by a walk',
    which: (e) => `${levelEntry(e)}, by ${n(e, 'walker') === 0 ? 'the processor' : 'the hypervisor'}`,
  },
  AccessedDirtySet: { noun: 'a mark (A or D) set in an entry', which: levelEntry },
  PageFault: { noun: 'a page fault of the processor', which: fault },
  GuestPageFault: { noun: 'a page fault given to the guest', which: fault },
  GeneralProtection: { noun: 'a general protection fault', which: vcpu },
  MemoryRead: { noun: 'a read of memory', which: frame('frame') },
  MemoryWritten: { noun: 'a store that reaches memory', which: frame('frame') },
  StoreBuffered: { noun: 'a store that waits in the store buffer', which: vcpu },
  ControlRegisterLoaded: { noun: 'a control register loaded', which: vcpu },
  InvlpgExecuted: { noun: 'an INVLPG', which: where },
  // Xen.
  ShadowCreated: { noun: 'a new shadow', which: frame('gmfn') },
  ShadowDestroyed: { noun: 'the end of a shadow', which: frame('gmfn') },
  ShadowEntrySet: { noun: 'a shadow entry written', which: levelEntry },
  WriteAccessSearched: { noun: 'an entry read in a search for writers', which: frame('gmfn') },
  WriteAccessRemoved: { noun: 'a mapping that loses its right to write', which: frame('gmfn') },
  VersionBumped: { noun: 'a new version of the guest’s tables' },
  GwalkRechecked: {
    noun: 'a second look at what the walk read',
    which: (e) => (n(e, 'equal') === 1 ? ', which still holds' : ', which does not hold any more'),
  },
  Unsynced: { noun: 'a table that goes out of sync', which: frame('gmfn') },
  Punted: {
    noun: 'a page that moves to another slot',
    which: (e) => `, from slot ${n(e, 'from')} to slot ${n(e, 'to')}`,
  },
  SnapshotsExchanged: { noun: 'an exchange of snapshots' },
  SnapshotTaken: { noun: 'a snapshot', which: frame('gmfn') },
  SnapshotUpdated: { noun: 'an entry of a snapshot brought up to date', which: entry },
  Crushed: {
    noun: 'a page driven out of its slot',
    which: (e, run) => `${frame('gmfn')(e, run)}, slot ${n(e, 'slot')}`,
  },
  ResyncCompared: {
    noun: 'an entry compared with its snapshot',
    which: (e) => `${entry(e)}: ${n(e, 'equal') === 1 ? 'equal' : 'changed'}`,
  },
  Resynced: { noun: 'a table brought back in sync', which: frame('gmfn') },
  Refreshed: { noun: 'a table refreshed that stays out of sync', which: frame('gmfn') },
  ResyncSkipped: { noun: 'a resync that is skipped', which: frame('gmfn') },
  FixupAdded: { noun: 'a new fixup', which: frame('gmfn') },
  FixupRemoved: { noun: 'a fixup removed', which: frame('gmfn') },
  FixupHit: { noun: 'a writer found by a fixup', which: frame('gmfn') },
  FixupMiss: { noun: 'a fixup that is not true any more', which: frame('gmfn') },
  EntryEmulated: { noun: 'a store to a table done for the guest', which: entry },
  FastPath: { noun: 'a fault settled by a fast path', which: vcpu },
  Unshadowed: { noun: 'a page that loses all its shadows', which: frame('gmfn') },
  PrefetchDone: { noun: 'a look at the neighbours ahead of time' },
  MarkedDirty: { noun: 'a frame marked in the dirty log', which: frame('gmfn') },
  // KVM.
  KvmPageFault: { noun: 'an exit to KVM for a page fault', which: fault },
  KvmWalkerError: { noun: 'a walk of the guest’s tables that fails', which: vcpu },
  KvmPagingElement: { noun: 'an entry of the guest read by KVM', which: level },
  KvmGetPage: {
    noun: 'a shadow page looked up',
    which: (e) => `, ${n(e, 'created') === 1 ? 'made anew' : 'found'}`,
  },
  KvmUnsyncPage: {
    noun: 'a shadow page that goes unsync',
    which: (e) => ` of gfn 0x${n(e, 'gfn').toString(16)}`,
  },
  KvmSyncPage: { noun: 'a shadow page synchronised', which: (e) => ` of gfn 0x${n(e, 'gfn').toString(16)}` },
  KvmEntryCompared: {
    noun: 'an spte compared with the guest’s entry',
    which: (e) => `${entry(e)}: ${n(e, 'equal') === 1 ? 'equal' : 'changed'}`,
  },
  KvmSetSpte: { noun: 'an spte written', which: levelEntry },
  KvmSpteCleared: { noun: 'an spte dropped', which: entry },
  KvmPrepareZapPage: { noun: 'a shadow page zapped', which: (e) => ` of gfn 0x${n(e, 'gfn').toString(16)}` },
  KvmFastPageFault: {
    noun: 'an attempt of the fast page fault',
    which: (e) => (n(e, 'fixed') === 1 ? ', which fixes it' : ', which does not fix it'),
  },
  KvmInjException: { noun: 'an exception queued for the guest', which: vcpu },
  KvmMarkMmioSpte: { noun: 'an spte marked as MMIO', which: entry },
  KvmMmio: { noun: 'an access that leaves for the VMM', which: vcpu },
  KvmDirty: { noun: 'a frame in the dirty log', which: (e) => `: gfn 0x${n(e, 'gfn').toString(16)}` },
  KvmZapAllFast: { noun: 'all shadow pages declared old' },
  // XI.
  SptiAlloc: { noun: 'a kit taken from the pool', which: level },
  SptiRecycle: { noun: 'a kit taken away from another table', which: level },
  PageZero: { noun: 'pages zeroed while somebody waits' },
  IdleZero: { noun: 'pages zeroed ahead of time' },
  GptMark: { noun: 'a page recognised as a page table', which: frame('gfn') },
  SpteSet: { noun: 'an SPTE written', which: entry },
  SpteClear: { noun: 'an SPTE cleared', which: entry },
  SpteWrprot: { noun: 'an SPTE that loses its right to write', which: entry },
  SpteGrantW: { noun: 'an SPTE that gains its right to write', which: entry },
  BlInsert: { noun: 'a backlink put in', which: entry },
  BlRemove: { noun: 'a backlink taken out', which: entry },
  ChainWalk: { noun: 'a walk along a chain of backlinks', which: frame('gfn') },
  LinearScan: { noun: 'a linear search', which: frame('gfn') },
  OosOpen: { noun: 'a page table opened for the guest’s stores', which: frame('gfn') },
  ResyncEntry: { noun: 'an entry that differs from its snapshot', which: entry },
  ResyncEnd: { noun: 'the end of a resync', which: frame('gfn') },
  LpDivide: { noun: 'a large page divided', which: entry },
  DirtySet: { noun: 'a page marked as dirty', which: frame('gfn') },
  XiTlbFlush: { noun: 'a flush of all TLBs of the domain' },
  XiEmulated: { noun: 'an instruction performed by XI', which: vcpu },
  DecisionRow: { noun: 'a row of the decision table that decides', which: (e) => `: row ${n(e, 'row')}` },
  // Nested paging.
  NestedEntryRead: { noun: 'an entry of the nested tables read', which: levelEntry },
  NestedViolation: { noun: 'an EPT violation', which: vcpu },
  NestedMapped: { noun: 'a frame put into the nested tables', which: level },
  NestedTableMade: { noun: 'a new nested table', which: level },
  NestedMarked: { noun: 'a mark (A or D) in a nested entry', which: levelEntry },
  PageLogged: { noun: 'a page noted in the dirty log', which: (e) => `: gfn 0x${n(e, 'gfn').toString(16)}` },
  DeviceAccess: { noun: 'an access that goes to a device', which: vcpu },
  // Paravirtual guests.
  PteRead: { noun: 'an entry read by the guest’s kernel', which: entry },
  PteCleared: { noun: 'an entry exchanged for zero', which: entry },
  PteWritten: { noun: 'an entry written by the guest’s kernel', which: entry },
  PteCompared: { noun: 'a compare-and-exchange of an entry', which: entry },
  PteXored: { noun: 'a locked xor of an entry', which: entry },
  UpdateQueued: { noun: 'an update that waits in the queue', which: entry },
  QueueFlushed: { noun: 'the queue of updates emptied' },
  Hypercall: { noun: 'a hypercall about entries', which: vcpu },
  TrapEmulated: { noun: 'a store that traps and is emulated', which: entry },
  EmulationRetried: { noun: 'an emulation that must be tried again', which: entry },
  UpdateRefused: { noun: 'an update that is refused', which: entry },
  EntryUpdated: { noun: 'an entry changed by the hypervisor', which: entry },
  TableValidated: { noun: 'a table checked and accepted', which: level },
  ShadowMade: { noun: 'a new shadow table', which: level },
  ShadowSet: { noun: 'a shadow entry written', which: entry },
  ShadowCleared: { noun: 'a shadow entry cleared', which: entry },
  HiddenFault: { noun: 'a fault repaired that the guest never hears of', which: where },
  MarksPropagated: { noun: 'A or D recorded in the guest’s own entry', which: entry },
  TableUnsynced: { noun: 'a table that goes out of sync' },
  TableSynced: { noun: 'a table brought in sync' },
  GuestHandler: { noun: 'the guest’s own fault handler', which: where },
  SpuriousFault: { noun: 'a fault for which there is no reason any more', which: where },
  FlushAsked: { noun: 'a flush that the guest asks for', which: vcpu },
  ShootdownSent: { noun: 'a request to other processors to flush', which: vcpu },
};

/** `a page fault of the processor at 0x…, error code 3 (present, write)`; undefined for events nobody is asked about. */
export function sayEvent(run: Run, event: LoggedEvent): string | undefined {
  const words = EVENT_WORDS[event.kind];
  return words === undefined ? undefined : `${words.noun}${words.which?.(event, run) ?? ''}`;
}

/** `page fault of the processor`: after "no". */
export const bareNoun = (kind: string): string | undefined =>
  EVENT_WORDS[kind]?.noun.replace(/^(an?|the) /, '');
