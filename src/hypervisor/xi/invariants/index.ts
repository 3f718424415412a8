import type { Invariant } from '../../../kernel';
import {
  chainsComplete,
  chainsSound,
  emptyUnlinked,
  poolComplete,
  reservationConstant,
  tablesLead,
  tablesShadowed,
} from './chains';
import { cleanReadOnly, framesCurrent, nothingMore, snapshotsAgree, tablesProtected } from './grants';
import { faultsResolved, kitsFresh, rootsInUse, tlbsCurrent, tlbsProtect } from './processors';

/** I1 to I13 of the sheet's section 11; T1 to T4 are this project's own. */
export const xiInvariants: readonly Invariant<never>[] = [
  emptyUnlinked,
  chainsSound,
  chainsComplete,
  tablesProtected,
  tablesShadowed,
  poolComplete,
  tablesLead,
  nothingMore,
  snapshotsAgree,
  cleanReadOnly,
  framesCurrent,
  reservationConstant,
  rootsInUse,
  tlbsProtect,
  faultsResolved,
  tlbsCurrent,
  kitsFresh,
];
