// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { VcpusPanel } from './Panel';

afterEach(cleanup);

test('each vCPU with its top levels and hints; what a value points at can be chosen', async () => {
  const { controls, session } = testSession({ library: 'crush' });
  render(<VcpusPanel controls={controls} />);
  const first = screen.getByRole('region', { name: 'vCPU 0' });
  expect(within(first).getByText('last writable').nextSibling?.textContent).toBe('none');
  expect(within(first).getByText('fast emulation').nextSibling?.textContent).toBe('off');
  await userEvent.click(within(first).getByRole('button', { name: 's800' }));
  expect(session.state.focus.now?.entity).toBe('shadow s800');
  expect(screen.getByRole('region', { name: 'vCPU 1' })).toBeTruthy();
});

test('the virtual TLB fills as addresses are translated, and leads to the table behind a frame', async () => {
  const { controls, session } = testSession({ library: 'crush' });
  render(<VcpusPanel controls={controls} />);
  const first = screen.getByRole('region', { name: 'vCPU 0' });
  expect(within(first).queryByRole('button', { name: '0x030' })).toBeNull();
  const { run } = session;
  const added = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'FixupAdded');
  act(() => session.jump((added?.step ?? 0) + 1));
  const line = within(first)
    .getAllByRole('row')
    .find((row) => row.textContent?.includes('0x030')) as HTMLElement;
  expect(line.textContent).toContain('0xffff_8100_0003_0000');
  await userEvent.click(within(line).getByRole('button', { name: '0x030' }));
  expect(session.state.focus.now?.entity).toBe('guest 0x030');
});
