import { BACKLINKS } from './backlinks';
import { DIRECT_PAGING } from './directPaging';
import { FAST_PAGE_FAULT } from './fastPageFault';
import { NESTED } from './nested';
import { OUT_OF_SYNC } from './outOfSync';
import { PAGE_WALKS } from './pageWalks';
import { RACES } from './races';
import { SLOTS } from './slots';
import type { Story } from './story';
import { WHY_SHADOWS } from './whyShadows';
import { WRITE_PROTECTION } from './writeProtection';

/** All stories, in the order in which they build on each other. */
export const STORIES: readonly Story[] = [
  PAGE_WALKS,
  WHY_SHADOWS,
  WRITE_PROTECTION,
  OUT_OF_SYNC,
  SLOTS,
  RACES,
  FAST_PAGE_FAULT,
  BACKLINKS,
  DIRECT_PAGING,
  NESTED,
];

export const storyOf = (id: string): Story | undefined => STORIES.find((story) => story.id === id);
