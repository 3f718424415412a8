// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { FiguresPanel } from './Panel';

afterEach(cleanup);

const set = (name: string, value: number): void => {
  fireEvent.change(screen.getByRole('slider', { name }), { target: { value: String(value) } });
};

const cells = (name: RegExp): (string | null)[] =>
  within(screen.getByRole('rowheader', { name }).closest('tr') as HTMLElement)
    .getAllByRole('cell')
    .map((cell) => cell.textContent);

test('a full pool of 1 GiB: the search reads 12.8 MiB, the chain one entry per mapping', () => {
  render(<FiguresPanel controls={testSession().controls} />);
  expect(screen.getByRole('slider', { name: 'Memory' }).getAttribute('aria-valuetext')).toBe('1 GiB');
  expect(cells(/Linear, all/)).toEqual(['1,677,312', '12.8 MiB']);
  expect(cells(/Chain/)).toEqual(['3', '72 bytes']);
  set('Chain length', 1);
  expect(cells(/Chain/)).toEqual(['1', '24 bytes']);
  set('Memory', 2);
  expect(cells(/Linear, all/)).toEqual(['419,328', '3.2 MiB']);
  expect(screen.getByRole('img', { name: /^With 819 leaf tables/ })).toBeTruthy();
});

test('the pool slider changes what is set aside, and what else it could be', () => {
  render(<FiguresPanel controls={testSession().controls} />);
  const takes = screen.getByRole('region', { name: 'What it takes' });
  expect(takes.textContent).toContain('13,107 pages: 3,276 kits, 51.2 MiB');
  expect(cells(/no backlinks/)).toEqual(['2', '6,553']);
  set('Pool', 10);
  expect(takes.textContent).toContain('26,214 pages: 6,553 kits');
});

test('unit costs are knobs: a dearer install makes the search win sooner', () => {
  render(<FiguresPanel controls={testSession().controls} />);
  const pays = screen.getByRole('region', { name: 'When backlinks pay' });
  expect(pays.textContent).toContain('At 4,096, chains win: 24,585 against 838,656.');
  expect(pays.textContent).toContain('While fewer than 139,774 entries');
  set('t: install tax', 0);
  expect(pays.textContent).toContain('With no tax on installs, chains always win.');
  set('t: install tax', 6);
  set('Leaf tables in use', 1);
  set('Installs', 14);
  expect(pays.textContent).toContain('the search wins');
});

test('the title of the mail is nobody’s ratio', () => {
  render(<FiguresPanel controls={testSession().controls} />);
  expect(screen.getByRole('region', { name: 'Space against time' }).textContent).toContain(
    'No ratio here is that one.',
  );
});
