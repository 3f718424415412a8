// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { XI_ALIASES } from '../../testing/xiTexts';
import { XiBesidePanel } from './Panel';

afterEach(cleanup);

const count = (name: string): string | null | undefined =>
  within(screen.getByRole('region', { name })).getByText(/visited$|read$/).textContent;

test('the same question under both settings, read by read, until each is over', async () => {
  const { controls, session } = testSession({ text: XI_ALIASES });
  act(() => session.jump(session.state.length));
  render(<XiBesidePanel controls={controls} />);
  expect(screen.getByRole('heading', { name: /^Who maps 0x014/ })).toBeTruthy();
  expect(count('Chain')).toBe('3 visited');
  const all = count('Linear search');
  const slider = screen.getByRole('slider', { name: 'Reads of each' });
  fireEvent.change(slider, { target: { value: '1' } });
  expect([count('Chain'), count('Linear search')]).toEqual(['1 visited', '1 read']);
  for (let i = 0; i < 3; i++) await userEvent.click(screen.getByRole('button', { name: 'One read on' }));
  expect([count('Chain'), count('Linear search')]).toEqual(['3 visited', '4 read']);
  expect(screen.getByRole('region', { name: 'Chain' }).textContent).toContain('72 bytes, 3 hits, over');
  await userEvent.click(screen.getByRole('button', { name: 'Follow the stage' }));
  expect(count('Linear search')).toBe(all);
});

test('it follows the stage: as many reads here as there', () => {
  const { controls, session } = testSession({ text: XI_ALIASES });
  render(<XiBesidePanel controls={controls} />);
  const visits = session.run?.eventsIn(0, session.run.length).filter(({ kind }) => kind === 'BlVisit') ?? [];
  expect(visits).toHaveLength(3);
  act(() => session.jump((visits[1]?.step ?? 0) + 1));
  expect([count('Chain'), count('Linear search')]).toEqual(['2 visited', '2 read']);
});

test('both whole runs are counted, and either can be put on stage', async () => {
  const { controls, session } = testSession({ text: XI_ALIASES });
  render(<XiBesidePanel controls={controls} />);
  const row = () =>
    within(
      screen.getByRole('rowheader', { name: 'entries read to find mappings' }).closest('tr') as HTMLElement,
    )
      .getAllByRole('cell')
      .map((cell) => Number(cell.textContent));
  const [chain, linear] = row();
  expect(chain).toBe(3);
  await userEvent.click(screen.getByRole('button', { name: 'Put the linear search on stage' }));
  const { run } = session;
  expect(run?.peek(run.length, () => run.world.counters.all().linear_reads)).toBe(linear);
  expect(row()).toEqual([chain, linear]);
  expect(screen.getByRole('region', { name: 'Linear search' }).textContent).toContain('on stage');
});
