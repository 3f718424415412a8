import { expect, test } from './fixtures';
import type { AppPage } from './pages/appPage';

/** Steps forward, step by step, until the caption says something; gives up when it never does. */
async function stepTo(app: AppPage, words: RegExp): Promise<void> {
  for (let step = 0; step < 120; step++) {
    if (words.test(await app.moment.words())) return;
    await app.press('Shift+ArrowRight');
  }
  throw new Error(`No step of the run says ${words}.`);
}

test('the lost dirty bit, stepped from a cold page: marked, overwritten, lost', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('The lost dirty bit');
  await stepTo(app, /reads entry 000 of 0x013.*not dirty/);
  await stepTo(app, /marks entry 000 of .* as dirty/);
  await expect(app.stage.entry('guest', '000', '0x013')).toHaveAccessibleName(/dirty/);
  await stepTo(app, /mprotect is over/);
  await app.press('Shift+ArrowRight');
  await expect(app.moment.broken.first()).toContainText('Whoever reclaims it will drop it');
  await stepTo(app, /so it is dropped. But it was written: what was written is lost/);
});

test('VMI’s late flush, stepped from a cold page: a freed frame comes back, and another order avoids it', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A late flush brings a freed page back');
  await stepTo(app, /2 updates still wait, although the lock is about to be released/);
  await stepTo(app, /belongs to another process now/);
  await stepTo(app, /One call into the hypervisor delivers 2 updates/);
  await app.transport.toEnd();
  await expect(app.moment.broken.first()).toContainText('Broken');
  await app.library.choose('Flush before the lock is released');
  await app.race.open();
  await app.race.look();
  await expect(app.race.verdict).toHaveText('Everything holds, in every order', { timeout: 60_000 });
});

test('nested paging: every read of the walk is counted on stage', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('TLB miss under nested paging: 24 reads');
  await stepTo(app, /reads entry 040 of the nested L1 table/);
  await expect(app.page.getByText('24 of 24 reads')).toBeVisible();
  await app.transport.forward();
  expect(await app.moment.words()).toMatch(
    /It took 24 reads: 4 of the guest’s tables, 20 of the nested ones/,
  );
});
