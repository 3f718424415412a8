// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { EventsPanel } from './Panel';

afterEach(cleanup);

test('a row opens its scenario at the moment where it happens, and is the one that is lit', async () => {
  const { controls, session } = testSession({ shelf: ['crush'] });
  render(<EventsPanel controls={controls} />);
  const panel = screen.getByRole('region', { name: 'What re-syncs what' });
  await userEvent.click(within(panel).getByRole('button', { name: /finds both its slots taken/ }));
  expect(session.state.library).toBe('crush');
  expect(session.run?.nameOf(session.state.cursor - 1).label).toBe('oos_hash_add.crush');
  const lit = within(panel)
    .getAllByRole('button')
    .filter((button) => button.getAttribute('aria-current') === 'step');
  expect(lit.map((button) => button.textContent)).toEqual([expect.stringContaining('both its slots taken')]);
});

test('with the switch off that makes it happen, the row says so and stays where it is', async () => {
  const { controls, session } = testSession({ shelf: ['crush'] });
  render(<EventsPanel controls={controls} />);
  controls.execute('open:crush');
  controls.execute('switch:out-of-sync');
  await userEvent.click(screen.getByRole('button', { name: /finds both its slots taken/ }));
  expect(session.state.cursor).toBe(0);
  expect(session.state.messages.at(-1)?.text).toContain('does not come about with the switches as they are');
});

test('a row that no scenario shows cannot be pressed, and says why', () => {
  const { controls } = testSession();
  render(<EventsPanel controls={controls} />);
  expect(screen.queryAllByRole('button')).toEqual([]);
  expect(screen.getAllByText('No scenario shows it yet.').length).toBeGreaterThan(5);
});
