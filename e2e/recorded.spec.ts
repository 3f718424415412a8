import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures';

const sample = (file: string, nth: number): string =>
  readFileSync(`src/testing/oracles/${file}`, 'utf8').split('\n')[nth] ?? '';

test('a recorded case dropped on the page plays on stage, beside its recording; a changed one shows the difference', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  const { page } = app;
  const line = sample('kvm/scripted.cases.jsonl', 2);
  await app.drop('case.jsonl', line);
  await expect(app.title).toHaveText(/A table goes out of sync and comes back/);
  const panel = page.getByRole('region', { name: 'Recording' });
  await expect(panel.getByRole('status')).toHaveText(/^All \d+ operations agree with the recording\.$/);
  await panel.getByRole('button', { name: /op 3\b/ }).click();
  await app.idle();
  await expect(panel.getByRole('button', { name: /op 3\b/ })).toHaveAttribute('aria-current', 'step');
  await expect(panel).toContainText('unsync_page');
  const there = await app.hash();
  await panel.getByRole('button', { name: /op 5\b/ }).click();
  await app.idle();
  expect(await app.hash()).not.toBe(there);

  const other = line.replace(/"ok":true,"value":"0x[0-9a-f]+"/, '"ok":true,"value":"0x7777"');
  await app.drop('other.jsonl', other);
  await expect(panel.getByRole('status')).toHaveText(/^1 of \d+ operations differ from the recording\.$/);
  await app.drop('cut.jsonl', line.slice(0, 3000));
  await expect(page.getByText(/^cut\.jsonl, line 1: not JSON/)).toBeVisible();
});

test('the page of what is checked has real numbers, and finds them again in the browser', async ({ app }) => {
  await app.open('#/truth');
  const { page } = app;
  const kvm = page.getByRole('region', { name: 'The shadow MMU of KVM' });
  await expect(kvm).toContainText('74 of 74 cases agree');
  await expect(kvm).toContainText('Not covered by any case');
  await page.getByRole('button', { name: 'Check again in this browser' }).click();
  // One section is proof enough that the thread works: the rest is the unit tests'.
  await expect(kvm.getByRole('status')).toContainText('the same 74, and the same counts', {
    timeout: 100_000,
  });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Stopped.')).toBeVisible();
});

test('a file of several cases offers them, and the one chosen is put on stage', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const { page } = app;
  await app.drop(
    'two.jsonl',
    [sample('xen/scripted.cases.jsonl', 1), sample('xen/scripted.cases.jsonl', 2)].join('\n'),
  );
  // The list is a page like any other: Back leads away from it.
  await expect(page).toHaveURL(/#\/recorded$/);
  const mine = page.getByRole('region', { name: 'two.jsonl' });
  await expect(mine.getByRole('listitem')).toHaveCount(2);
  await mine.getByRole('button').nth(1).click();
  await app.idle();
  await expect(page.getByRole('region', { name: 'Recording' }).getByRole('status')).toContainText(
    'operations agree',
  );
});
