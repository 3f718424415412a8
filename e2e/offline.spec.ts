import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { AppPage } from './pages/appPage';
import { DIST } from './support/dist';
import { staticHost } from './support/staticHost';

/** Until the service worker is there, and with it everything that it keeps. */
const kept = (page: Page): Promise<unknown> =>
  page.evaluate(() => navigator.serviceWorker.ready.then(() => 1));

// One visit for both: what takes long is that everything is kept.
test('after one visit the page works without a network, in a folder of any host; a new version is taken only when asked for, and the moment and what is typed stay', async ({
  browser,
}, info) => {
  const root = info.outputPath('host');
  const folder = join(root, 'course', 'week-3');
  cpSync(DIST, folder, { recursive: true });
  const host = await staticHost(root);
  const context = await browser.newContext({
    baseURL: `${host.address}course/week-3/`,
    serviceWorkers: 'allow',
  });
  try {
    const app = new AppPage(await context.newPage());
    await app.withoutMotion();
    await app.open();
    await kept(app.page);
    await app.palette.run('Does this page work without a network?');
    await expect(app.messages.saying(/^This page works without a network: \d+ files/)).toBeVisible();

    await context.setOffline(true);
    await app.page.reload();
    await app.idle();
    // Parts that were never opened are there too.
    await app.library.choose('What a page walk is');
    await expect(app.title).toHaveText('What a page walk is');
    expect(
      await app.page.evaluate(() => fetch('./manifest.webmanifest').then((answer) => answer.json())),
    ).toMatchObject({ name: 'Shadowscope', display: 'standalone' });
    await app.timeline.drag(0.2, 0.45);
    const step = await app.moment.step();
    await app.press('Control+e');
    await app.page.locator('.cm-content').click();
    await app.page.keyboard.type('@@ ');
    await app.idle();
    await context.setOffline(false);

    // Another build: its page is another, so its service worker is.
    const page = join(folder, 'index.html');
    writeFileSync(
      page,
      readFileSync(page, 'utf8').replace('<title>', '<meta name="later" content="1"><title>'),
    );
    const worker = join(folder, 'sw.js');
    writeFileSync(
      worker,
      readFileSync(worker, 'utf8').replace(/const VERSION = "[^"]*"/, 'const VERSION = "later"'),
    );
    await app.page.evaluate(() => navigator.serviceWorker.ready.then((it) => it.update()));
    const offer = app.page.getByRole('status').filter({ hasText: 'A new version of this page is ready' });
    await expect(offer).toBeVisible();
    // Until it is asked for, nothing is loaded anew.
    expect(await app.page.locator('meta[name="later"]').count()).toBe(0);

    await Promise.all([
      app.page.waitForEvent('load'),
      offer.getByRole('button', { name: 'Load it' }).click(),
    ]);
    await app.idle();
    await expect(app.page.locator('meta[name="later"]')).toHaveCount(1);
    expect(await app.moment.step()).toBe(step);
    await app.press('Control+e');
    await expect(app.page.locator('.cm-content')).toContainText('@@');
  } finally {
    await context.close();
    host.end();
  }
});
