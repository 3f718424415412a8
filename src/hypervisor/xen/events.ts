import { eventType } from '../../kernel';

/**
 * What Xen's shadow code does, in its own words. Guest pages are named by gmfn, shadow pages by smfn; entries by index;
 * 64-bit values are two fields, high half first. The software walk uses the machine's walk events with walker 1, TLB flushes
 * are the machine's TlbFlushed.
 */

/** Why a shadow entry was written (field `why`). */
export const WHY_DEMAND = 0;
export const WHY_PREFETCH = 1;
export const WHY_RESYNC = 2;
export const WHY_VALIDATE = 3;
export const WHY_INVLPG = 4;
export const WHY_REMOVE_WRITE = 5;
export const WHY_UNSHADOW = 6;
export const WHY_UNMAP = 8;

/**
 * How a search finds a mapping (field `how`): 1 to 8 are Xen's counters h_1 to h_8; 9 is the search of all L1 shadows;
 * 10 is an eviction from a full fixup array.
 */
export const HOW = [
  'none',
  'the guess for 32-bit Windows',
  'the guess for PAE Windows',
  'the guess for 64-bit Windows',
  'the direct-map guess',
  'the last writable hint',
  'the address of the unsync',
  'a fixup',
  'a fixup',
  'the search of all L1 shadows',
  'an eviction from the fixups',
] as const;
export const HOW_WINDOWS_32 = 1;
export const HOW_WINDOWS_PAE = 2;
export const HOW_WINDOWS_64 = 3;
export const HOW_DIRECT_MAP = 4;
export const HOW_LAST_WRITABLE = 5;
export const HOW_UNSYNC_VA = 6;
export const HOW_FIXUP = 7;
export const HOW_FIXUP_STALE = 8;
export const HOW_BRUTE_FORCE = 9;
export const HOW_EVICTION = 10;

/** What a fault ended with (field `outcome`). */
export const OUTCOMES = [
  'fixed',
  'emulated',
  'guest-fault',
  'bad-gfn',
  'mmio',
  'unshadowed',
  'stale-walk',
  'fast-gnp',
  'fast-mmio',
  'fast-fail',
  'recursive',
  'dying',
  'not-emulated',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const outcomeCode = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);

/** Which shortcut a fault took (field `path`). */
export const FAST_PATHS = ['gnp', 'mmio', 'fail', 'out-of-sync', 'emulate'] as const;
export const fastPathCode = (path: (typeof FAST_PATHS)[number]): number => FAST_PATHS.indexOf(path);

/** Why a page lost its shadows (field `why` of Unshadowed). */
export const UNSHADOW_WHY = [
  'user-store',
  'emulation-failed',
  'early',
  'unfindable-writer',
  'unaligned',
  'validate-error',
  'asked',
  'type-change',
  'p2m-change',
  'event-injection',
] as const;
export const unshadowCode = (why: (typeof UNSHADOW_WHY)[number]): number => UNSHADOW_WHY.indexOf(why);

export const ShadowCreated = eventType('ShadowCreated', 'type', 'gmfn', 'smfn');
export const ShadowDestroyed = eventType('ShadowDestroyed', 'type', 'gmfn', 'smfn');
/** The guest page has become a table of this type; `first` 1 if it had no shadow before. */
export const Promoted = eventType('Promoted', 'gmfn', 'type', 'first');
/** The guest page has lost its shadow of this type; `last` 1 if it is an ordinary page now. */
export const Demoted = eventType('Demoted', 'gmfn', 'type', 'last');
export const Pinned = eventType('Pinned', 'smfn');
export const Unpinned = eventType('Unpinned', 'smfn');
export const ShadowEntrySet = eventType('ShadowEntrySet', 'level', 'smfn', 'index', 'hi', 'lo', 'why');
export const PrefetchDone = eventType('PrefetchDone', 'vcpu', 'smfn', 'first', 'count');

/** One entry read while looking for writable mappings of gmfn; hit 1 if it was one. */
export const WriteAccessSearched = eventType('WriteAccessSearched', 'gmfn', 'how', 'smfn', 'index', 'hit');
export const WriteAccessRemoved = eventType('WriteAccessRemoved', 'gmfn', 'smfn', 'index', 'how');

export const VersionBumped = eventType('VersionBumped', 'version');
export const GwalkRechecked = eventType('GwalkRechecked', 'vcpu', 'equal');

export const Unsynced = eventType('Unsynced', 'vcpu', 'gmfn', 'slot');
export const Punted = eventType('Punted', 'vcpu', 'gmfn', 'from', 'to');
export const SnapshotsExchanged = eventType('SnapshotsExchanged', 'vcpu', 'a', 'b');
export const SnapshotTaken = eventType('SnapshotTaken', 'vcpu', 'gmfn', 'slot', 'smfn');
/** smfn: the snapshot page. */
export const SnapshotUpdated = eventType('SnapshotUpdated', 'gmfn', 'smfn', 'index');
export const Crushed = eventType('Crushed', 'vcpu', 'gmfn', 'slot');
export const ResyncCompared = eventType('ResyncCompared', 'gmfn', 'index', 'equal');
/** A full resync: owner is the vCPU that had let the page go. */
export const Resynced = eventType('Resynced', 'gmfn', 'owner', 'compared', 'rederived');
/** Contents only: the page stays out of sync. */
export const Refreshed = eventType('Refreshed', 'gmfn', 'owner', 'compared', 'rederived');
/** A resync of another vCPU's page was not needed: it cannot be reached from the new top level. */
export const ResyncSkipped = eventType('ResyncSkipped', 'vcpu', 'gmfn', 'owner');

/** vcpu: whose table or slot holds the fixup. */
export const FixupAdded = eventType('FixupAdded', 'vcpu', 'gmfn', 'smfn', 'index');
export const FixupRemoved = eventType('FixupRemoved', 'vcpu', 'gmfn', 'smfn', 'index');
export const FixupHit = eventType('FixupHit', 'gmfn', 'smfn', 'index');
export const FixupMiss = eventType('FixupMiss', 'gmfn', 'smfn', 'index');

export const EntryEmulated = eventType('EntryEmulated', 'vcpu', 'gmfn', 'index', 'hi', 'lo', 'fast');
export const FastPath = eventType('FastPath', 'vcpu', 'path');
export const Unshadowed = eventType('Unshadowed', 'gmfn', 'why');
export const FaultOutcome = eventType('FaultOutcome', 'vcpu', 'outcome');
/** Another domain maps the page writable, or has given that up. */
export const GrantMapped = eventType('GrantMapped', 'gfn', 'gmfn');
export const GrantUnmapped = eventType('GrantUnmapped', 'gfn', 'gmfn');
/** type: a p2m type by its number; mfn -1: none. */
export const P2mChanged = eventType('P2mChanged', 'gfn', 'mfn', 'type');
/** The frame is marked in the dirty log. */
export const MarkedDirty = eventType('MarkedDirty', 'gmfn');
export const LogDirtyChanged = eventType('LogDirtyChanged', 'on');
/** How many frames were marked; cleaned 1: the marks were taken away. */
export const DirtyLogRead = eventType('DirtyLogRead', 'count', 'cleaned');
/** Pages of the shadow pool in all. */
export const AllocationChanged = eventType('AllocationChanged', 'pages');
export const DomainShutDown = eventType('DomainShutDown');
export const DomainCrashed = eventType('DomainCrashed', 'gmfn');

/** Told where the era `traces` only: one guest entry is translated (_sh_propagate). `ft`: a fetch type. */
export const Propagated = eventType('Propagated', 'level', 'ft', 'guestHi', 'guestLo', 'hi', 'lo');
/** Likewise: sh_unsync was called, and will do it (done 1) or not. */
export const UnsyncAsked = eventType('UnsyncAsked', 'vcpu', 'gmfn', 'done');
/** Likewise: sh_remove_shadows was called, for what may be no table at all. */
export const UnshadowAsked = eventType('UnshadowAsked', 'gmfn');
/** Likewise: a full resync begins. */
export const ResyncBegun = eventType('ResyncBegun', 'gmfn');
