import { spec } from './switchSpec';

/** What keeps the lock-free walk, the tables it leads through and the TLBs right (sheet 2, 3). */
const WALK = [
  spec(
    'bump-on-removal',
    'Version bump on removal',
    'A fault that takes write access away moves the version. Without it a store made just before the table was protected goes unnoticed.',
    'I16',
  ),
  spec(
    'bump-on-emulation',
    'Version bump on emulation',
    'An emulated store to a table moves the version. Without it a walk made before the store is trusted after it.',
    'I16',
  ),
  spec(
    'protect-path',
    'Protection of the path',
    'A fault takes write access to the tables of its walk away before it shadows them. Without it the guest goes on writing a shadowed table unseen.',
    'I2',
  ),
  spec(
    'walk-again',
    'Walk again after a resync',
    'A walk through an upper table that had to be resynced is made again. Without it a table of the path which the resync has mapped writable is shadowed.',
    'I2',
  ),
  spec(
    'present-bit',
    'Present bit from the walk',
    'The walk tells the guest whether its entry is present. Without it the guest is told what the shadow had, which may be less.',
    'I17',
  ),
  spec(
    'magic-in-sync',
    'Magic only of tables in sync',
    'A magic entry is believed only if its table is in sync. Without it the guest gets a fault for a page that it has mapped meanwhile.',
    'I17',
  ),
  spec(
    'removal-flush',
    'Flush after removal',
    'A fault that takes write access away flushes all TLBs. Without it a processor goes on writing the table by what it remembers.',
    'I3',
  ),
  spec(
    'cr3-flush',
    'Flush for a new top table',
    'A CR3 load that takes write access to the new top table away flushes all TLBs. Without it another processor goes on writing that table.',
    'I3',
  ),
  spec(
    'validate-flush',
    'Flush after an upper entry',
    'An emulated store that makes an upper entry lead elsewhere flushes all TLBs. Without it a processor goes on writing through mappings nobody counts any more.',
    'I3',
  ),
  spec(
    'unshadow-flush',
    'Flush after unshadowing',
    'Removing shadows ends with a flush of all TLBs. Without it a processor goes on writing through mappings nobody counts any more.',
    'I3',
  ),
] as const;

/** What keeps out-of-sync tables right (sheet 5, 6). */
const OUT_OF_SYNC = [
  spec(
    'only-l1',
    'Only L1 tables drift',
    'A table that is also used above level 1 may not go out of sync. Without it whole walks are misled by one stale entry.',
    'I5',
  ),
  spec(
    'oos-gating',
    'Nothing drifts with paging off',
    'No table may go out of sync while a vCPU has paging off. Without it tables drift that this vCPU reads without any flush.',
    'I19',
  ),
  spec(
    'resync-promoted',
    'Resync before promotion',
    'A table that gets a second kind of shadow is brought in sync first. Without it an upper table is out of sync.',
    'I5',
  ),
  spec(
    'resync-linked',
    'Resync of a linked table',
    'An L1 table that a new L2 entry leads to is brought in sync first. Without it a vCPU reaches old entries which its last flush had skipped.',
    'I11',
  ),
  spec(
    'resync-new-path',
    'Resync for a new path',
    'A new L4 or L3 entry brings every table in sync. Without it a vCPU reaches old entries which its last flush had skipped.',
    'I11',
  ),
  spec(
    'cr3-resync-own',
    'CR3 load: own tables',
    'A CR3 load brings the tables in sync which this vCPU had let go. Without it the guest’s flush is not one.',
    'I18',
  ),
  spec(
    'cr3-refresh-others',
    'CR3 load: tables of others',
    'A CR3 load refreshes the tables which other vCPUs have let go. Without it the loading vCPU still sees entries from before its flush.',
    'I11',
  ),
  spec(
    'one-parent',
    'Skip only with one parent',
    'A table is skipped by a CR3 load only if a single path leads to it. Without it a table that is shared is skipped though the vCPU reaches it.',
    'I11',
  ),
  spec(
    'invlpg-blanks',
    'INVLPG blanks the entry',
    'INVLPG drops the one shadow entry of a table that is out of sync. Without it the entry from before the flush is found again.',
    'I11',
  ),
  spec(
    'crush-resync',
    'Resync of the displaced',
    'A page that loses its slot is brought in sync first. Without it the page stays out of sync and nobody remembers it.',
    'I6',
  ),
  spec(
    'demote-slot',
    'Slot freed on demotion',
    'A page that loses its last shadow leaves its slot. Without it the slot speaks of a page that is no table any more.',
    'I6',
  ),
  spec(
    'may-write-first',
    'Read-only before the contents',
    'A resync forbids writable mappings of the page before it derives its entries. Without it a table that maps itself hands out a new one.',
    'I2',
  ),
  spec(
    'unfindable-unshadows',
    'Unfindable writer unshadows',
    'A page whose writer cannot be found loses its shadow. Without it the page counts as in sync though somebody can write it.',
    'I2',
  ),
  spec(
    'fixup-eviction',
    'Evicted mapping loses W',
    'A mapping that has to leave a full fixup array loses its write access. Without it the array does not know every writable mapping.',
    'I8',
  ),
  spec(
    'snapshot-update-validate',
    'Snapshot update in validation',
    'An entry derived for an emulated store is copied into the snapshot. Without it a value that comes and goes is missed by the resync.',
    'I9',
  ),
  spec(
    'snapshot-update-resync',
    'Snapshot update in refreshes',
    'An entry derived by a refresh is copied into the snapshot. Without it a value that comes and goes is missed by the next one.',
    'I9',
  ),
] as const;

/** What was repaired after June 2008 (sheet 10), beside the five repairs of old. */
const LATER = [
  spec(
    'user-store',
    'User stores unshadow',
    'A user program that stores to a table shows that it is none any more (July 2008). Without it the program writes a page that still serves as a table.',
    'I20',
  ),
  spec(
    'fixup-first',
    'Fixup before references',
    'A fixup is recorded before the entry’s references are counted (August 2008). Without it the eviction of the very entry being written counts it twice.',
    'I13',
  ),
  spec(
    'fl1-fixups',
    'Fixups of splintered pages',
    'A mapping inside a splintered large page can be removed by its fixup (September 2008). Without it such a mapping outlives its eviction.',
    'I8',
  ),
  spec(
    'first-of-four',
    'First page of the parent',
    'The L2 shadow of a 2-level guest is looked for by the first of its four pages (March 2009). Without it a table beyond the first gigabyte is taken for unreachable, and skipped.',
    'I11',
  ),
  spec(
    'fixup-no-duplicates',
    'No fixup twice',
    'A mapping that a fixup array knows is not recorded again (December 2008). Without it one mapping may take both places.',
  ),
  spec(
    'fast-emul-cleared',
    'Fallback is no fast emulation',
    'A fault that falls back because its page is out of sync counts as an ordinary one (2008). Without it a store emulated after all is not remembered.',
  ),
  spec(
    'flush-before-bump',
    'Flush before the bump',
    'The version moves when every TLB has been flushed. Without it, as in Xen to this day, a processor may still write a table after others have seen the new version.',
    'I16',
  ),
  spec(
    'early-unshadow-halves',
    'Zeroes by halves',
    'A zero stored to the upper half of an 8-byte entry is no reason to think that the process lives (after 2010). Without it a PAE guest that clears its tables by halves is never noticed.',
  ),
  spec(
    'guess-any-vcpu',
    'Guesses for any vCPU',
    'Guesses are tried whenever a vCPU of the domain runs (2015). Without it a resync of another vCPU’s page must search.',
  ),
  spec(
    'no-gnp',
    'No magic for absent entries',
    'An entry that the guest has not present is shadowed as empty where tables may drift (July 2009; why is not recorded). Without it such an entry is magic.',
  ),
] as const;

export const PROTECTIONS = [...WALK, ...OUT_OF_SYNC, ...LATER] as const;

/** Those of the above that the Xen of June 2008 did not have. */
export const LATER_NAMES: readonly string[] = LATER.map(({ name }) => name);
