// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { LIBRARY, testSession } from '../../testing/testSession';
import { XI_ALIASES } from '../../testing/xiTexts';
import { SetupPanel } from './Panel';
import { Switches } from './Switches';

afterEach(cleanup);

test('a switch begins the run again with it turned, and says at which moment it stands', async () => {
  const { controls, session } = testSession({ library: 'snapshot-exchange' });
  render(<SetupPanel controls={controls} />);
  act(() => void controls.execute('next-fault'));
  const anchor = session.run?.anchorAt(session.state.cursor);
  const { run } = session;
  expect(run?.violations).toEqual([]);

  const exchange = screen.getByRole('switch', { name: /exchange/i });
  expect(exchange.getAttribute('aria-checked')).toBe('true');
  await userEvent.click(exchange);
  expect(exchange.getAttribute('aria-checked')).toBe('false');
  expect(session.run).not.toBe(run);
  expect(session.run?.anchorAt(session.state.cursor)).toEqual(anchor);
  expect(session.state.messages.at(-1)?.text).toMatch(
    /is off: the run began again and stands at the same moment/,
  );
  expect(session.run?.violations.length).toBeGreaterThan(0);

  await userEvent.click(exchange);
  expect(session.run?.violations).toEqual([]);
});

test('beside each switch of XI, here and below the story, stands how sure it is that XI was so', () => {
  const { controls, session } = testSession({ text: XI_ALIASES });
  render(<Switches controls={controls} />);
  const chain = screen.getByRole('switch', { name: 'Walk the chain' }).closest('[data-tip]') as HTMLElement;
  expect(within(chain).getByRole('button', { name: 'K' }).getAttribute('data-tip')).toMatch(/^Known:/);
  expect(screen.getAllByRole('button', { name: /^(K|D|RECONSTRUCTED|UNCERTAIN)$/ })).toHaveLength(
    session.runs?.design.switches.length ?? 0,
  );
});

test('a moment that does not come about any more is answered by the nearest, and that is said', async () => {
  const { controls, session } = testSession({ library: 'unsync' });
  render(<SetupPanel controls={controls} />);
  const { run } = session;
  const unsynced = run?.eventsIn(0, run.length).find((event) => event.kind === 'Unsynced');
  act(() => session.jump((unsynced?.step ?? 0) + 1));
  await userEvent.click(screen.getByRole('switch', { name: /^out of sync/i }));
  expect(session.state.messages.at(-1)?.text).toMatch(
    /does not come about any more; this is the nearest, step \d+/,
  );
});

test('a protection leads to a run that breaks without it', async () => {
  const made = testSession({ library: 'snapshot-exchange' });
  const { controls, session } = made;
  controls.sources = { ...made.sources, library: LIBRARY };
  render(<SetupPanel controls={controls} />);
  expect(screen.queryByRole('button', { name: 'See it break: Prefetch' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'See it break: Snapshot exchange' }));
  expect(session.state.spec?.title).toBe('A snapshot left behind');
  expect(session.run?.violations.length).toBeGreaterThan(0);
  expect(screen.getByText(/this run breaks for want of it/)).toBeTruthy();
});

test('says what a switch follows, and what a scenario can ask of the design', () => {
  const { controls } = testSession({ library: 'unsync' });
  render(<SetupPanel controls={controls} />);
  expect(screen.getByRole('link', { name: '24488e9b29' }).getAttribute('href')).toMatch(/h=24488e9b29$/);
  const operations = screen.getByRole('region', { name: 'Operations' });
  expect(operations.textContent).toContain('call p2m-move GUEST-FRAME MACHINE-FRAME under host or vcpu N');
});
