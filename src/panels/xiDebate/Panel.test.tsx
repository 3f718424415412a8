// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { switchIsOn } from '../../session/switching';
import { testSession } from '../../testing/testSession';
import { XI_ALIASES, XI_PRESSURE } from '../../testing/xiTexts';
import { XiDebatePanel } from './Panel';

afterEach(cleanup);

const article = (name: string) => within(screen.getByRole('article', { name }));

test('every question has both voices, what came later, and how sure that is', () => {
  const { controls } = testSession({ text: XI_ALIASES });
  render(<XiDebatePanel controls={controls} />);
  expect(screen.getAllByRole('article')).toHaveLength(5);
  const asked = article('Backlinks for ordinary pages too?');
  const voices = asked.getAllByRole('heading', { level: 3 }).map((one) => one.parentElement?.textContent);
  expect(voices[0]).toMatch(/^hanzhu .*Keep them for page tables/);
  expect(voices[1]).toMatch(/^Phillips .*cannot know beforehand/);
  expect(asked.getByRole('link', { name: '047782fa01' }).getAttribute('href')).toContain('h=047782fa01');
  expect(asked.getAllByRole('button', { name: 'K' })[0]?.getAttribute('data-tip')).toMatch(/^Known:/);
  expect(screen.getByRole('region', { name: 'Misreadings' }).textContent).toContain(
    'Nobody knows what was timed',
  );
});

test('a setting is a switch of the run on stage, and both of its sides are counted there', async () => {
  const { controls, session } = testSession({ text: XI_ALIASES });
  render(<XiDebatePanel controls={controls} />);
  const question = article('Backlinks for ordinary pages too?');
  const asked = within(question.getByRole('group', { name: /^Who maps a page/ }));
  await userEvent.click(asked.getByRole('button', { name: 'Count both' }));
  const cells = within(
    asked.getByRole('rowheader', { name: 'entries read to find mappings' }).closest('tr') as HTMLElement,
  ).getAllByRole('cell');
  expect(Number(cells[0]?.textContent)).toBe(3);
  expect(Number(cells[1]?.textContent)).toBeGreaterThan(24);
  await userEvent.click(asked.getByRole('button', { name: 'linear search' }));
  expect(switchIsOn(session, 'chain-walk')).toBe(false);
  expect(asked.getByRole('button', { name: 'linear search' }).getAttribute('aria-pressed')).toBe('true');
});

test('a knob is set in the text, so that a link tells it; turned switches stay turned', async () => {
  const { controls, session } = testSession({ text: XI_PRESSURE });
  act(() => void controls.execute('switch:prefetch'));
  render(<XiDebatePanel controls={controls} />);
  const asked = article('Reserve memory up front?');
  await userEvent.click(asked.getByRole('button', { name: '12 kits' }));
  expect(session.state.text).toContain('\nknob kits 12\n');
  expect(session.state.text).not.toContain('knob kits 3');
  expect(switchIsOn(session, 'prefetch')).toBe(false);
  const { run } = session;
  expect(run?.peek(run.length, () => run.world.counters.all().spti_recycle)).toBe(0);
  const kept = article('One snapshot per shadow, for life?');
  expect(kept.getByRole('button', { name: 'in the kit' }).getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(kept.getByRole('button', { name: 'a pool of 2' }));
  expect(session.state.text).toContain('\nknob snapshots 2\n');
  await userEvent.click(kept.getByRole('button', { name: 'in the kit' }));
  expect(session.state.text).not.toContain('knob snapshots');
});
