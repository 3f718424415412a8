import { expect, test } from './fixtures';

/** A worker explores whole hypervisors here, on machines that may have other things to do. */
const LONG = 60_000;

test('a race is found from a cold page, opened on stage, stepped through, shared and opened again', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A store between the walk and the lock');
  await app.race.open();
  await app.race.look();
  await expect(app.race.verdict).toHaveText('Everything holds, in every order', { timeout: LONG });

  // Without the re-check it breaks, and the row says how.
  const row = app.race.row(/^Re-check of the walk \d+ steps$/);
  await expect(row).toBeVisible({ timeout: LONG });
  await row.click();
  await expect(app.race.verdict).toHaveText(/^Broken: entry 005/);
  await expect(app.race.lanes).toContainText('The last choice that could have avoided it');

  // The rest of the table is not waited for.
  await app.race.cancel();
  await app.race.openOnStage();
  const { step } = await app.moment.steps();
  expect(step).toBeGreaterThan(50);
  await expect(app.timeline.branches.getByRole('button', { pressed: true })).toHaveText(
    'the race that was found',
  );
  const broken = await app.hash();
  await app.transport.back();
  expect(await app.hash()).not.toBe(broken);
  await app.transport.forward();
  expect(await app.hash()).toBe(broken);

  const link = await app.share.fragment();
  await app.open(link);
  expect(await app.hash()).toBe(broken);
  expect(await app.moment.steps()).toMatchObject({ step });
});

test('the page goes on while a worker explores, and a cancel is heard at once', async ({ app }) => {
  await app.open();
  await app.library.choose('A store between the walk and the lock');
  await app.race.open();
  await app.race.look();
  await expect(app.page.getByText('States per second')).toBeVisible({ timeout: LONG });
  const began = Date.now();
  await app.race.cancel();
  await expect(app.page.getByRole('button', { name: 'Look again' })).toBeVisible();
  expect(Date.now() - began).toBeLessThan(2000);
  await app.page.getByRole('button', { name: 'Back to the stage' }).click();
  await app.idle();
  await expect(app.page.getByRole('button', { name: 'Find a race' })).toBeVisible();
});
