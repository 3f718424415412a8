// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { LIBRARY, testSession } from '../../testing/testSession';
import { LibraryPanel } from './Panel';

afterEach(cleanup);

test('lists every scenario under its topic, narrows by words, and opens one', async () => {
  const made = testSession();
  const { controls, session } = made;
  controls.sources = { ...made.sources, library: LIBRARY };
  session.set({ dialog: 'library' });
  const { baseElement } = render(<LibraryPanel controls={controls} />);
  // By their marks: to ask for the role of each of hundreds of elements takes seconds.
  const entries = () => [...baseElement.querySelectorAll('li')];
  const press = (name: string) => {
    const found = [...baseElement.querySelectorAll('button')].find((button) => button.textContent === name);
    if (found === undefined) throw new Error(`there is no button ${name}`);
    return userEvent.click(found);
  };
  const search = screen.getByLabelText('Search the library');
  expect(entries()).toHaveLength(LIBRARY.length);
  for (const topic of new Set(LIBRARY.map((entry) => entry.topic)))
    expect(screen.getByLabelText(topic).querySelectorAll('li').length).toBeGreaterThan(0);
  await press('beginner');
  expect(entries()).toHaveLength(LIBRARY.filter(({ level }) => level === 'beginner').length);
  await press('all');
  // By what breaks, too.
  await userEvent.type(search, 'i17');
  for (const entry of entries()) expect(entry.textContent).toContain('Breaks I17');
  await userEvent.clear(search);
  await userEvent.type(search, 'page walk');
  expect(entries().length).toBeLessThan(LIBRARY.length);
  await userEvent.click(screen.getByRole('button', { name: /^What a page walk is/ }));
  expect(session.state.spec?.title).toBe('What a page walk is');
  expect(session.state.dialog).toBeUndefined();
});

test('words that no scenario has are answered, not with an empty page', async () => {
  const { controls } = testSession();
  render(<LibraryPanel controls={controls} />);
  await userEvent.type(screen.getByRole('searchbox'), 'zebra');
  expect(screen.getByText(/No scenario has all of these words/)).toBeTruthy();
});
