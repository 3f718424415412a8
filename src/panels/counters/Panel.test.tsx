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
