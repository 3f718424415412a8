/**
 * What differs between the commits of 2008 (sheet 0.1), as data. Procedures ask these questions and never a name.
 */
export interface Era {
  readonly name: string;
  readonly says: string;
  /** The out-of-sync mechanism exists (B on). */
  readonly outOfSync: boolean;
  /** A store to a shadowed L1 lets it go out of sync (U on): the only caller of sh_unsync. */
  readonly unsyncOnWrite: boolean;
  /** SHADOW_OOS_PAGES. */
  readonly oosPages: 3 | 7;
  /** Each slot keeps the VA whose walk let the page go (B to U). */
  readonly vaHints: boolean;
  /** Snapshots of out-of-sync pages (S on). */
  readonly snapshots: boolean;
  /** How writable mappings of out-of-sync pages are remembered. */
  readonly fixups: 'none' | 'table' | 'array';
  /** A walk that proves stale: end the fault and let the guest fault again (F), or walk again inside the handler (B on). */
  readonly mismatch: 'refault' | 'rewalk';
  /** Entries of an out-of-sync table's mappings become writable for a write fault only (A on). */
  readonly demandOnlyRW: boolean;
  /** A user-mode store to a table unshadows it even if it went out of sync (A on): what switch `user-store` is to begin with. */
  readonly userStoreUnshadows: boolean;
  /** A resync flushes all TLBs whether or not it removed a mapping (A on: a fixup eviction did not flush). */
  readonly resyncAlwaysFlushes: boolean;
  /** Guesses are allowed at level 0, that is, in a resync (B on; in F level 0 does not guess). */
  readonly guessAtLevel0: boolean;
  /** All that was repaired and changed after 2008 (switches REPAIRS) is on from the start. */
  readonly repaired: boolean;
  /** What is not present, and devices, have magic entries of their own (not on processors of 2018 and later, for which Xen gave them up). */
  readonly magic: boolean;
  /** A walk of the guest's tables knows reserved bits (since 2010): the guest gets the fault that the processor would give it. */
  readonly reservedBits: boolean;
  /** The pages of one shadow lie in a row, and have an up-pointer: the second of a pair of sl2e's is the first plus a page, present or not (until 2010). */
  readonly contiguous: boolean;
  /** The L2 of a PAE guest's last gigabyte has a type of its own (until Xen 4.15). */
  readonly l2hPae: boolean;
  /** Every propagation, refused unsync and begun resync is told as an event, as Xen's debug trace prints it. */
  readonly traces: boolean;
}

const F: Era = {
  name: 'F',
  says: '28 February 2008: the first guest walk takes no lock; tables never go out of sync.',
  outOfSync: false,
  unsyncOnWrite: false,
  oosPages: 3,
  vaHints: false,
  snapshots: false,
  fixups: 'none',
  mismatch: 'refault',
  demandOnlyRW: false,
  userStoreUnshadows: false,
  resyncAlwaysFlushes: false,
  guessAtLevel0: false,
  repaired: false,
  magic: true,
  reservedBits: false,
  contiguous: true,
  l2hPae: true,
  traces: false,
};

const B: Era = {
  ...F,
  name: 'B',
  says: '20 June 2008, patch 1 of 4: the out-of-sync mechanism, with 7 slots and nothing that uses it yet.',
  outOfSync: true,
  oosPages: 7,
  vaHints: true,
  mismatch: 'rewalk',
  guessAtLevel0: true,
};

const T: Era = {
  ...B,
  name: 'T',
  says: '20 June 2008, patch 2 of 4: tables of fixups remember writable mappings; 3 slots.',
  oosPages: 3,
  fixups: 'table',
};

const S: Era = {
  ...T,
  name: 'S',
  says: '20 June 2008, patch 3 of 4: each slot has a snapshot page; still nothing lets a table go out of sync.',
  snapshots: true,
};

const U: Era = {
  ...S,
  name: 'U',
  says: '20 June 2008, patch 4 of 4: a store to an L1 table lets it go out of sync.',
  unsyncOnWrite: true,
};

const A: Era = {
  ...U,
  name: 'A',
  says: '5 July 2008: two fixups per out-of-sync page instead of tables; only write faults map such a page writable.',
  vaHints: false,
  fixups: 'array',
  demandOnlyRW: true,
  userStoreUnshadows: true,
  resyncAlwaysFlushes: true,
};

/** The profile that recordings of a real Xen are held against. */
export const xenEra417 = 'xen-4.17';

const XEN_4_17: Era = {
  ...A,
  name: xenEra417,
  says: 'Xen 4.17 of 2022: all repairs since 2008, no magic entries for what is not present; held against recordings.',
  repaired: true,
  magic: false,
  reservedBits: true,
  contiguous: false,
  l2hPae: false,
  traces: true,
};

export const ERAS: readonly Era[] = [F, B, T, S, U, A, XEN_4_17];

/** What a scenario gets that names no profile. */
export const DEFAULT_ERA = 'U';

export function eraNamed(name: string): Era | undefined {
  return ERAS.find((era) => era.name === name);
}
