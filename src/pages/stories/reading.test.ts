import { expect, test } from 'vitest';
import { STORIES } from '../../teach/stories';
import { readRest } from './reading';

test('every story and every passage has an address', () => {
  expect(readRest('')).toEqual({ kind: 'all' });
  for (const story of STORIES) {
    expect(readRest(story.id)).toEqual({ kind: 'story', story });
    expect(readRest(`${story.id}/`)).toEqual({ kind: 'story', story });
    const { length } = story.passages;
    expect(readRest(`${story.id}/1`)).toEqual({ kind: 'passage', story, index: 0 });
    expect(readRest(`${story.id}/${length}`)).toEqual({ kind: 'passage', story, index: length - 1 });
  }
});

test('what it cannot use is said: what was found, what was expected, what to do', () => {
  const unknown = readRest('no-such-story/3');
  expect(unknown.kind).toBe('all');
  expect(unknown).toHaveProperty(
    'wrong',
    expect.stringMatching(/“no-such-story”.*page-walks, why-shadows.*Choose/),
  );
  for (const number of ['0', '999', '-1', 'x', '1/2', '1.5', ' 1', '9'.repeat(200)]) {
    const wanted = readRest(`races/${number}`);
    expect(wanted.kind, number).toBe('story');
    expect(wanted).toHaveProperty(
      'wrong',
      expect.stringMatching(/has no passage “.{1,60}”: expected a number from 1 to 12/),
    );
  }
});
