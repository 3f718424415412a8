import { describe, expect, it } from 'vitest';
import { printAnchor } from '../kernel';
import { LIBRARY } from '../library';
import { encodeLink } from '../permalink';
import { frozenLinks, guestMemory } from '../testing/frozenLinks';
import { testSession } from '../testing/testSession';
import { captureLink, openFragment, openLink } from './link';

describe('a frozen link', () => {
  it.each(frozenLinks())('opens for ever as what it was: $file ($link.about)', ({ link }) => {
    const { session, sources } = testSession();
    openFragment(session, sources, link.fragment);
    const { run, state } = session;
    if (run === undefined) throw new Error('nothing is on stage');
    run.extend();
    expect(state.messages).toEqual([]);
    expect(state.diagnostics).toEqual([]);
    expect(state.spec?.title).toBe(link.shows.title);
    const anchor = run.anchorAt(state.cursor);
    expect(anchor === undefined ? undefined : printAnchor(anchor)).toBe(link.state.at?.anchor);
    expect(state.focus.now?.entity).toBe(link.state.focus?.entity);
    expect(state.switches).toEqual(link.state.switches);
    expect(state.branch).toBe(link.state.run);
    expect(guestMemory(run, state.cursor)).toBe(link.shows.guestAtMoment);
    expect(guestMemory(run, run.length)).toBe(link.shows.guestAtEnd);
    const broken = new Set(run.violations.map(({ violation }) => violation.invariant));
    expect([...broken].sort()).toEqual(link.shows.broken);
  });
});

describe('a link to the library', () => {
  it.each(LIBRARY)('is short enough to travel: $id', ({ text, id }) => {
    const { session, sources } = testSession();
    const bare = captureLink(session);
    if (bare === undefined) throw new Error('nothing is on stage');
    expect(openLink(session, sources, { ...bare, text, library: id })).toBe(true);
    session.jump(session.state.length);
    const link = captureLink(session);
    const encoded = link === undefined ? undefined : encodeLink(link);
    expect(encoded?.kind === 'ok' && encoded.value.length).toBeLessThan(2_000);
  });
});
