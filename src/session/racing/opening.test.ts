import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { testSession } from '../../testing/testSession';
import { captureLink, openFragment } from '../link';
import { openRace, shareRace } from './opening';
import { lookForRaces, onStage, racingOf, SETTINGS } from './page';

/** The race that the re-check of the walk prevents, found in what is on stage. */
function found() {
  const made = testSession({ library: 'stale-walk' });
  const { session, explorer } = made;
  lookForRaces(session, SETTINGS);
  const racing = racingOf(session);
  while (!racing.state.rows.some(({ removed }) => removed?.name === 'recheck')) explorer.run(1);
  const row = racing.state.rows.find(({ removed }) => removed?.name === 'recheck');
  const counterexample = defined(row?.result.counterexample, 'a counterexample');
  const explored = { ...defined(onStage(session), 'a scenario on stage'), removed: ['recheck'] };
  return { ...made, counterexample, explored };
}

describe('a race that was found', () => {
  it('opens on stage as a run of its own, at the moment it breaks, step for step as it was found', () => {
    const { session, counterexample, explored } = found();
    session.set({ page: { name: 'race', title: 'Find a race', rest: '' } });
    openRace(session, explored, counterexample);
    const { schedule } = counterexample;
    expect(session.state).toMatchObject({ page: undefined, cursor: schedule.length, branch: 1 });
    expect(session.state.switches).toEqual({ recheck: false });
    const run = defined(session.run, 'a run');
    expect(run.choices(0, schedule.length)).toEqual(schedule);
    expect(run.violations[0]?.step).toBe(schedule.length - 1);
    expect(session.state.messages.at(-1)?.text).toContain('Broken: entry 005');
  });

  it('is the same again from its link, in another page', () => {
    const { session, counterexample, explored } = found();
    const shared = shareRace(session, explored, counterexample, 'https://example.org/');
    if (shared.kind !== 'link') throw new Error(shared.why);
    expect(shared.url.length).toBeLessThan(3000);
    // Nothing was put on stage for it.
    expect(session.state.branch).toBe(0);
    // A page of its own, which has that scenario in its library, too.
    const there = testSession({ library: 'stale-walk' });
    openFragment(there.session, there.sources, shared.url.slice(shared.url.indexOf('#')));
    openRace(session, explored, counterexample);
    expect(there.session.run?.store.hash).toBe(session.run?.store.hash);
    expect(there.session.state).toMatchObject({ cursor: counterexample.schedule.length, branch: 1 });
    expect(captureLink(there.session)).toEqual(captureLink(session));
  });

  it('keeps the order in which stores reach memory, in its link and on stage', () => {
    const { session, explorer } = testSession({ library: 'write-then-read-too-late' });
    lookForRaces(session, SETTINGS);
    const racing = racingOf(session);
    while (racing.state.rows.length === 0) explorer.run(1);
    const counterexample = defined(racing.state.rows[0]?.result.counterexample, 'a counterexample');
    const explored = { ...defined(onStage(session), 'a scenario on stage'), removed: [] };
    const { schedule } = counterexample;
    // It ends with y = 2, so the buffer of vCPU 1 comes last.
    expect(schedule.at(-1)).toEqual({ actor: 4 });
    const shared = shareRace(session, explored, counterexample, 'https://example.org/');
    if (shared.kind !== 'link') throw new Error(shared.why);
    const there = testSession({ library: 'write-then-read-too-late' });
    openFragment(there.session, there.sources, shared.url.slice(shared.url.indexOf('#')));
    expect(there.session.run?.choices(0, schedule.length)).toEqual(schedule);
    expect(there.session.state.cursor).toBe(schedule.length);
    openRace(session, explored, counterexample);
    expect(there.session.run?.store.hash).toBe(session.run?.store.hash);
    expect(session.state.messages.at(-1)?.text).toContain('that can happen');
  });
});
