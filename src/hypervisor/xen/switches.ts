import type { SwitchSpec } from '../design';
import { LATER_NAMES, PROTECTIONS } from './protections';
import { spec } from './switchSpec';

/**
 * Every protection and optimisation that can be switched off, in mid-run too. The last of the list are repairs that came after
 * 2008 or, so far, never: the profiles of 2008 start with them off, as Xen shipped.
 */
export const SWITCHES = [
  spec(
    'out-of-sync',
    'Out of sync',
    'Lets the guest write an L1 table freely until it flushes. Without it every store to a table is emulated.',
  ),
  spec(
    'snapshots',
    'Snapshots',
    'A copy of the table from when it was let go, so that a resync derives only what changed. Without it every present entry is derived again.',
  ),
  spec(
    'fixups',
    'Fixups',
    'Remembers where an out-of-sync table is mapped writable. Without it a resync must guess or search for the mappings.',
  ),
  spec(
    'lockless-walk',
    'Walk without the lock',
    'The first walk of the guest tables takes no lock. Without it the walk is made under the shadow lock.',
  ),
  spec(
    'recheck',
    'Re-check of the walk',
    'Compares the walked entries again if the version moved. Without it an entry that changed between walk and lock is installed.',
    'I1',
  ),
  spec(
    'prefetch',
    'Prefetch',
    'Derives up to 31 neighbours with each fault. Without it every entry costs a fault of its own.',
  ),
  spec(
    'fast-fault-path',
    'Magic entries',
    'Marks entries that the guest has not present, so that their faults need no walk. Without it every guest fault walks.',
  ),
  spec(
    'snapshot-exchange',
    'Snapshot exchange',
    'A page punted to the next slot takes its snapshot along. Without it the page is compared with a copy of another page.',
    'I9',
  ),
  spec(
    'snapshot-update-fault',
    'Snapshot update in faults',
    'An entry installed by a fault is copied into the snapshot. Without it a value that comes and goes is missed by the resync.',
    'I9',
  ),
  spec(
    'snapshot-update-prefetch',
    'Snapshot update in prefetch',
    'A prefetched entry is copied into the snapshot. Without it a value that comes and goes is missed by the resync.',
    'I9',
  ),
  spec(
    'wrmap-guess',
    'Direct-map guess',
    'Looks for a writable mapping first where known kernels keep their direct map. Without it the search takes longer.',
  ),
  spec(
    'writable-hint',
    'Last writable hint',
    'Looks next into the shadow in which the last full search found a mapping. Without it the search takes longer.',
  ),
  spec(
    'skip-verify',
    'Skip verify',
    'An emulated write to an entry that was and stays not present is not validated. Without it each one is.',
  ),
  spec(
    'fast-emulation',
    'Fast emulation',
    'A second write to the table page just emulated needs no walk. Without it each one walks.',
  ),
  spec(
    'early-unshadow',
    'Early unshadow',
    'Two zeroes in a row to a table: its process is going away, so the shadow goes too. Without it each zero is emulated.',
  ),
  spec(
    'resync-flush',
    'Flush before re-reading',
    'All TLBs are flushed before a resync reads the guest table. Without it a store may still land after the table was read.',
    'I3',
  ),
  spec(
    'late-recheck',
    'Last look at the guest entry',
    'Reads the guest L1 entry again just before it is derived (2010). Without it a resync between walk and lock goes unnoticed.',
    'I1',
  ),
  spec(
    'oos-before-magic',
    'In sync before magic',
    'Asks whether the table is in sync before it believes a magic entry (2009). Without it a resync in between makes an old one look true.',
    'I17',
  ),
  spec(
    'late-resync',
    'Resync after promotion',
    'A new path is promoted in full before other tables are brought in sync (November 2008). Without it a resync may map the path writable.',
    'I2',
  ),
  spec(
    'prealloc-first',
    'Pages before protection',
    'Pool pages are found before the path is protected (March 2009). Without it making room may unshadow a table that was left writable.',
    'I2',
  ),
  spec(
    'skip-verify-locked',
    'Skip verify under the lock',
    'Looks under the lock whether an entry was present before an emulated store. Without it, as in Xen, a store of another vCPU in between is missed when the check is skipped.',
    'I1',
  ),
  ...PROTECTIONS,
] as const satisfies readonly SwitchSpec[];

/** Switches that stand for what came later than the code of 2008. */
export const REPAIRS: readonly string[] = [
  'late-recheck',
  'oos-before-magic',
  'late-resync',
  'prealloc-first',
  'skip-verify-locked',
  ...LATER_NAMES,
];

/** What the profiles of 2008 set: the repairs came later. */
export const SWITCHES_OF_2008: Readonly<Record<string, boolean>> = Object.fromEntries(
  REPAIRS.map((name) => [name, false]),
);
