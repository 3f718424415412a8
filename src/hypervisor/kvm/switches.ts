import type { SwitchSpec } from '../design';

/**
 * Every element of KVM's shadow MMU that can be switched off, in mid-run too, and forms that some of them can take. Which are on
 * is a matter of the profile: here all are off, and each profile lists its own. Sections are the sheet's.
 */

type Row = readonly [name: string, label: string, protects: string | undefined, says: string];

/** What all versions have. */
const COMMON: readonly Row[] = [
  [
    'protect-flush',
    'Flush after write-protection',
    'I2',
    'A protector that took write access away flushes all TLBs before it releases mmu_lock. Without it a TLB still lets stores through (5.4 P5).',
  ],
];

/** What makes the fast path of 2012 safe (5.3 to 5.8, 6.3, 6.5): profile proposal-2012. */
const PROPOSAL: readonly Row[] = [
  [
    'identification',
    'Identification in the spte',
    'I1',
    'A fast path leaves its number in the spte, so that a protector has something to erase. Without it the exchange cannot notice a protector that found nothing to do (5.3 F3).',
  ],
  [
    'unique-id',
    'Identification is unique',
    'I1',
    'Each vCPU has a number of its own. With one number for all, a second fast path puts back what a protector has erased (5.5).',
  ],
  [
    'rmap-flag',
    'Write-protect flag in the rmap',
    'I1',
    'A protector marks the frame first, and a fast path looks at the mark. Without it a fast path that begins behind the protector’s back goes through (5.3 F5, 5.4 P2).',
  ],
  [
    'fast-barrier',
    'Barrier after the identification',
    'I1',
    'The identification must be visible before the flag is read. Without it it waits in the store buffer, and the protector misses it (5.3 F4, 5.6).',
  ],
  [
    'protect-barrier',
    'Barrier after the flag',
    'I1',
    'The flag must be visible before the sptes are read. Without it it waits in the store buffer, and the fast path misses it (5.4 P3, 5.6).',
  ],
  [
    'compare-exchange',
    'Compare-and-exchange',
    'I1',
    'The spte is opened only if it still is what the fast path left there. Without it whatever happened to it since is overwritten (5.3 F6).',
  ],
  [
    'erase-id',
    'Erase the identification',
    'I1',
    'A protector changes a read-only spte too, if it holds an identification. Without it the exchange finds the spte untouched (5.4 P4).',
  ],
  [
    'dirty-after-open',
    'Log after opening',
    'I14',
    'The frame is marked in the dirty log after its spte was opened. In the other order a harvest between the two takes the mark and misses the store (5.3 F8, 6.5).',
  ],
  [
    'gfn-after-id',
    'Frame read after the identification',
    'I14',
    'Which frame the spte maps is read when the identification is in it: a change erases it. Read before, it may be another frame’s by then, and the wrong one is logged (5.11 g, 6.3).',
  ],
  [
    'allow-write-gate',
    'Allow-write bit',
    'I9',
    'Only an spte that the guest’s entry and the host let be written may be opened. Without it the fast path opens entries that the guest has read-only or clean (5.11 e).',
  ],
];

/** Other forms that steps of the proposal can take (5.7): the same is achieved by other instructions. */
const FORMS: readonly Row[] = [
  [
    'id-locked',
    'Identification by a locked operation',
    undefined,
    'F3 is a locked operation, which is a barrier by itself: it waits for the store buffer and is visible at once (5.6).',
  ],
  [
    'id-cmpxchg',
    'Identification by compare-and-exchange',
    undefined,
    'F3 compares and exchanges the whole spte: it fails if the spte has changed since it was read, and the fault goes the slow way (5.7).',
  ],
  [
    'id-whole-word',
    'Identification by a store of 8 bytes',
    undefined,
    'F3 stores the whole spte as it was read, with the identification: what others changed meanwhile is overwritten (5.7).',
  ],
  [
    'flag-locked',
    'Flag by a locked operation',
    undefined,
    'P2 is a locked operation, which is a barrier by itself (5.6).',
  ],
  [
    'protect-plain-store',
    'Write-protection by a plain store',
    undefined,
    'P4 stores the 8 bytes instead of exchanging them: write access is taken away, but A and D bits set meanwhile are lost (5.7, 6.4).',
  ],
  [
    'abort-clears',
    'A fast path that gives up clears its identification',
    undefined,
    'By the same kind of store as F3. Otherwise the identification stays until somebody overwrites it (5.11 b).',
  ],
  [
    'abort-exchanges',
    'A fast path that gives up takes its identification back by compare-and-exchange',
    undefined,
    'Only if nobody has changed the spte since (5.7).',
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

export const SWITCHES: readonly SwitchSpec[] = [
  ...COMMON.map((row) => specOf(row)),
  ...[...PROPOSAL, ...FORMS].map((row) => specOf(row, ['proposal-2012'])),
];

const allOn = (rows: readonly Row[]): Readonly<Record<string, boolean>> =>
  Object.fromEntries(rows.map(([name]) => [name, true]));

/** What every profile sets. */
export const COMMON_SWITCHES = allOn(COMMON);
/** What profile proposal-2012 sets. */
export const SWITCHES_OF_THE_PROPOSAL = allOn([...COMMON, ...PROPOSAL]);
