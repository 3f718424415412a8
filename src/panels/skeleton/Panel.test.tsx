// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { SkeletonPanel } from './Panel';

afterEach(cleanup);

test('follows the cursor and moves it by a command', async () => {
  const { controls, session } = testSession();
  render(<SkeletonPanel controls={controls} />);
  expect(screen.getByText('nothing yet')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'One more' }));
  expect(session.state.cursor).toBe(1);
  expect(screen.getByText('guest.start')).toBeTruthy();
});
