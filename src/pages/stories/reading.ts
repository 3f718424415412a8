import { STORIES, storyOf } from '../../teach/stories';
import type { Story } from '../../teach/stories/story';

/** What the address of this page asks for: anybody may have typed it. */
export type Wanted =
  | { readonly kind: 'all'; readonly wrong?: string }
  | { readonly kind: 'story'; readonly story: Story; readonly wrong?: string }
  /** `index` counts from 0, in the address from 1. */
  | { readonly kind: 'passage'; readonly story: Story; readonly index: number };

/** Reads '', `id` or `id/passage`. What it cannot use it says in `wrong`: what was found, what was expected, what to do. */
export function readRest(rest: string): Wanted {
  const [id = '', ...more] = rest.replace(/\/$/, '').split('/');
  if (id === '') return { kind: 'all' };
  const story = storyOf(id);
  if (story === undefined) {
    const ids = STORIES.map((one) => one.id).join(', ');
    return {
      kind: 'all',
      wrong: `There is no story named “${id.slice(0, 60)}”: expected one of ${ids}. Choose one below.`,
    };
  }
  const number = more.join('/');
  if (number === '') return { kind: 'story', story };
  const count = story.passages.length;
  if (/^\d{1,3}$/.test(number) && Number(number) >= 1 && Number(number) <= count)
    return { kind: 'passage', story, index: Number(number) - 1 };
  return {
    kind: 'story',
    story,
    wrong: `“${story.title}” has no passage “${number.slice(0, 60)}”: expected a number from 1 to ${count}. Choose a passage below.`,
  };
}
