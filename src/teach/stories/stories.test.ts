import { describe, expect, it, test } from 'vitest';
import { type Run, startRun } from '../../engine';
import { stepCaption } from '../../engine/caption';
import { type Anchor, parseAnchor } from '../../kernel';
import { libraryEntry } from '../../library';
import { resolve } from '../../scenario';
import { STORIES } from './index';
import { BEGINNING, type Passage } from './story';

const runs = new Map<string, { readonly run: Run; readonly words: string }>();

/** Each scenario runs once, however many passages are told from it. */
function told(id: string): { readonly run: Run; readonly words: string } {
  const known = runs.get(id);
  if (known !== undefined) return known;
  const text = libraryEntry(id)?.text;
  if (text === undefined) throw new Error(`there is no scenario ${id}`);
  const resolved = resolve(text);
  if (resolved.kind === 'error') throw new Error(`${id} does not resolve`);
  const run = startRun(resolved.value.spec, resolved.value.design);
  run.extend();
  const captions: string[] = [];
  for (let step = 0; step < run.length; step++) captions.push(stepCaption(run, step) ?? '');
  const entry = { run, words: `${text}\n${captions.join('\n')}` };
  runs.set(id, entry);
  return entry;
}

const anchorOf = (at: string): Anchor => {
  const anchor = parseAnchor(at);
  if (anchor.kind === 'error') throw new Error(anchor.error);
  return anchor.value;
};

/** The cursor of a passage; -1 where its moment does not come about. */
function cursorOf({ scene, at }: Passage): number {
  if (at === BEGINNING) return 0;
  const { cursor, exact } = told(scene).run.find(anchorOf(at));
  return exact ? cursor : -1;
}

test('stories and their addresses are told apart, and every one has enough to tell', () => {
  expect(new Set(STORIES.map(({ id }) => id)).size).toBe(STORIES.length);
  for (const { id, passages, minutes } of STORIES) {
    expect(id).toMatch(/^[a-z][a-z-]*$/);
    expect(passages.length).toBeGreaterThanOrEqual(8);
    expect(minutes).toBeGreaterThanOrEqual(passages.length / 3);
  }
});

describe.each(STORIES.map((story) => [story.title, story] as const))('%s', (_title, { passages }) => {
  it('is tied to moments that come about, one after the other within a scenario', () => {
    const lost = passages.filter((passage) => cursorOf(passage) < 0).map(({ scene, at }) => `${scene} ${at}`);
    expect(lost).toEqual([]);
    passages.forEach((passage, i) => {
      const before = passages[i - 1];
      if (before?.scene === passage.scene)
        expect(cursorOf(passage), passage.at).toBeGreaterThan(cursorOf(before));
    });
  });

  it('says what can be read in a breath, and where it is from', () => {
    for (const { text, look, sources, at } of passages) {
      expect(text.length, `${at}: ${text.length}`).toBeGreaterThanOrEqual(200);
      expect(text.length, `${at}: ${text.length}`).toBeLessThanOrEqual(600);
      expect(look).toMatch(/^(?:[A-Z]|vCPU).{20,160}\.$/);
      expect(text).toMatch(/[.?]$/);
      expect(`${text} ${look}`, at).not.toMatch(/[!§]|\bsheet\b|click|simply put/i);
      expect(sources.length, at).toBeGreaterThan(0);
      for (const { name, place, href } of sources) {
        expect(name && place).toBeTruthy();
        if (href !== undefined) expect(new URL(href).protocol).toBe('https:');
      }
    }
  });

  it('names no number that its scenario does not show', () => {
    for (const { scene, text, look } of passages) {
      const { words } = told(scene);
      const named = `${text} ${look}`.match(/\b0x[0-9a-f_]+|\bs(?=[a-f]*\d)[0-9a-f]{3,4}\b/g) ?? [];
      expect(named.filter((name) => !words.includes(name))).toEqual([]);
    }
  });
});
