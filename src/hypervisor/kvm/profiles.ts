import type { Profile } from '../design';

/** The only one so far; its elder relatives will stand beside it. */
export const LINUX_6_1 = 'linux-6.1';

export const PROFILES: readonly Profile[] = [
  {
    name: LINUX_6_1,
    says: 'Linux 6.1 on AMD without nested paging: what the recordings show.',
    switches: {},
  },
];
