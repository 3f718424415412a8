import type { Profile } from '../design';

import { SWITCHES_OF_3_6, SWITCHES_OF_6_1, SWITCHES_OF_THE_PROPOSAL } from './switches';

/** What differs between KVM's versions, as data. Procedures ask these questions and never a name. */
export interface KvmProfile extends Profile {
  /**
   * What a fault on a write-protected spte tries before it takes mmu_lock (sheet 5, 6): an identification in the spte and a flag
   * in the rmap; one compare-and-exchange of an spte that is MMU-writable, tried once or up to five times; or nothing.
   */
  readonly fastPath: 'identification' | 'once' | 'retried' | 'none';
  /** What differs on the slow way (sheet 4.9): true as in 6.1, false as in 3.6. */
  readonly slow: {
    /** A frame becomes an upper-level table while it is unsync at level 1: those pages are zapped; else synchronised. */
    readonly zapsUnsync: boolean;
    /** A page with unsync children is synchronised before it is linked; else it is linked, and MMU_SYNC requested. */
    readonly syncsFirst: boolean;
    /** An emulated store only drops the spte; else a level-1 entry is made anew from what was written. */
    readonly dropsOnly: boolean;
    /** A store to an upper-level table is known by a count per frame, before mmu_lock; else found when its spte is made. */
    readonly tracks: boolean;
    /** A fault that found everything right is told from one that was fixed. */
    readonly tellsSpurious: boolean;
    /** A writable spte is dirty from the start; else the processor sets D at the first write (6.4 begins with such an spte). */
    readonly makesDirty: boolean;
  };
  /** Kinds of events that this kernel had no tracepoint for. */
  readonly untraced: readonly string[];
}

const SLOW_6_1: KvmProfile['slow'] = {
  zapsUnsync: true,
  syncsFirst: true,
  dropsOnly: true,
  tracks: true,
  tellsSpurious: true,
  makesDirty: true,
};

const SLOW_3_6: KvmProfile['slow'] = {
  zapsUnsync: false,
  syncsFirst: false,
  dropsOnly: false,
  tracks: false,
  tellsSpurious: false,
  makesDirty: false,
};

export const LINUX_6_1 = 'linux-6.1';
export const MERGED_3_6 = 'merged-3.6';
export const PROPOSAL_2012 = 'proposal-2012';

/** The default comes first: it is what a scenario gets that names no profile. */
export const PROFILES: readonly KvmProfile[] = [
  {
    name: LINUX_6_1,
    says: 'Linux 6.1 on AMD without nested paging: what the recordings show.',
    switches: SWITCHES_OF_6_1,
    fastPath: 'retried',
    slow: SLOW_6_1,
    untraced: [],
  },
  {
    name: MERGED_3_6,
    says: 'Linux 3.6 of 2012, the first with a fast page fault: for guests without paging, and one try.',
    switches: SWITCHES_OF_3_6,
    fastPath: 'once',
    slow: SLOW_3_6,
    untraced: ['KvmSetSpte', 'KvmSpteRequested'],
  },
  {
    name: PROPOSAL_2012,
    says: 'The fast page fault as proposed in March 2012: an identification in the spte, a flag in the rmap, two barriers.',
    switches: SWITCHES_OF_THE_PROPOSAL,
    fastPath: 'identification',
    slow: SLOW_6_1,
    untraced: [],
  },
];

export function profileNamed(name: string): KvmProfile | undefined {
  return PROFILES.find((p) => p.name === name);
}
