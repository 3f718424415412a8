// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { LIBRARY, testSession } from '../../testing/testSession';
import { StoryPanel } from './Panel';

afterEach(cleanup);

test('tells what the scenario is about, and leads to its notes', async () => {
  const { controls, session } = testSession();
  render(<StoryPanel controls={controls} />);
  expect(screen.getByRole('heading', { name: 'Two walks' })).toBeTruthy();
  expect(screen.getByText('Two processors look addresses up.')).toBeTruthy();
  await userEvent.click(screen.getByText('One note along the way'));
  await userEvent.click(screen.getByRole('button', { name: /The other processor begins/ }));
  expect(session.run?.actorOf(session.state.cursor - 1)).toBe(1);
  expect(session.run?.opOf(session.state.cursor - 1)).toBe(0);
});

test('names where the facts come from; a commit is a link to its page', () => {
  const { controls } = testSession({ library: 'unsync' });
  render(<StoryPanel controls={controls} />);
  const link = screen.getByRole('link', { name: 'd067e4b077' });
  expect(link.getAttribute('href')).toBe('https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h=d067e4b077');
  expect(link.parentElement?.textContent).toBe(
    'Xen d067e4b077 (20 June 2008, patch 4 of 4): common.c sh_unsync, oos_hash_add',
  );
});

test('the title of another scenario leads there; other names are only quoted', async () => {
  const made = testSession({ library: 'come-and-gone-missed' });
  made.controls.sources = { ...made.sources, library: LIBRARY };
  const { rerender } = render(<StoryPanel controls={made.controls} />);
  await userEvent.click(screen.getByRole('button', { name: '“A value that comes and goes”' }));
  expect(made.session.state.spec?.title).toBe('A value that comes and goes');
  rerender(<StoryPanel controls={made.controls} />);
  expect(screen.getByText('“snapshot update in faults”')).toBeTruthy();
});
