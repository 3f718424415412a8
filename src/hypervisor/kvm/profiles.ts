import type { Profile } from '../design';

import { SWITCHES_OF_3_6, SWITCHES_OF_6_1, SWITCHES_OF_THE_PROPOSAL } from './switches';

/** What differs between KVM's versions, as data. Procedures ask these questions and never a name. */
export interface KvmProfile extends Profile {
  /**
   * What a fault on a write-protected spte tries before it takes mmu_lock (sheet 5, 6): an identification in the spte and a flag
   * in the rmap; one compare-and-exchange of an spte that is MMU-writable, tried once or up to five times; or nothing.
   */
  readonly fastPath: 'identification' | 'once' | 'retried' | 'none';
}

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
  },
  {
    name: MERGED_3_6,
    says: 'Linux 3.6 of 2012, the first with a fast page fault: for guests without paging, and one try.',
    switches: SWITCHES_OF_3_6,
    fastPath: 'once',
  },
  {
    name: PROPOSAL_2012,
    says: 'The fast page fault as proposed in March 2012: an identification in the spte, a flag in the rmap, two barriers.',
    switches: SWITCHES_OF_THE_PROPOSAL,
    fastPath: 'identification',
  },
];

export function profileNamed(name: string): KvmProfile | undefined {
  return PROFILES.find((p) => p.name === name);
}
