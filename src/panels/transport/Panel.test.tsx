// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { TransportPanel } from './Panel';

afterEach(cleanup);

const button = (name: string): HTMLButtonElement => screen.getByRole('button', { name });

test('what cannot be done now is not offered', async () => {
  const { controls } = testSession();
  render(<TransportPanel controls={controls} />);
  expect(button('Back').disabled).toBe(true);
  expect(button('To the start').disabled).toBe(true);
  await userEvent.click(button('To the end'));
  expect(button('Back').disabled).toBe(false);
  expect(button('Forward').disabled).toBe(true);
});

test('play becomes pause, and the speed can be chosen', async () => {
  const { controls, session } = testSession();
  render(<TransportPanel controls={controls} />);
  await userEvent.click(button('Play'));
  expect(session.state.playing).toBe(true);
  await userEvent.click(button('Pause'));
  expect(session.state.playing).toBe(false);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Speed' }), '4×');
  expect(session.state.speed).toBe(4);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Speed' }), 'still');
  expect(session.beatLasts).toBe(0);
});

test('who acts here can be chosen: a branch begins and can be left again', async () => {
  const { controls, session } = testSession();
  render(<TransportPanel controls={controls} />);
  await userEvent.click(button('Forward'));
  await userEvent.click(button('Act here: choose who goes next'));
  await userEvent.click(screen.getByRole('menuitem', { name: 'Let vCPU 1 act here' }));
  expect(session.state.branch).toBe(1);
  expect(session.run?.actorOf(session.state.cursor)).toBe(1);
  await userEvent.click(button('Act here: choose who goes next'));
  await userEvent.click(screen.getByRole('menuitem', { name: 'Show the run as written' }));
  expect(session.state.branch).toBe(0);
});
