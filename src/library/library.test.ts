import { afterAll, describe, expect, it } from 'vitest';
import {
  brokenInvariants,
  brokenPromises,
  firstDifference,
  freshModule,
  libraryFile,
  missedMoments,
  resolved,
  runOf,
  unnoticed,
  unwatchedRunOf,
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
  // Looking at a run does not change it, so one serves them all.
  let made: ReturnType<typeof runOf> | undefined;
  const theRun = () => {
    made ??= runOf(id);
    return made;
  };
  afterAll(() => {
    made = undefined;
  });

  it('resolves without a warning, and says what it is about, for whom, and what it must show', () => {
    const { spec, warnings } = resolved(id);
    expect(warnings).toEqual([]);
    expect(spec.about.length).toBeGreaterThan(1);
    expect(spec.topic).not.toBe('');
    expect(spec.level).not.toBe('');
    expect(spec.notes.length).toBeGreaterThan(2);
    expect(spec.expect.some((e) => e.kind === 'events' && e.exactly)).toBe(true);
    expect(spec.expect.some((e) => e.kind === 'entry' || e.kind === 'word')).toBe(true);
  });

  it('shows what it says it shows, and comes to every moment that it speaks of', () => {
    const run = theRun();
    expect(brokenPromises(run)).toEqual([]);
    expect(missedMoments(run)).toEqual([]);
  });

  it('runs the same way twice, also with no invariant looking: equal states after every step', () => {
    const again = unwatchedRunOf(id);
    expect(firstDifference(theRun(), again)).toBe(-1);
    expect(theRun().world.events.mark).toBe(again.world.events.mark);
  });

  it('notices a change of any one expected event or word', () => {
    expect(unnoticed(theRun())).toEqual([]);
  });

  it('loses nothing when it is formatted', () => {
    expect(lostByFormatting(libraryEntry(id)?.text ?? '')).toEqual([]);
  });
});

describe('a protection that is switched off', () => {
  it.each([
    ['snapshot-exchange', 'snapshot-exchange', ['I9', 'I1']],
    ['come-and-gone', 'snapshot-update-fault', ['I9', 'I1']],
  ])('breaks %s: without %s', (id, name, invariants) => {
    expect(brokenInvariants(runOf(id))).toEqual([]);
    const run = runOf(id, name);
    expect(brokenInvariants(run)).toEqual(invariants);
    const [last] = run.violations.filter(({ violation }) => violation.invariant === 'I1');
    expect(last?.violation.says).toMatch(/^Broken: entry 007 of s[0-9a-f]+ maps 0x/);
  });

  it.each(['resync-three-of-512', 'a-page-table-may-drift'])(
    'costs work only, in %s, if it is the snapshots',
    (id) => {
      expect(brokenInvariants(runOf(id, 'snapshots'))).toEqual([]);
    },
  );
});
