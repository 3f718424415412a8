// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { CaptionPanel } from './Panel';

afterEach(cleanup);

test('says where we are, who acts, and what happened', () => {
  const { controls } = testSession();
  const { container } = render(<CaptionPanel controls={controls} />);
  expect(container.querySelector('[aria-live]')?.textContent).toMatch(
    /^Before the first step\. vCPU 0 goes first: load/,
  );
  // Terms in it explain themselves.
  expect(screen.getByRole('term').textContent).toBe('vCPU');
  act(() => void controls.execute('step-forward'));
  expect(screen.getByRole('heading').textContent).toMatch(/^Step 1 of \d+$/);
  expect(screen.getByText('vCPU 0 · in the guest')).toBeTruthy();
});

test('the end of the run is said at its end', () => {
  const { controls } = testSession();
  render(<CaptionPanel controls={controls} />);
  act(() => void controls.execute('to-end'));
  expect(screen.getByText('This is the end of the run: everybody is done.')).toBeTruthy();
});

test('a note stands with the moment it belongs to, and only there', () => {
  const { controls, session } = testSession();
  render(<CaptionPanel controls={controls} />);
  const note = 'The other processor begins.';
  expect(screen.queryByText(note)).toBeNull();
  act(() => void controls.execute('play'));
  act(() => session.set({ playing: false }));
  const { run } = session;
  const at = run?.find({ actor: 1, op: 0, label: 'start', nth: 0 }).cursor ?? 0;
  act(() => session.jump(at));
  expect(screen.getByText(note)).toBeTruthy();
  act(() => session.jump(at + 1));
  expect(screen.queryByText(note)).toBeNull();
});

test('a broken invariant is named where it breaks', () => {
  const { controls } = testSession({ library: 'snapshot-exchange-missing' });
  render(<CaptionPanel controls={controls} />);
  act(() => void controls.execute('next-violation'));
  expect(screen.getByRole('alert').textContent).toMatch(/^Broken: /);
});
