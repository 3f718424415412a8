import type { SwitchSpec } from '../design';
import { SWITCHES } from './switches';

/** What each switch is called, and what it protects or speeds up, in a sentence; then what happens without it. */
const TEXTS: Readonly<Record<string, readonly [label: string, says: string]>> = {
  'out-of-sync': [
    'Out of sync',
    'Lets the guest write an L1 table freely until it flushes. Without it every store to a table is emulated.',
  ],
  snapshots: [
    'Snapshots',
    'A copy of the table from when it was let go, so that a resync derives only what changed. Without it every present entry is derived again.',
  ],
  fixups: [
    'Fixups',
    'Remembers where an out-of-sync table is mapped writable. Without it a resync must guess or search for the mappings.',
  ],
  'lockless-walk': [
    'Walk without the lock',
    'The first walk of the guest tables takes no lock. Without it the walk is made under the shadow lock.',
  ],
  recheck: [
    'Re-check of the walk',
    'Compares the walked entries again if the version moved. Without it an entry that changed between walk and lock is installed.',
  ],
  prefetch: [
    'Prefetch',
    'Derives up to 31 neighbours with each fault. Without it every entry costs a fault of its own.',
  ],
  'fast-fault-path': [
    'Magic entries',
    'Marks entries that the guest has not present, so that their faults need no walk. Without it every guest fault walks.',
  ],
  'snapshot-exchange': [
    'Snapshot exchange',
    'A page punted to the next slot takes its snapshot along. Without it the page is compared with a copy of another page.',
  ],
  'snapshot-update-fault': [
    'Snapshot update in faults',
    'An entry installed by a fault is copied into the snapshot. Without it a value that comes and goes is missed by the resync.',
  ],
  'snapshot-update-prefetch': [
    'Snapshot update in prefetch',
    'A prefetched entry is copied into the snapshot. Without it a value that comes and goes is missed by the resync.',
  ],
  'wrmap-guess': [
    'Direct-map guess',
    'Looks for a writable mapping first where known kernels keep their direct map. Without it the search takes longer.',
  ],
  'writable-hint': [
    'Last writable hint',
    'Looks next into the shadow in which the last full search found a mapping. Without it the search takes longer.',
  ],
  'skip-verify': [
    'Skip verify',
    'An emulated write to an entry that was and stays not present is not validated. Without it each one is.',
  ],
  'fast-emulation': [
    'Fast emulation',
    'A second write to the table page just emulated needs no walk. Without it each one walks.',
  ],
  'early-unshadow': [
    'Early unshadow',
    'Two zeroes in a row to a table: its process is going away, so the shadow goes too. Without it each zero is emulated.',
  ],
  'resync-flush': [
    'Flush before re-reading',
    'All TLBs are flushed before a resync reads the guest table. Without it a store may still land after the table was read.',
  ],
  'late-recheck': [
    'Last look at the guest entry',
    'Reads the guest L1 entry again just before it is derived (2010). Without it a resync between walk and lock goes unnoticed.',
  ],
  'oos-before-magic': [
    'In sync before magic',
    'Asks whether the table is in sync before it believes a magic entry (2009). Without it a resync in between makes an old one look true.',
  ],
  'late-resync': [
    'Resync after promotion',
    'A new path is promoted in full before other tables are brought in sync (November 2008). Without it a resync may map the path writable.',
  ],
  'prealloc-first': [
    'Pages before protection',
    'Pool pages are found before the path is protected (March 2009). Without it making room may unshadow a table that was left writable.',
  ],
  'skip-verify-locked': [
    'Skip verify under the lock',
    'Looks under the lock whether an entry was present before an emulated store. Without it, as in Xen, a store of another vCPU in between is missed when the check is skipped.',
  ],

  // The lock-free walk, the tables it leads through, the TLBs (sheet 2, 3).
  'bump-on-removal': [
    'Version bump on removal',
    'A fault that takes write access away moves the version. Without it a store made just before the table was protected goes unnoticed.',
  ],
  'bump-on-emulation': [
    'Version bump on emulation',
    'An emulated store to a table moves the version. Without it a walk made before the store is trusted after it.',
  ],
  'protect-path': [
    'Protection of the path',
    'A fault takes write access to the tables of its walk away before it shadows them. Without it the guest goes on writing a shadowed table unseen.',
  ],
  'walk-again': [
    'Walk again after a resync',
    'A walk through an upper table that had to be resynced is made again. Without it a table of the path which the resync has mapped writable is shadowed.',
  ],
  'present-bit': [
    'Present bit from the walk',
    'The walk tells the guest whether its entry is present. Without it the guest is told what the shadow had, which may be less.',
  ],
  'magic-in-sync': [
    'Magic only of tables in sync',
    'A magic entry is believed only if its table is in sync. Without it the guest gets a fault for a page that it has mapped meanwhile.',
  ],
  'removal-flush': [
    'Flush after removal',
    'A fault that takes write access away flushes all TLBs. Without it a processor goes on writing the table by what it remembers.',
  ],
  'cr3-flush': [
    'Flush for a new top table',
    'A CR3 load that takes write access to the new top table away flushes all TLBs. Without it another processor goes on writing that table.',
  ],
  'validate-flush': [
    'Flush after an upper entry',
    'An emulated store that makes an upper entry lead elsewhere flushes all TLBs. Without it a processor goes on writing through mappings nobody counts any more.',
  ],
  'unshadow-flush': [
    'Flush after unshadowing',
    'Removing shadows ends with a flush of all TLBs. Without it a processor goes on writing through mappings nobody counts any more.',
  ],

  // Out-of-sync tables (sheet 5, 6).
  'only-l1': [
    'Only L1 tables drift',
    'A table that is also used above level 1 may not go out of sync. Without it whole walks are misled by one stale entry.',
  ],
  'oos-gating': [
    'Nothing drifts with paging off',
    'No table may go out of sync while a vCPU has paging off. Without it tables drift that this vCPU reads without any flush.',
  ],
  'resync-promoted': [
    'Resync before promotion',
    'A table that gets a second kind of shadow is brought in sync first. Without it an upper table is out of sync.',
  ],
  'resync-linked': [
    'Resync of a linked table',
    'An L1 table that a new L2 entry leads to is brought in sync first. Without it a vCPU reaches old entries which its last flush had skipped.',
  ],
  'resync-new-path': [
    'Resync for a new path',
    'A new L4 or L3 entry brings every table in sync. Without it a vCPU reaches old entries which its last flush had skipped.',
  ],
  'cr3-resync-own': [
    'CR3 load: own tables',
    'A CR3 load brings the tables in sync which this vCPU had let go. Without it the guest’s flush is not one.',
  ],
  'cr3-refresh-others': [
    'CR3 load: tables of others',
    'A CR3 load refreshes the tables which other vCPUs have let go. Without it the loading vCPU still sees entries from before its flush.',
  ],
  'one-parent': [
    'Skip only with one parent',
    'A table is skipped by a CR3 load only if a single path leads to it. Without it a table that is shared is skipped though the vCPU reaches it.',
  ],
  'invlpg-blanks': [
    'INVLPG blanks the entry',
    'INVLPG drops the one shadow entry of a table that is out of sync. Without it the entry from before the flush is found again.',
  ],
  'crush-resync': [
    'Resync of the displaced',
    'A page that loses its slot is brought in sync first. Without it the page stays out of sync and nobody remembers it.',
  ],
  'demote-slot': [
    'Slot freed on demotion',
    'A page that loses its last shadow leaves its slot. Without it the slot speaks of a page that is no table any more.',
  ],
  'may-write-first': [
    'Read-only before the contents',
    'A resync forbids writable mappings of the page before it derives its entries. Without it a table that maps itself hands out a new one.',
  ],
  'unfindable-unshadows': [
    'Unfindable writer unshadows',
    'A page whose writer cannot be found loses its shadow. Without it the page counts as in sync though somebody can write it.',
  ],
  'fixup-eviction': [
    'Evicted mapping loses W',
    'A mapping that has to leave a full fixup array loses its write access. Without it the array does not know every writable mapping.',
  ],
  'snapshot-update-validate': [
    'Snapshot update in validation',
    'An entry derived for an emulated store is copied into the snapshot. Without it a value that comes and goes is missed by the resync.',
  ],
  'snapshot-update-resync': [
    'Snapshot update in refreshes',
    'An entry derived by a refresh is copied into the snapshot. Without it a value that comes and goes is missed by the next one.',
  ],

  // Repaired after June 2008 (sheet 10).
  'user-store': [
    'User stores unshadow',
    'A user program that stores to a table shows that it is none any more (July 2008). Without it the program writes a page that still serves as a table.',
  ],
  'fixup-first': [
    'Fixup before references',
    'A fixup is recorded before the entry’s references are counted (August 2008). Without it the eviction of the very entry being written counts it twice.',
  ],
  'fl1-fixups': [
    'Fixups of splintered pages',
    'A mapping inside a splintered large page can be removed by its fixup (September 2008). Without it such a mapping outlives its eviction.',
  ],
  'first-of-four': [
    'First page of the parent',
    'The L2 shadow of a 2-level guest is looked for by the first of its four pages (March 2009). Without it a table beyond the first gigabyte is taken for unreachable, and skipped.',
  ],
  'fixup-no-duplicates': [
    'No fixup twice',
    'A mapping that a fixup array knows is not recorded again (December 2008). Without it one mapping may take both places.',
  ],
  'fast-emul-cleared': [
    'Fallback is no fast emulation',
    'A fault that falls back because its page is out of sync counts as an ordinary one (2008). Without it a store emulated after all is not remembered.',
  ],
  'flush-before-bump': [
    'Flush before the bump',
    'The version moves when every TLB has been flushed. Without it, as in Xen to this day, a processor may still write a table after others have seen the new version.',
  ],
  'early-unshadow-halves': [
    'Zeroes by halves',
    'A zero stored to the upper half of an 8-byte entry is no reason to think that the process lives (after 2010). Without it a PAE guest that clears its tables by halves is never noticed.',
  ],
  'guess-any-vcpu': [
    'Guesses for any vCPU',
    'Guesses are tried whenever a vCPU of the domain runs (2015). Without it a resync of another vCPU’s page must search.',
  ],
  'no-gnp': [
    'No magic for absent entries',
    'An entry that the guest has not present is shadowed as empty where tables may drift (July 2009; why is not recorded). Without it such an entry is magic.',
  ],
};

/** Every switch with its words. */
export const SWITCHES_EXPLAINED: readonly SwitchSpec[] = SWITCHES.map((spec) => {
  const [label, says] = TEXTS[spec.name] ?? [spec.label, spec.says];
  return { ...spec, label, says };
});
