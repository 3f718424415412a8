import { describe, expect, it } from 'vitest';
import {
  brokenPromises,
  freshModule,
  libraryFile,
  missedMoments,
  resolved,
  runOf,
  unnoticed,
} from '../testing/library';
import { lostByFormatting } from '../testing/scenarioTexts';
import { FIRST, LIBRARY, libraryEntry } from '.';

describe('the library', () => {
  it('is the one that its files give; if not, run `npm run library`', () => {
    expect(freshModule()).toBe(libraryFile('texts.gen.ts'));
  });

  it('has a first scenario, and no title twice', () => {
    expect(libraryEntry(FIRST)?.title).toBe('A page table may drift');
    expect(libraryEntry('no-such-scenario')).toBeUndefined();
    expect(new Set(LIBRARY.map(({ title }) => title)).size).toBe(LIBRARY.length);
  });
});

describe.each(LIBRARY.map(({ id, title }) => [title, id] as const))('%s', (_, id) => {
  it('resolves without a warning, and says what it is about, for whom, and what it must show', () => {
    const { spec, warnings } = resolved(id);
    expect(warnings).toEqual([]);
    expect(spec.about.length).toBeGreaterThan(1);
    expect(spec.topic).not.toBe('');
    expect(spec.level).not.toBe('');
    expect(spec.notes.length).toBeGreaterThan(2);
    expect(spec.expect.some((e) => e.kind === 'events' && e.exactly)).toBe(true);
    expect(spec.expect.some((e) => e.kind === 'entry')).toBe(true);
  });

  it('shows what it says it shows, and comes to every moment that it speaks of', () => {
    const run = runOf(id);
    expect(brokenPromises(run)).toEqual([]);
    expect(missedMoments(run)).toEqual([]);
  });

  it('notices a change of any one expected event or word', () => {
    expect(unnoticed(runOf(id))).toEqual([]);
  });

  it('loses nothing when it is formatted', () => {
    expect(lostByFormatting(libraryEntry(id)?.text ?? '')).toEqual([]);
  });
});
