// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { LIBRARY, testSession } from '../../testing/testSession';
import { buildScene } from '../../views/scene/build';
import { playByItself, standStill } from './ambient';
import Home from './Page.lazy';
import { WAYS } from './WaysIn';

afterEach(cleanup);

function shown(reducedMotion = true) {
  const made = testSession({ library: 'a-page-table-may-drift', reducedMotion });
  Object.assign(made.sources, { library: [...LIBRARY] });
  made.session.set({ page: { name: 'home', title: 'Home', rest: '' } });
  return made;
}

test('offers the path, ways in by what one has come for, and every scenario by topic', async () => {
  const { controls, session } = shown();
  render(<Home controls={controls} />);
  expect(screen.getByRole('button', { name: 'Begin with “What a page walk is”' })).toBeTruthy();
  for (const who of ['You teach', 'You learn', 'You work on a hypervisor'])
    expect(screen.getByRole('heading', { name: who })).toBeTruthy();
  // No way in leads nowhere.
  for (const { ways } of WAYS)
    for (const { id, label } of ways) {
      expect(controls.find(id), id).toBeTruthy();
      expect(screen.getByRole('button', { name: label })).toBeTruthy();
    }
  const shelves = screen.getByRole('region', { name: 'Library' });
  expect(shelves.textContent).toContain(`${LIBRARY.length} of ${LIBRARY.length} scenarios`);
  await userEvent.click(within(shelves).getByRole('button', { name: 'beginner' }));
  const intro = LIBRARY.filter(({ level }) => level === 'beginner').length;
  expect(shelves.textContent).toContain(`${intro} of ${LIBRARY.length} scenarios`);
  // By words: what is found is in sight at once, and what is not found is said.
  const search = within(shelves).getByRole('searchbox');
  await userEvent.type(search, 'zebra');
  expect(shelves.textContent).toContain('No scenario has all of these words');
  await userEvent.clear(search);
  await userEvent.type(search, 'needs a shadow');
  expect(await within(shelves).findByText('Why a hypervisor needs a shadow')).toBeTruthy();
  await userEvent.clear(search);
  expect(within(shelves).queryByText('Why a hypervisor needs a shadow')).toBe(null);
  await userEvent.click(within(shelves).getByText('First steps'));
  await userEvent.click(await within(shelves).findByText('Why a hypervisor needs a shadow'));
  expect(session.state.spec?.title).toBe('Why a hypervisor needs a shadow');
  expect(session.state.page).toBe(undefined);
});

test('the example plays over and over until somebody pauses it, and never where motion is not wanted', () => {
  const { session, clock } = shown(false);
  const stop = playByItself(session);
  expect(session.state.playing).toBe(true);
  clock.run(20_000);
  // More frames than one run takes: it has begun anew.
  expect(session.state.playing).toBe(true);
  expect(session.state.cursor).toBeLessThan(session.state.length);
  stop();
  expect(session.state.playing).toBe(false);

  const calm = shown(true);
  playByItself(calm.session);
  expect(calm.session.state.playing).toBe(false);
  // A still picture is one that tells something: a snapshot in the penumbra, and an entry that is stale.
  standStill(calm.controls);
  const { run, state } = calm.session;
  const scene = run && buildScene(run, state.beat.from, state.beat.to);
  expect(scene?.penumbra.length).toBeGreaterThan(0);
  expect(scene?.tables.some(({ notes }) => [...notes.values()].some(({ stale }) => stale))).toBe(true);
});
