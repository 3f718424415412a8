import { PAGE_WALKS } from './pageWalks';
import type { Story } from './story';
import { WHY_SHADOWS } from './whyShadows';
import { WRITE_PROTECTION } from './writeProtection';

/** All stories, in the order in which they build on each other. */
export const STORIES: readonly Story[] = [PAGE_WALKS, WHY_SHADOWS, WRITE_PROTECTION];

export const storyOf = (id: string): Story | undefined => STORIES.find((story) => story.id === id);
