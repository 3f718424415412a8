// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { Terms } from './Terms';

afterEach(cleanup);

const PARTS = [
  { text: 'The ' },
  { text: 'TLBs', term: { name: 'TLB', says: 'Translations that a processor keeps.' } },
  { text: ' are flushed.' },
];

test('a term explains itself on focus, and Escape sends the words away but not what they stand in', async () => {
  const user = userEvent.setup();
  const heard: string[] = [];
  const { container } = render(
    // biome-ignore lint/a11y/noStaticElementInteractions: it stands for a dialog that would close
    <div onKeyDown={(event) => heard.push(event.key)}>
      <Terms parts={PARTS} />
    </div>,
  );
  expect(container.textContent).toBe('The TLBs are flushed.');
  expect(screen.queryByRole('tooltip')).toBe(null);
  await user.tab();
  const tip = screen.getByRole('tooltip');
  expect(tip.textContent).toBe('TLB Translations that a processor keeps.');
  expect(document.activeElement?.getAttribute('aria-describedby')).toBe(tip.id);
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('tooltip')).toBe(null);
  expect(heard).toEqual([]);
  await user.keyboard('{Escape}');
  expect(heard).toEqual(['Escape']);
});

test('under the pointer it stays while the pointer is on the words, and goes when it leaves', () => {
  render(<Terms parts={PARTS} />);
  const term = screen.getByText('TLBs');
  fireEvent.pointerEnter(term);
  const tip = screen.getByRole('tooltip');
  expect(term.contains(tip)).toBe(true);
  fireEvent.pointerOut(term, { relatedTarget: tip });
  fireEvent.pointerOver(tip, { relatedTarget: term });
  expect(screen.getByRole('tooltip')).toBeTruthy();
  fireEvent.pointerLeave(term);
  expect(screen.queryByRole('tooltip')).toBe(null);
});

test('where the keyboard does not stop, there is only the pointer', () => {
  render(<Terms parts={PARTS} stops={false} />);
  expect(screen.getByText('TLBs').hasAttribute('tabindex')).toBe(false);
});
