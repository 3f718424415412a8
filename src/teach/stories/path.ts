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

/** What comes after a story: the path to its end, then the stories that are not on it. Nothing after the last. */
export function storyAfter(id: string): Story | undefined {
  const order = [...START_HERE, ...STORIES.filter((story) => !START_HERE.includes(story))];
  const at = order.findIndex((story) => story.id === id);
  return at < 0 ? undefined : order[at + 1];
}
