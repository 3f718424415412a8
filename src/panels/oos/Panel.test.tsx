// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { OosPanel } from './Panel';

afterEach(cleanup);

test('shows nothing for a design that lets no table go', () => {
  const { controls } = testSession();
  const { container } = render(<OosPanel controls={controls} />);
  expect(container.textContent).toBe('');
});

test('names the slot a page is in, whether it is at home, and chooses the page on a click', async () => {
  const { controls, session } = testSession({ library: 'a-page-table-may-drift' });
  render(<OosPanel controls={controls} />);
  const panel = screen.getByRole('region', { name: 'Out-of-sync table' });
  expect(within(panel).queryAllByRole('button')).toEqual([]);
  const { run } = session;
  const unsynced = run?.eventsIn(0, run.length).find((event) => event.kind === 'Unsynced');
  act(() => session.jump((unsynced?.step ?? 0) + 1));
  const slot = within(panel).getByRole('button');
  expect(slot.textContent).toBe('slot 10x02ehome slot');
  await userEvent.click(slot);
  expect(session.state.focus.now?.entity).toBe('guest 0x02e');
});
