import { readFile } from 'node:fs/promises';
import type { Browser } from '@playwright/test';
import { decodeLink } from '../src/permalink';
import { expect, test } from './fixtures';
import { AppPage } from './pages/appPage';
import { buildWithExtraSteps, EARLIER, ELSEWHERE } from './support/extraStep';
import { serveFolder } from './support/serveFolder';

/** Opens a link where nobody has been before, so that nothing but the link can carry anything. */
async function elsewhere(browser: Browser, baseURL: string, build?: string): Promise<AppPage> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } });
  if (build !== undefined) await serveFolder(context, baseURL, build);
  return new AppPage(await context.newPage());
}

/** Goes somewhere telling: a switch set, a moment in the middle, an entry chosen. */
async function somewhere(app: AppPage): Promise<void> {
  await app.withoutMotion();
  await app.open();
  await app.setup.toggle('Prefetch');
  await app.timeline.drag(0.2, 0.45);
  await app.stage.choose(app.stage.thing(/^shadow entry/).first());
}

test('a copied link shows the same to somebody else: store, caption and focus', async ({
  app,
  browser,
  baseURL,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await somewhere(app);
  const here = await app.moment.snapshot();
  expect(here.focus).toMatch(/^shadow entry/);
  const { step } = await app.moment.steps();

  await app.share.open();
  await app.share.dialog.getByRole('button', { name: 'Copy link' }).click();
  await expect(app.share.dialog.getByRole('status')).toHaveText('Copied.');
  const copied = await app.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await app.share.link.inputValue());
  expect(copied.length).toBeLessThan(2_000);
  expect(copied.startsWith(`${baseURL}#/1/`)).toBe(true);

  const there = await elsewhere(browser, baseURL ?? '');
  await there.open(copied.slice(copied.indexOf('#')));
  expect(await there.moment.snapshot()).toEqual(here);
  expect(await there.moment.step()).toBe(step);
  await expect(there.setup.switch('Prefetch')).toHaveAttribute('aria-checked', 'false');
  await expect(there.messages.wrong(/./)).toHaveCount(0);
  // The link of what the link shows is the link.
  expect(await there.share.fragment()).toBe(copied.slice(copied.indexOf('#')));
  await there.page.context().close();
});

test('a link made before steps were added to procedures, one that ran earlier and one that never does here, opens at the same moment', async ({
  app,
  browser,
  baseURL,
}, info) => {
  const later = info.outputPath('later');
  await buildWithExtraSteps([ELSEWHERE, EARLIER], later);
  await somewhere(app);
  const here = await app.moment.snapshot();
  const step = await app.moment.step();
  const link = await app.share.fragment();

  const there = await elsewhere(browser, baseURL ?? '', later);
  await there.open(link);
  expect(await there.moment.snapshot()).toEqual(here);
  // The step that was added before the moment counts, the other does not.
  expect(await there.moment.step()).toBe(step + 1);
  await expect(there.messages.wrong(/./)).toHaveCount(0);
  await expect(there.messages.saying('no longer exists')).toHaveCount(0);

  // The other build is another one: its own links carry another fingerprint of the step tables.
  const tables = [link, await there.share.fragment()].map((fragment) => {
    const read = decodeLink(fragment);
    return read.kind === 'ok' ? read.value.tables : read.error.found;
  });
  expect(tables[1]).not.toBe(tables[0]);
  await there.page.context().close();
});

test('opening “share” writes nothing anywhere', async ({ app }) => {
  await app.open();
  const kept = () => app.page.evaluate(() => [location.href, history.length, { ...localStorage }]);
  const before = await kept();
  await app.share.open();
  await app.press('Escape');
  expect(await kept()).toEqual(before);
});

test('a file carries the same, and opens again', async ({ app, browser, baseURL }, info) => {
  await somewhere(app);
  const here = await app.moment.snapshot();
  await app.share.open();
  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    app.share.dialog.getByRole('button', { name: 'Download as a file' }).click(),
  ]);
  const file = info.outputPath(download.suggestedFilename());
  expect(file).toMatch(/\.shadowscope$/);
  await download.saveAs(file);
  expect(JSON.parse(await readFile(file, 'utf8'))).toBeTruthy();

  const there = await elsewhere(browser, baseURL ?? '');
  await there.withoutMotion();
  await there.open();
  await there.share.open();
  const [chooser] = await Promise.all([
    there.page.waitForEvent('filechooser'),
    there.share.dialog.getByRole('button', { name: 'Open a file' }).click(),
  ]);
  await chooser.setFiles(file);
  await expect.poll(() => there.hash()).toBe(here.hash);
  await there.idle();
  expect(await there.moment.snapshot()).toEqual(here);
  await there.page.context().close();
});

test('back and forward go through the scenarios that were opened', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const first = (await app.title.textContent()) ?? '';
  await app.library.choose('What a page walk is');
  await app.library.choose('A value that comes and goes');
  await app.page.goBack();
  await app.idle();
  await expect(app.title).toHaveText('What a page walk is');
  await app.page.goBack();
  await app.idle();
  await expect(app.title).toHaveText(first);
  await app.page.goForward();
  await app.page.goForward();
  await app.idle();
  await expect(app.title).toHaveText('A value that comes and goes');
});
