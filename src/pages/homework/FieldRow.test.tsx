// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { defined } from '../../base';
import { makeSheet } from '../../homework';
import { FieldRow } from './FieldRow';

afterEach(cleanup);

const [one] = makeSheet({ generator: 'walk', seed: 7, version: 1, count: 1, level: 1 });
const sheet = defined(one, 'an exercise');
const field = defined(sheet.exercise.fields[0], 'a field');

/** Keeps what is typed, as the sheet does. */
function Row({ checks }: { readonly checks: boolean }) {
  const [value, setValue] = useState('');
  return (
    <ol>
      <FieldRow
        one={sheet}
        field={field}
        value={value}
        onChange={setValue}
        mark={undefined}
        checks={checks}
      />
      <li>
        <input type="text" />
        <button type="button">Check</button>
      </li>
    </ol>
  );
}

it('says what cannot be read once somebody has gone on, on sheets that nobody may check', async () => {
  render(<Row checks={false} />);
  const user = userEvent.setup();
  const input = screen.getByLabelText(field.label);
  await user.type(input, 'seven');
  expect(screen.queryByText(/Not understood/)).toBeNull();
  await user.tab();
  expect(screen.getByText(/Found `seven`\. Expected a hexadecimal number/)).toBeTruthy();
  expect(input.getAttribute('aria-describedby')).toBe(screen.getByText(/Found `seven`/).id);
  await user.clear(input);
  await user.type(input, '0x7');
  await user.tab();
  expect(screen.queryByText(/Not understood/)).toBeNull();
  // Whether it is right, nobody says.
  expect(screen.queryByText(/Right|Not so/)).toBeNull();
});

it('moves no button from under the pointer of somebody who clicks it', async () => {
  render(<Row checks />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText(field.label), 'seven');
  await user.click(screen.getByRole('button'));
  expect(screen.queryByText(/Not understood/)).toBeNull();
});
