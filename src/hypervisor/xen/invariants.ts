import type { Invariant } from '../../kernel';
import { snapshotRights, snapshots, syncedContents, upperContents } from './invariants/contents';
import { inHashOnce, referenceCounts, upPointers, versionGrows } from './invariants/counts';
import { dirtyLog } from './invariants/dirtyLog';
import { faultsJustified, userStoresUnshadow } from './invariants/faults';
import { freshness } from './invariants/freshness';
import {
  fixupsComplete,
  inOneSlot,
  nothingWithoutPaging,
  ownInSync,
  twoPerHome,
} from './invariants/oosTable';
import { flagsTogether, onlyL1, tlbProtection, writeProtection } from './invariants/protection';
import type { Xen } from './state';

/**
 * What holds whenever the shadow lock is released (sheet 7, "LR"). I17 holds after every step and I11 at the end of operations.
 * What no state shows (I11, I16, I17, I20) is told by witnesses: cells that only invariants read. I20 and I21 are this
 * project's own.
 */
export const xenInvariants: readonly Invariant<Xen>[] = [
  syncedContents,
  writeProtection,
  tlbProtection,
  flagsTogether,
  onlyL1,
  inOneSlot,
  twoPerHome,
  fixupsComplete,
  snapshots,
  snapshotRights,
  freshness,
  upperContents,
  referenceCounts,
  upPointers,
  inHashOnce,
  versionGrows,
  ownInSync,
  nothingWithoutPaging,
  faultsJustified,
  userStoresUnshadow,
  dirtyLog,
];
