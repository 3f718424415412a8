// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { tellingOf } from '../../session/telling/telling';
import { LIBRARY, testSession } from '../../testing/testSession';
import { TellingPanel } from './Panel';

afterEach(cleanup);

function told(story: string, index = 0) {
  const made = testSession({ reducedMotion: true });
  Object.assign(made.sources, { library: [...LIBRARY] });
  tellingOf(made.controls).begin(story, index);
  render(<TellingPanel controls={made.controls} />);
  return made;
}

test('shows a passage with where to look and where it is from, and leads to the next one', async () => {
  const { session } = told('why-shadows', 6);
  const card = screen.getByRole('article', { name: 'Story: Why a hypervisor needs a shadow' });
  expect(within(card).getByText(/^Story ·/).textContent).toBe('Story · 7 of 11');
  expect(card.textContent).toContain('Entry 003 above says 0x040 rw');
  expect(within(card).getByRole('link', { name: 'Xen d067e4b077' }).getAttribute('href')).toContain(
    'd067e4b077',
  );
  const here = session.state.cursor;
  await userEvent.click(within(card).getByRole('button', { name: 'Next' }));
  expect(within(card).getByText(/^Story ·/).textContent).toBe('Story · 8 of 11');
  expect(session.state.cursor).toBeGreaterThan(here);
});

test('whoever has gone on by hand is told how far, and comes back', async () => {
  const { session } = told('why-shadows', 6);
  const here = session.state.cursor;
  act(() => session.jump(here + 1));
  expect(screen.getByText('The stage is one step further than this passage.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Return to the story' }));
  expect(session.state.cursor).toBe(here);
  expect(screen.queryByText(/further than/)).toBe(null);
});

test('the last passage leads to the next story, and closing it gives the place back', async () => {
  const { session, pushed } = told('why-shadows', 10);
  expect(screen.queryByRole('button', { name: 'Next' })).toBe(null);
  expect(screen.getByText(/You know now what a shadow page table is/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Next story' }));
  expect(screen.getByRole('article', { name: 'Story: Page tables may not be written' })).toBeTruthy();
  expect(pushed).toEqual(['#/stories/why-shadows/11', '#/stories/write-protection/1']);
  await userEvent.click(screen.getByRole('button', { name: 'Close the story' }));
  expect(screen.queryByRole('article')).toBe(null);
  expect(session.state.telling).toBe(false);
  // What is on stage keeps an address, and going back leads into the story again.
  expect(pushed.at(-1)).toMatch(/^#\/1\//);
});
