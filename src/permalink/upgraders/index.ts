import type { Upgrader } from './upgrader';

/** In order, without gaps: entry i leads from version i+1 to i+2. Version 1 is the first, so there is nothing to upgrade yet. */
export const UPGRADERS: readonly Upgrader[] = [];
