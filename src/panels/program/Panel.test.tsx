// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { TWO_WALKS, testSession } from '../../testing/testSession';
import { ProgramPanel } from './Panel';

afterEach(cleanup);

test('marks the operation that each vCPU is in, and goes to where one begins', async () => {
  const { controls, session } = testSession();
  render(<ProgramPanel controls={controls} />);
  expect(document.querySelector('[aria-current="step"]')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /^store/ }));
  const { run, state } = session;
  expect(run?.opOf(state.cursor - 1)).toBe(1);
  expect(run?.actorOf(state.cursor - 1)).toBe(0);
  expect(document.querySelector('[aria-current="step"]')?.textContent).toBe(
    'store 0x7f80_8820_7a30 = 0x1234',
  );
  act(() => void controls.execute('to-end'));
  expect(document.querySelector('[aria-current="step"]')).toBeNull();
});

test('of a long program it shows the part around the current operation and says how much more there is', () => {
  const text = TWO_WALKS.replace(
    '  load 0x7f80_8800_3000\n',
    '  repeat 300\n    load 0x7f80_8800_3000\n  end\n',
  );
  const { controls, session } = testSession({ text });
  render(<ProgramPanel controls={controls} />);
  expect(screen.getByText('261 more')).toBeTruthy();
  expect(screen.getAllByRole('button').length).toBeLessThan(60);
  const at = session.run?.find({ actor: 0, op: 150, label: 'start', nth: 0 }).cursor ?? 0;
  act(() => session.jump(at));
  expect(screen.getByText('130 before')).toBeTruthy();
  expect(document.querySelectorAll('[aria-current="step"]')).toHaveLength(1);
});
