import type { Invariant } from '../../kernel';
import { snapshotRights, snapshots, syncedContents, upperContents } from './invariants/contents';
import { inHashOnce, referenceCounts, upPointers, versionGrows } from './invariants/counts';
import { dirtyLog } from './invariants/dirtyLog';
import { faultsJustified } from './invariants/faults';
import { fixupsComplete, inOneSlot, ownInSync, twoPerHome } from './invariants/oosTable';
import { flagsTogether, onlyL1, tlbProtection, writeProtection } from './invariants/protection';
import type { Xen } from './state';

/**
 * What holds whenever the shadow lock is released (sheet 7, "LR"); I17 after every step, by a witness of its own. I11 speaks of
 * what was in guest memory at some moment of the past: no state shows it, so the laws of this folder test it by comparison with
 * bare hardware. I19 comes with the mode changes.
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
  upperContents,
  referenceCounts,
  upPointers,
  inHashOnce,
  versionGrows,
  ownInSync,
  faultsJustified,
  dirtyLog,
];
