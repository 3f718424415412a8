// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { focus } from '../../session/focusing';
import { testSession } from '../../testing/testSession';
import { XI_ALIASES } from '../../testing/xiTexts';
import { XiChosenPanel } from './Panel';

afterEach(cleanup);

test('from a page along its chain: each entry says which come before and behind it', async () => {
  const { controls, session } = testSession({ text: XI_ALIASES });
  act(() => session.jump(session.state.length));
  render(<XiChosenPanel controls={controls} />);
  act(() => focus(session, 'frame 0x014'));
  const chain = within(screen.getByRole('region', { name: 'Chain of 3 entries' }));
  expect(chain.getAllByRole('button').map((one) => one.textContent)).toEqual([
    'RECONSTRUCTED',
    'S3[2]',
    'S2[1]',
    'S1[0]',
  ]);
  await userEvent.click(chain.getByRole('button', { name: 'S2[1]' }));
  const link = screen.getByRole('region', { name: 'Its backlink' });
  // Entry 1's record: the second of 16 bytes in the kit's third page.
  expect(link.textContent).toMatch(/in s[0-9a-f]+ at 0x010/);
  expect(within(link).getByText('prev').nextSibling?.textContent).toBe('S3[2]');
  expect(within(link).getByText('next').nextSibling?.textContent).toBe('S1[0]');
  expect(screen.getByRole('region', { name: 'Entry S2[1]' }).textContent).toContain('page 0x014');
  expect(screen.getByRole('region', { name: 'SPTI' }).textContent).toContain('S0[1]');
});

test('nothing is said of what XI keeps no books of', () => {
  const { controls, session } = testSession();
  const { container } = render(<XiChosenPanel controls={controls} />);
  act(() => focus(session, 'frame 0x040'));
  expect(container.textContent).toBe('');
});
