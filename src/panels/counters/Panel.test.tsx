// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { CountersPanel } from './Panel';

afterEach(cleanup);

test('counts up to the cursor; what never counts in this run is folded away', () => {
  const { controls, session } = testSession({ library: 'unsync' });
  render(<CountersPanel controls={controls} />);
  const value = (name: string): string | undefined =>
    screen.getByText(name).parentElement?.querySelector('dd')?.textContent;
  expect(value('shadow unsync')).toBe('0');
  act(() => void controls.execute('to-end'));
  const { run } = session;
  expect(value('shadow unsync')).toBe(String(run?.world.counters.value('shadow_unsync')));
  const folded = within(screen.getByText(/stay at 0 in this run/).parentElement as HTMLElement).getAllByRole(
    'definition',
  );
  const never = run?.world.counters.specs.filter((spec) => run.world.counters.value(spec.name) === 0);
  expect(folded).toHaveLength(never?.length ?? -1);
});

test('gives the shares that the commits speak of, and says whose figures those are', () => {
  const { controls } = testSession({ library: 'demand-fault' });
  render(<CountersPanel controls={controls} />);
  expect(screen.queryByLabelText('Shares')).toBe(null);
  act(() => void controls.execute('to-end'));
  const shares = within(screen.getByLabelText('Shares'));
  expect(shares.getByText('walks re-checked').parentElement?.textContent).toMatch(
    /\d+(\.\d)? % \(1 of \d+\)The commit of February 2008 says 3\.7 %/,
  );
});
