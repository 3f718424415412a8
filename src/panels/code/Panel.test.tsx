// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { CodePanel } from './Panel';

afterEach(cleanup);

const current = (): Element | null => document.querySelector('[aria-current="step"]');

test('marks the very line of the step that ran, whatever the step', () => {
  const { controls, session } = testSession();
  render(<CodePanel controls={controls} />);
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  for (let cursor = 1; cursor <= run.length; cursor++) {
    act(() => session.jump(cursor));
    expect(current()?.textContent).toBe(run.nameOf(cursor - 1).step?.line.trim());
    expect(current()?.className).toBe('is-ran');
  }
});

test('keeps an eye on one vCPU: it waits at its next line while the other runs', async () => {
  const { controls } = testSession();
  render(<CodePanel controls={controls} />);
  act(() => void controls.execute('beat-forward'));
  await userEvent.click(screen.getByRole('tab', { name: 'vCPU 1' }));
  expect(current()?.className).toBe('is-next');
  act(() => void controls.execute('to-end'));
  await userEvent.click(screen.getByRole('tab', { name: 'vCPU 0' }));
  expect(screen.getByText('vCPU 0 has nothing left to run.')).toBeTruthy();
});

test('names the commit and the function that a procedure follows, with a link to the commit', async () => {
  const { controls, session } = testSession({ library: 'unsync' });
  render(<CodePanel controls={controls} />);
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  const steps = Array.from({ length: run.length }, (_, i) => i);
  const fault = steps.find((i) => run.nameOf(i).label.startsWith('sh_page_fault.')) ?? -1;
  act(() => session.jump(fault + 1));
  const link = await screen.findByRole('link', { name: 'd067e4b077' });
  expect(link.getAttribute('href')).toBe('https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h=d067e4b077');
  expect(link.parentElement?.textContent).toBe('Follows Xen d067e4b077 multi.c sh_page_fault');
});
