// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { PvPricePanel } from './Panel';

afterEach(cleanup);

const cells = (name: RegExp): (string | null)[] =>
  within(screen.getByRole('rowheader', { name }).closest('tr') as HTMLElement)
    .getAllByRole('cell')
    .map((cell) => cell.textContent);

test('the prices of the sheet, and they go with the slider', () => {
  render(<PvPricePanel controls={testSession().controls} />);
  expect(cells(/^T trap$/)).toEqual(['128', '0', '0', '64', '1,280']);
  expect(cells(/^P preserve-ad$/)).toEqual(['0', '2', '64', '0', '74']);
  fireEvent.change(screen.getByRole('slider', { name: 'Pages' }), { target: { value: '10' } });
  expect(cells(/^T trap$/)).toEqual(['2,048', '0', '0', '1,024', '20,480']);
  expect(cells(/^V vmi$/)).toEqual(['0', '2', '2,048', '1,024', '2,257']);
  expect(screen.getByRole('img', { name: /^Traps and calls for 1,024 pages: trap 2048/ })).toBeTruthy();
});
