// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { Guarded } from './Guarded';

afterEach(cleanup);

const part = { broken: false };

function Fragile(props: { readonly part: { readonly broken: boolean } }) {
  if (props.part.broken) throw new Error('no such frame');
  return <p>whole again</p>;
}

test('a panel that fails says so in its own place, the rest goes on, and Reset draws it again', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  part.broken = true;
  render(
    <>
      <Guarded name="stage">
        <Fragile part={part} />
      </Guarded>
      <p>the rest</p>
    </>,
  );
  expect(screen.getByRole('alert').textContent).toContain('The stage panel stopped: no such frame');
  expect(screen.getByText('the rest')).toBeTruthy();
  expect(log).toHaveBeenCalled();
  part.broken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Reset' }));
  expect(screen.getByText('whole again')).toBeTruthy();
});
