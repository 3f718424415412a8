import { expect, test } from './fixtures';
import { AppPage } from './pages/appPage';
import { DIST } from './support/dist';
import { serveFolder } from './support/serveFolder';

test('the stage has a scenario on it that is ready to step', async ({ app }) => {
  await app.open();
  await expect(app.title).not.toBeEmpty();
  expect(await app.page.title()).toContain('Shadowscope');
  const { step, of } = await app.moment.steps();
  expect(step).toBe(0);
  expect(of).toBeGreaterThan(20);
  await expect(app.moment.caption).not.toBeEmpty();
  // Tables of the guest are on stage before anything has run.
  await expect(app.stage.thing(/^guest entry/).first()).toBeVisible();
  await expect(app.messages.wrong(/./)).toHaveCount(0);
  expect(await app.hash()).toMatch(/^[0-9a-f]{16}$/);
});

test('the page works from any path of any static host', async ({ page, baseURL }) => {
  const address = new URL('courses/os/week-7/', baseURL).href;
  await serveFolder(page, address, DIST);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const app = new AppPage(page);
  await page.goto(`${address}#/stage`);
  await app.idle();
  await app.transport.forward();
  expect(await app.moment.step()).toBeGreaterThan(0);
  // The editor is a chunk of its own: it too is found beside the page.
  await app.editor.open();
  const outside = asked.filter((url) => !url.startsWith(address) && !url.startsWith('data:'));
  expect(outside).toEqual([]);
});

test('two visits show the same', async ({ app }) => {
  await app.withoutMotion();
  const ends: unknown[] = [];
  for (let visit = 0; visit < 2; visit++) {
    await app.open();
    await app.transport.toEnd();
    ends.push({ ...(await app.moment.snapshot()), ...(await app.moment.steps()) });
  }
  expect(ends[1]).toEqual(ends[0]);
});
