// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { CodePanel } from './Panel';

afterEach(cleanup);

const current = (): Element | null => document.querySelector('[aria-current="step"]');

test('marks the very line of the step that ran, whatever the step', () => {
  const { controls, session } = testSession();
  render(<CodePanel controls={controls} />);
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  for (let cursor = 1; cursor <= run.length; cursor++) {
    act(() => session.jump(cursor));
    expect(current()?.textContent).toBe(run.nameOf(cursor - 1).step?.line.trim());
    expect(current()?.className).toBe('is-ran');
  }
});

test('keeps an eye on one vCPU: it waits at its next line while the other runs', async () => {
  const { controls } = testSession();
  render(<CodePanel controls={controls} />);
  act(() => void controls.execute('beat-forward'));
  await userEvent.click(screen.getByRole('tab', { name: 'vCPU 1' }));
  expect(current()?.className).toBe('is-next');
  act(() => void controls.execute('to-end'));
  await userEvent.click(screen.getByRole('tab', { name: 'vCPU 0' }));
  expect(screen.getByText('vCPU 0 has nothing left to run.')).toBeTruthy();
});
