// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { PoolPanel } from './Panel';

afterEach(cleanup);

test('pages by type with their figures, the next one, and the pinned ones, which can be chosen', async () => {
  const { controls, session } = testSession({ library: 'crush' });
  render(<PoolPanel controls={controls} />);
  const panel = screen.getByRole('region', { name: 'Shadow pool' });
  const use = within(panel).getByRole('region', { name: 'Use' });
  expect(within(use).getAllByText('oos_snapshot')[0]?.nextSibling?.textContent).toBe('6');
  expect(within(use).getAllByText('l4_64')[0]?.nextSibling?.textContent).toBe('1');
  expect(within(panel).getByRole('heading', { name: 'Next page: s80a' })).toBeTruthy();
  const pinned = within(panel).getByRole('region', { name: 'Pinned shadows' });
  const last = within(pinned).getAllByRole('listitem').at(-1) as HTMLElement;
  expect(last.textContent).toContain('unpinned first, but in use');
  await userEvent.click(within(last).getByRole('button'));
  expect(session.state.focus.now?.entity).toBe('shadow s800');
});

test('a page that was freed waits behind those never used, with whoever may still know it', () => {
  const { controls, session } = testSession({ library: 'early-unshadow' });
  render(<PoolPanel controls={controls} />);
  const list = screen.getByRole('region', { name: 'Free list' });
  expect(list.textContent).not.toContain('Freed');
  const { run } = session;
  const gone = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'ShadowDestroyed');
  act(() => session.jump((gone?.step ?? 0) + 1));
  expect(list.textContent).toContain('Freed, oldest first: s403 (v0, v1)');
});

test('bare hardware has no pool', () => {
  const { controls } = testSession();
  const { container } = render(<PoolPanel controls={controls} />);
  expect(container.textContent).toBe('');
});
