// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { StoryPanel } from './Panel';

afterEach(cleanup);

test('tells what the scenario is about, and leads to its notes', async () => {
  const { controls, session } = testSession();
  render(<StoryPanel controls={controls} />);
  expect(screen.getByRole('heading', { name: 'Two walks' })).toBeTruthy();
  expect(screen.getByText('Two processors look addresses up.')).toBeTruthy();
  await userEvent.click(screen.getByText('One note along the way'));
  await userEvent.click(screen.getByRole('button', { name: /The other processor begins/ }));
  expect(session.run?.actorOf(session.state.cursor - 1)).toBe(1);
  expect(session.run?.opOf(session.state.cursor - 1)).toBe(0);
});
