// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { RemovalPanel } from './Panel';

afterEach(cleanup);

const cells = (name: string): (string | null)[] => {
  const row = screen
    .getAllByRole('row')
    .find((one) => within(one).queryByRole('rowheader', { name }) !== null);
  return row === undefined
    ? []
    : within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent);
};

test('every way is counted where the run has used it, beside what it would cost', async () => {
  const { controls, session } = testSession({ library: 'ways-to-find-a-mapping' });
  render(<RemovalPanel controls={controls} />);
  expect(cells('Full search').slice(0, 2)).toEqual(['0', '0']);
  act(() => session.jump(session.state.length));
  expect(cells('Fixups').slice(0, 2)).toEqual(['1', '1']);
  expect(cells('Guesses').slice(0, 2)).toEqual(['1', '1']);
  expect(cells('Full search').slice(0, 2)).toEqual(['1,585', '1']);
  expect(cells('Last hint').slice(0, 2)).toEqual(['49', '1']);
  const so = screen.getByRole('region', { name: 'Searches so far' });
  expect(
    within(so)
      .getAllByRole('button')
      .map((one) => one.textContent),
  ).toEqual([
    '0x030vCPU 0: 1 by fixup1',
    '0x030vCPU 0: 1 by guess1',
    '0x030vCPU 1: 1,585 by search1,585',
    expect.stringContaining('49 by hint'),
  ]);
  await userEvent.click(within(so).getAllByRole('button')[2] as HTMLElement);
  expect(screen.getByRole('region', { name: 'Reads' }).textContent).toMatch(
    /Reading now.*Hash bucket \d+ of 251, shadow 1 of 5.*1full search/,
  );
});

test('the slider says what a search reads with more shadows; the others stay', () => {
  const { controls } = testSession({ library: 'crush' });
  render(<RemovalPanel controls={controls} />);
  const slider = screen.getByRole('slider', { name: 'L1 shadows' });
  expect(slider.getAttribute('aria-valuetext')).toBe('32 L1 shadows');
  const figure = (name: string) => screen.getByText(name).closest('div')?.querySelector('dd')?.textContent;
  expect([figure('search'), figure('hint')]).toEqual(['16,384', '512']);
  fireEvent.change(slider, { target: { value: '7' } });
  expect([figure('search'), figure('hint')]).toEqual(['65,536', '512']);
  expect(screen.getByRole('heading', { name: 'With 128 L1 shadows, at most' })).toBeTruthy();
});
