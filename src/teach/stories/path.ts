import { STORIES } from './index';
import type { Story } from './story';

/** "Start here": what somebody needs who knows only what a process is, in this order. About an hour. */
const IDS: readonly string[] = [
  'page-walks',
  'why-shadows',
  'write-protection',
  'out-of-sync',
  'races',
  'nested',
];

export const START_HERE: readonly Story[] = IDS.flatMap((id) => STORIES.filter((story) => story.id === id));
