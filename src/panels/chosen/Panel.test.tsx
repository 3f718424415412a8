// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { focus } from '../../session/focusing';
import { testSession } from '../../testing/testSession';
import { ChosenPanel } from './Panel';

afterEach(cleanup);

test('shows nothing until something is chosen that the hypervisor keeps books about', () => {
  const { controls, session } = testSession({ library: 'crush' });
  const { container } = render(<ChosenPanel controls={controls} />);
  expect(container.textContent).toBe('');
  act(() => focus(session, 'shadow lock'));
  expect(container.textContent).toBe('');
});

test('names who holds a shadow, leads there, and follows', async () => {
  const { controls, session } = testSession({ library: 'crush' });
  render(<ChosenPanel controls={controls} />);
  act(() => focus(session, 'shadow s803[007]'));
  const panel = screen.getByRole('region', { name: 'Chosen page' });
  expect(panel.textContent).toContain('Count 1 = 1 entry');
  await userEvent.click(within(panel).getAllByRole('button', { name: 's802[002]' })[0] as HTMLElement);
  expect(session.state.focus.now?.entity).toBe('shadow s802[002]');
  expect(within(panel).getByRole('heading').textContent).toBe('s802 shadow l2_64');
  await userEvent.click(within(panel).getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('region', { name: 'Chosen page' })).toBeNull();
});

test('a guest page: how many may write it, through which entries', () => {
  const { controls, session } = testSession({ library: 'crush' });
  render(<ChosenPanel controls={controls} />);
  const { run } = session;
  const added = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'FixupAdded');
  act(() => {
    session.jump((added?.step ?? 0) + 1);
    focus(session, 'guest 0x030');
  });
  const panel = screen.getByRole('region', { name: 'Chosen page' });
  expect(panel.textContent).toContain('Writable type count 1 = 1 shadow entry');
  expect(within(panel).getByText('SHF_out_of_sync').nextSibling?.textContent).toBe('set');
});
