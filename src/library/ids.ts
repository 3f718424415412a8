/** Every built-in scenario, one file `<id>.scenario` each, in the order of the library. */
export const IDS = [
  'what-a-page-walk-is',
  'why-a-shadow',
  'the-guest-writes-its-own-table',
  'a-page-table-may-drift',
  // The fault path
  'demand-fault',
  // Out of sync
  'unsync',
  'first-use',
  'punt',
  'crush',
  'invlpg-out-of-sync',
  'skip-what-cannot-be-reached',
  'table-used-as-an-upper-table',
  'promoted-out-of-sync',
  'second-way-to-a-table',
  'emulated-on-a-table-out-of-sync',
  'flush-by-hypercall',
  'three-aliases',
  'flush-before-reading',
  'flush-forgotten',
  // Snapshots
  'snapshot-exchange',
  'snapshot-exchange-missing',
  'resync-three-of-512',
  'resync-without-snapshots',
  'come-and-gone',
  'come-and-gone-missed',
  'a-neighbour-comes-and-goes',
  'a-neighbour-missed',
  // Races
  'stale-walk',
  'stale-walk-believed',
  'emulated-in-between',
  'emulated-in-between-overwritten',
  'upper-table-changed',
  'upper-table-changed-unseen',
  'read-to-use-closed',
  'read-to-use',
  'in-sync-before-magic',
  'old-magic-believed',
  'path-promoted-first',
  'path-promoted-with-a-writer',
  'swap-entry-skipped',
  // When a shadow goes
  'early-unshadow',
  'user-data-that-was-a-table',
  'user-data-as-a-table',
  'unfindable-writer',
  'room-made-first',
  'room-made-too-late',
  // What it costs
  'fork',
  'fork-emulated',
  'ways-to-find-a-mapping',
] as const;

export type LibraryId = (typeof IDS)[number];

/** What a bare visit shows. */
export const FIRST: LibraryId = 'a-page-table-may-drift';
