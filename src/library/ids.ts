/** Every built-in scenario, one file `<id>.scenario` each, in the order of the library. */
export const IDS = [
  'what-a-page-walk-is',
  'why-a-shadow',
  'the-guest-writes-its-own-table',
  'a-page-table-may-drift',
  'demand-fault',
  'unsync',
  'first-use',
  'punt',
  'crush',
  'snapshot-exchange',
  'snapshot-exchange-missing',
  'resync-three-of-512',
  'resync-without-snapshots',
  'invlpg-out-of-sync',
  'come-and-gone',
  'come-and-gone-missed',
] as const;

export type LibraryId = (typeof IDS)[number];

/** What a bare visit shows. */
export const FIRST: LibraryId = 'a-page-table-may-drift';
