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

test('a CR3 load empties the virtual TLB; its lines lead to the tables behind their frames', async () => {
  const { controls, session } = testSession({ library: 'a-page-table-may-drift' });
  render(<VcpusPanel controls={controls} />);
  const second = screen.getByRole('region', { name: 'vCPU 1' });
  const slots = () => within(second).getByRole('heading', { level: 3 }).textContent;
  const { run } = session;
  const added = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'FixupAdded');
  act(() => session.jump((added?.step ?? 0) + 1));
  const line = within(second)
    .getAllByRole('row')
    .find((row) => row.textContent?.includes('0x02e')) as HTMLElement;
  expect(line.textContent).toContain('0xffff_8100_0002_e000');
  await userEvent.click(within(line).getByRole('button', { name: '0x02e' }));
  expect(session.state.focus.now?.entity).toBe('guest 0x02e');
  act(() => session.jump(session.state.length));
  expect(slots()).toBe('Virtual TLB: 0 of 13 slots');
});
