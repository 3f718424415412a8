import { readFileSync } from 'node:fs';
import { runLab } from '../src/cli/labCommand';
import { expect, test } from './fixtures';
import { Lab } from './pages/lab';

/** `npm run soak -- lab` may ask for more. */
const ACCESSES = Number(process.env.LAB_ACCESSES ?? 10_000_000);

/** What takes the page's own thread away from a person, in milliseconds. */
const LONGEST_TASK = 1000;

test.describe('the lab', () => {
  test('counts what the command line counts for the same seed, and the page goes on meanwhile', async ({
    app,
    page,
  }) => {
    const lab = new Lab(app);
    await lab.open(`workload=switch&design=xen&seed=7&accesses=${ACCESSES}`);
    await page.evaluate(() => {
      const long: number[] = [];
      Object.assign(window, { long });
      new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({
        type: 'longtask',
      });
    });
    const over = await lab.run();
    await page.getByText('Switches', { exact: true }).click();
    await expect(page.getByRole('switch').first()).toBeVisible();
    // Answered while it runs.
    await expect(page.getByRole('progressbar', { name: 'Run A' })).toBeVisible();
    await expect(over).toBeVisible({ timeout: 3_000_000 });
    const long = await page.evaluate(() => (window as unknown as { long: number[] }).long);
    expect(Math.max(0, ...long)).toBeLessThan(LONGEST_TASK);

    const file = readFileSync(await (await lab.download('JSON of A')).path(), 'utf8');
    const command = (await page.locator('.lab-command').textContent()) ?? '';
    const [, words = ''] = command.split(' -- ');
    expect([file]).toEqual(runLab([...words.split(' '), '--json']).out);
    const { totals } = JSON.parse(file);
    await expect(lab.count('cr3 loads')).toHaveText(totals['cr3 loads'].toLocaleString('en-US'));
  });

  test('sets two runs beside each other, is cancelled, and its link opens the same settings', async ({
    app,
    page,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const lab = new Lab(app);
    await lab.open('workload=fork&design=kvm&seed=3&accesses=100000000');
    await lab.button('Set another beside it').click();
    await lab.button('Run').click();
    await expect(page.getByRole('progressbar', { name: 'Run B' })).toBeVisible();
    await lab.button('Cancel').click();
    await expect(page.getByText(/^Run A was cancelled/)).toBeVisible();
    await lab.button('Copy link').click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await app.open(link.slice(link.indexOf('#')));
    await expect(page.getByLabel('Workload').first()).toHaveValue('fork');
    await expect(page.getByLabel('Design')).toHaveCount(2);
    await expect(page.getByLabel('Design').last()).toHaveValue('nested');
  });

  test('puts the beginning of a run on the stage', async ({ app, page }) => {
    const lab = new Lab(app);
    await lab.open('workload=exec&design=xi&seed=1');
    await lab.button('First 100 operations of A on the stage').click();
    await app.idle();
    await expect(page.getByRole('heading', { name: /Exec and exit: the first/ }).first()).toBeVisible();
    await app.transport.toEnd();
  });

  test('says what an address asks for that cannot be run', async ({ app, page }) => {
    await new Lab(app).open('workload=sleep&seed=-1');
    await expect(page.getByRole('alert')).toContainText('The workload is `sleep`. Expected one of: compile');
    await expect(page.getByRole('alert')).toContainText('seed is `-1`. Expected a whole number');
  });
});

test('the published figures stand beside what is counted when they are read', async ({ app, page }) => {
  await app.open('#/published/lockless-walk');
  await expect(page.getByRole('row', { name: /^54\.9 %/ })).toContainText(/\d % \([\d,]+ of [\d,]+\)/, {
    timeout: 90_000,
  });
  await expect(page.getByRole('row', { name: /^1\.1 %, 0\.4 %, 0\.5 %/ })).toContainText('No figure.');
  await page.getByRole('heading', { name: /pte read-modify-write/ }).scrollIntoViewIfNeeded();
  await expect(page.getByRole('row', { name: /^trap 16 0 0 0/ })).toBeVisible({ timeout: 60_000 });
  await app.open('#/published/nobody');
  await expect(page.getByRole('alert')).toContainText('No document here is called “nobody”');
});
