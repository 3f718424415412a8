import { fastPageFault } from './fastPageFault';
import { locklessWalk } from './locklessWalk';
import { snapshots } from './snapshots';
import type { PublishedSource } from './source';
import { xi } from './xi';

export * from './source';

/** The thread about mprotect is in `mprotectPrices.ts`: what it needs is no workload, but one call in each scheme. */
export const PUBLISHED: readonly PublishedSource[] = [locklessWalk, xi, fastPageFault, snapshots];
