// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { XI_PRESSURE } from '../../testing/xiTexts';
import { XiKitsPanel } from './Panel';

afterEach(cleanup);

const rows = (name: string): (string | null)[] =>
  within(screen.getByRole('region', { name }))
    .queryAllByRole('listitem')
    .map((one) => one.textContent);

test('kits from free to in use, in the order of their last use, and which goes when none is free', async () => {
  const { controls, session } = testSession({ text: XI_PRESSURE });
  render(<XiKitsPanel controls={controls} />);
  const set = screen.getByRole('region', { name: 'Set aside' });
  expect(set.textContent).toContain('0 of 3 kits in use');
  expect(set.textContent).toContain('3 × 4 = 12 pages of the domain’s 64');
  expect(screen.getByText(/set aside when the domain loads its first root/)).toBeTruthy();
  const { run } = session;
  const first = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'SptiAlloc');
  act(() => session.jump((first?.step ?? 0) + 1));
  expect(rows('Free kits')).toEqual(['S1', 'S2']);
  const recycled = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'SptiRecycle');
  act(() => session.jump(recycled?.step ?? 0));
  expect(screen.getByRole('heading', { name: 'None free: the next one is recycled' })).toBeTruthy();
  expect(rows('In use').some((text) => text?.includes('root of vCPU 0'))).toBe(true);
  const victim = rows('In use').find((text) => text?.includes('goes first'));
  act(() => session.jump((recycled?.step ?? 0) + 1));
  expect(screen.getByRole('region', { name: 'Now' }).textContent).toBe(
    `S${Number(recycled?.kit)} is recycled: the shadow of 0x002 was used least recently`,
  );
  expect(victim).toContain('L1 table 0x002');
  await userEvent.click(screen.getByRole('button', { name: 'S0' }));
  expect(session.state.focus.now?.entity).toMatch(/^shadow s/);
});

test('a freed kit holds leftovers until somebody zeroes it, and waiting for that is counted', () => {
  const { controls, session } = testSession({ text: XI_PRESSURE });
  render(<XiKitsPanel controls={controls} />);
  const { run } = session;
  const zeroed = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'PageZero');
  act(() => session.jump((zeroed?.step ?? 0) + 1));
  expect(screen.getByRole('region', { name: 'Now' }).textContent).toContain(
    'is zeroed while somebody waits: 4 pages',
  );
  const counted = screen.getByRole('region', { name: 'Counted' });
  expect(within(counted).getByText('pages zeroed, waiting').nextSibling?.textContent).toBe('4');
});

test('another design has no kits', () => {
  const { controls } = testSession();
  const { container } = render(<XiKitsPanel controls={controls} />);
  expect(container.textContent).toBe('');
});
