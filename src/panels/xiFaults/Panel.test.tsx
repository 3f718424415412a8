// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { XiFaultsPanel } from './Panel';

afterEach(cleanup);

const lit = (): (string | undefined)[] =>
  within(screen.getByRole('region', { name: 'Rows' }))
    .getAllByRole('listitem')
    .filter((row) => row.getAttribute('aria-current') === 'step')
    .map((row) => row.firstChild?.textContent ?? undefined);

test('rows that decided the last fault are lit: a store to a page table while writes are logged meets two', () => {
  const { controls, session } = testSession({ library: 'xi-dirty-log' });
  render(<XiFaultsPanel controls={controls} />);
  expect(lit()).toEqual([]);
  expect(screen.getByRole('button', { name: 'RECONSTRUCTED' })).toBeTruthy();
  const { run } = session;
  const opened = run?.eventsIn(0, run.length).find(({ kind }) => kind === 'OosOpen');
  act(() => session.jump((opened?.step ?? 0) + 1));
  expect(lit()).toEqual(expect.arrayContaining(['5', '6']));
});
