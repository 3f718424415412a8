// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { FindPanel } from './Panel';

afterEach(cleanup);

test('an answer is a moment to go to', async () => {
  const { controls, session } = testSession();
  controls.execute('to-end');
  controls.execute('find');
  render(<FindPanel controls={controls} />);
  await userEvent.click(screen.getByRole('button', { name: 'When was the last page fault?' }));
  const answer = screen.getByRole('button', { name: /^step \d+ · vCPU 1/ });
  await userEvent.click(answer);
  expect(answer.textContent).toContain(`step ${session.state.cursor} `);
  expect(session.state.cursor).toBeLessThan(session.state.length);
  expect(session.state.dialog).toBeUndefined();
});

test('a question without an answer says so', async () => {
  const { controls } = testSession();
  controls.execute('find');
  render(<FindPanel controls={controls} />);
  await userEvent.click(screen.getByRole('button', { name: 'When was the last page fault?' }));
  expect(screen.getByText('Not in this run up to step 0.')).toBeTruthy();
});
