import type { SwitchSpec } from '../design';

/**
 * Every element of KVM's shadow MMU that can be switched off, in mid-run too, and forms that some of them can take. Which are on
 * is a matter of the profile: here all are off, and each profile lists its own. Sections are the sheet's.
 */

type Row = readonly [name: string, label: string, protects: string | undefined, says: string];

/** What all versions have (1.6, 3.3, 4.2, 4.5, 5.4). */
const COMMON: readonly Row[] = [
  [
    'protect-flush',
    'Flush after write-protection',
    'I2',
    'A protector that took write access away flushes all TLBs before it releases mmu_lock. Without it a TLB still lets stores through.',
  ],
  [
    'gpte-recheck',
    'Guest entry read again',
    'I9',
    'Under mmu_lock, when its table is write-protected, each guest entry is read again before a page is linked below it. Without it a change between walk and lock is lost.',
  ],
  [
    'protect-before-compare',
    'Protect, flush, then compare',
    'I9',
    'A table is write-protected, and all TLBs flushed, before its shadow is brought in line. Without it a store behind the comparison is lost.',
  ],
  [
    'notifier-retry',
    'Retry when the host has taken pages away',
    'I8',
    'A page that was looked up before mmu_lock is used only if the host has taken nothing away since. Without it an spte maps a page that is somebody else’s by now.',
  ],
  [
    'walk-guard',
    'Guard of walks without lock',
    'I17',
    'Whoever reads shadow tables without mmu_lock has its interrupts off and says so, and a flush waits for it before pages are freed. Without it a table is freed under the walk.',
  ],
  [
    'write-flooding',
    'Write flooding',
    undefined,
    'A table above level 1 that is stored to three times in a row is no table any more, it is thought: its shadow goes.',
  ],
  [
    'prefetch',
    'Prefetch',
    undefined,
    'A fault also fills the entries around its own, as far as the guest has used them.',
  ],
];

/** What makes the fast path of 2012 safe (5.3 to 5.8, 6.3, 6.5): profile proposal-2012. */
const PROPOSAL: readonly Row[] = [
  [
    'identification',
    'Identification in the spte',
    'I1',
    'A fast path leaves its identification in the spte, so that a protector has something to erase. Without it the exchange cannot notice a protector that found nothing to do.',
  ],
  [
    'unique-id',
    'Identification is unique',
    'I1',
    'Each vCPU has an identification of its own. With one for all, a second fast path puts back what a protector has erased.',
  ],
  [
    'rmap-flag',
    'Write-protect flag in the rmap',
    'I1',
    'A protector marks the frame first, and a fast path looks at the mark. Without it a fast path that begins behind the protector’s back goes through.',
  ],
  [
    'fast-barrier',
    'Barrier after the identification',
    'I1',
    'The identification must be visible before the flag is read. Without it it waits in the store buffer, and the protector misses it.',
  ],
  [
    'protect-barrier',
    'Barrier after the flag',
    'I1',
    'The flag must be visible before the sptes are read. Without it it waits in the store buffer, and the fast path misses it.',
  ],
  [
    'compare-exchange',
    'Compare-and-exchange',
    'I1',
    'The spte is opened only if it still is what the fast path left there. Without it whatever happened to it since is overwritten.',
  ],
  [
    'erase-id',
    'Erase the identification',
    'I1',
    'A protector changes a read-only spte too, if it holds an identification. Without it the exchange finds the spte untouched.',
  ],
  [
    'gfn-after-id',
    'Frame read after the identification',
    'I14',
    'Which frame the spte maps is read when the identification is in it: a change erases it. Read before, it may be another frame’s by then, and the wrong one is logged.',
  ],
  [
    'allow-write-gate',
    'Allow-write bit',
    'I9',
    'Only an spte that the guest’s entry and the host let be written may be opened. Without it the fast path opens entries that the guest has read-only or clean.',
  ],
];

/** Other forms that steps of the proposal can take (5.7): the same is achieved by other instructions. */
const FORMS: readonly Row[] = [
  [
    'id-locked',
    'Identification by a locked operation',
    undefined,
    'The identification is stored by a locked operation, which is a barrier by itself: it waits for the store buffer and is visible at once.',
  ],
  [
    'id-cmpxchg',
    'Identification by compare-and-exchange',
    undefined,
    'The whole spte is compared and exchanged: that fails if the spte has changed since it was read, and the fault goes the slow way.',
  ],
  [
    'id-whole-word',
    'Identification by a store of 8 bytes',
    undefined,
    'The whole spte is stored as it was read, with the identification: what others changed meanwhile is overwritten.',
  ],
  [
    'flag-locked',
    'Flag by a locked operation',
    undefined,
    'The flag is set by a locked operation, which is a barrier by itself.',
  ],
  [
    'protect-plain-store',
    'Write-protection by a plain store',
    undefined,
    'The 8 bytes are stored instead of exchanged: write access is taken away, but A and D bits set meanwhile are lost.',
  ],
  [
    'abort-clears',
    'A fast path that gives up clears its identification',
    undefined,
    'By the same kind of store that put it there. Otherwise the identification stays until somebody overwrites it.',
  ],
  [
    'abort-exchanges',
    'A fast path that gives up takes its identification back by compare-and-exchange',
    undefined,
    'Only if nobody has changed the spte since.',
  ],
];

/** What every fast path has. */
const FAST: readonly Row[] = [
  [
    'dirty-after-open',
    'Log after opening',
    'I14',
    'The frame is marked in the dirty log after its spte was opened. In the other order a harvest between the two takes the mark and misses the store.',
  ],
];

/** What makes the fast path as merged safe (6.2 to 6.6): profiles merged-3.6 and linux-6.1, as far as they have it. */
const MERGED: readonly Row[] = [
  [
    'direct-only',
    'Fast path for linear mappings only',
    'I14',
    'The fast path keeps to shadow pages that map memory linearly. An spte for a guest’s entry may be made anew for another frame in between, bit for bit the same: the exchange succeeds, and the wrong frame is logged.',
  ],
  [
    'volatile-exchange',
    'Exchange of what may change',
    'I-D',
    'An spte that the fast path could open is taken away by an exchange, and what came out is judged. By a plain store, a D bit set in between is lost.',
  ],
  [
    'protect-mmu-writable',
    'Protector looks at MMU-writable',
    'I1',
    'A protector also changes sptes that are read-only now but MMU-writable. If it only looked at W, the fast path could open them afterwards.',
  ],
  [
    'clear-mmu-writable',
    'Protector clears MMU-writable',
    'I1',
    'A protector of a table takes MMU-writable away together with W. Without it the fast path opens the spte again.',
  ],
  [
    'flush-mmu-writable',
    'Flush where MMU-writable was',
    'I2',
    'Taking W away asks for a flush if the spte was MMU-writable, though W may have been gone: its flush may still be on the way.',
  ],
  [
    'harvest-flush-locked',
    'Harvest flushes under mmu_lock',
    'I2',
    'Taking the dirty log flushes all TLBs before mmu_lock is released. 6.1 releases it first, for its protectors flush wherever an spte was MMU-writable; those of 3.6 do not.',
  ],
];

const specOf = ([name, label, protects, says]: Row, profiles?: readonly string[]): SwitchSpec => ({
  name,
  label,
  says,
  default: false,
  ...(protects === undefined ? {} : { protects }),
  ...(profiles === undefined ? {} : { profiles }),
});

const MERGED_PROFILES = ['linux-6.1', 'merged-3.6'];

export const SWITCHES: readonly SwitchSpec[] = [
  ...COMMON.map((row) => specOf(row)),
  ...[...PROPOSAL, ...FORMS].map((row) => specOf(row, ['proposal-2012'])),
  ...FAST.map((row) => specOf(row, ['proposal-2012', ...MERGED_PROFILES])),
  ...MERGED.map((row) => specOf(row, MERGED_PROFILES)),
];

const allOn = (rows: readonly Row[]): Readonly<Record<string, boolean>> =>
  Object.fromEntries(rows.map(([name]) => [name, true]));

/** What every profile sets. */
export const COMMON_SWITCHES = allOn(COMMON);
/** What profile proposal-2012 sets. */
export const SWITCHES_OF_THE_PROPOSAL = allOn([...COMMON, ...PROPOSAL, ...FAST]);

/** What profile linux-6.1 sets. */
export const SWITCHES_OF_6_1 = {
  ...COMMON_SWITCHES,
  ...allOn([...FAST, ...MERGED]),
  'harvest-flush-locked': false,
};

/** What profile merged-3.6 sets. Its rule of flushing asks only whether W was set, which is enough as long as a harvest flushes under mmu_lock. */
export const SWITCHES_OF_3_6 = {
  ...SWITCHES_OF_6_1,
  'flush-mmu-writable': false,
  'harvest-flush-locked': true,
};
