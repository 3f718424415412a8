import type { FrameLocator, Page } from '@playwright/test';
import { embedSnippet } from '../src/session/embed/protocol';
import { expect, test } from './fixtures';

/** A course page on another origin's terms: it has nothing of ours but the frame, and keeps what the frame says. */
async function coursePage(page: Page, baseURL: string, fragment: string): Promise<FrameLocator> {
  const frame = embedSnippet(`${baseURL}${fragment}`, 'A moment');
  await page.route('**/course.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>Course</title><main><h1>Week 3</h1>${frame}</main>
<script>window.heard = []; addEventListener('message', (event) => window.heard.push(event.data));</script></html>`,
    }),
  );
  await page.goto(`${baseURL}course.html`);
  await expect.poll(() => heard(page, 'ready')).toHaveLength(1);
  return page.frameLocator('iframe');
}

interface Heard {
  readonly say: string;
  readonly id?: string;
  readonly why?: string;
  readonly step?: number;
  readonly steps?: number;
  readonly caption?: string;
}

const heard = (page: Page, say: string): Promise<Heard[]> =>
  page.evaluate(
    (wanted) => (window as unknown as { heard: Heard[] }).heard.filter((one) => one.say === wanted),
    say,
  );

const ask = (page: Page, message: unknown): Promise<void> =>
  page.evaluate(
    (what) => document.querySelector('iframe')?.contentWindow?.postMessage(what, '*'),
    message as never,
  );

const last = async (page: Page): Promise<Heard | undefined> => (await heard(page, 'state')).at(-1);

test('a course page moves the page in its frame, and is told what is on stage', async ({
  app,
  page,
  baseURL,
}) => {
  await app.open();
  const fragment = await app.share.fragment();
  const frame = await coursePage(page, baseURL ?? '', fragment);
  await expect(frame.locator('.stage-panel svg').first()).toBeVisible();
  await expect(frame.locator('.header')).toHaveCount(0);
  const entries = await page.evaluate(() => history.length);

  await ask(page, { shadowscope: 1, do: 'go', step: 12, id: 'a' });
  await expect.poll(() => heard(page, 'done')).toEqual([{ shadowscope: 1, say: 'done', id: 'a' }]);
  await expect.poll(async () => (await last(page))?.step).toBe(12);
  const caption = (await last(page))?.caption ?? 'none';
  await expect(frame.locator('.caption-text')).toHaveText(caption);

  await ask(page, { shadowscope: 1, do: 'forward' });
  await expect.poll(async () => (await last(page))?.step ?? 0).toBeGreaterThan(12);
  await ask(page, { shadowscope: 1, do: 'open', link: fragment });
  await expect.poll(async () => (await last(page))?.step).toBe(0);
  // Whoever reads the course and goes back leaves the course page, not a step.
  expect(await page.evaluate(() => history.length)).toBe(entries);
});

test('rubbish is ignored, and told once on the console; what is addressed to the page is answered with a reason', async ({
  page,
  baseURL,
  noise,
}) => {
  const told: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'info') told.push(message.text());
  });
  await coursePage(page, baseURL ?? '', '#/stage');
  for (const rubbish of ['hello', 'hello', 42, { shadowscope: 9 }, { shadowscope: 1, do: 'go', step: 'far' }])
    await ask(page, rubbish);
  await expect.poll(() => heard(page, 'refused')).toHaveLength(2);
  await ask(page, { shadowscope: 1, do: 'open', link: '#/1/rubbish', id: 'b' });
  await expect.poll(async () => (await heard(page, 'refused')).at(-1)?.id).toBe('b');
  await ask(page, { shadowscope: 1, do: 'state' });
  await expect.poll(() => heard(page, 'state')).not.toHaveLength(0);
  expect(noise).toHaveLength(3);
  // Pages say many things to their frames: that is no warning.
  expect(told.filter((one) => one.includes('not addressed to Shadowscope'))).toHaveLength(1);
  // Provoked on purpose.
  noise.length = 0;
});

test('the full page is a click away, at the same moment', async ({ app, page, context, baseURL }) => {
  await app.open();
  const frame = await coursePage(page, baseURL ?? '', await app.share.fragment());
  await ask(page, { shadowscope: 1, do: 'go', step: 9 });
  await expect.poll(async () => (await last(page))?.step).toBe(9);
  const opened = context.waitForEvent('page');
  await frame.getByRole('link', { name: 'Open full' }).click();
  const full = await opened;
  await expect(full.getByRole('heading', { name: /^Step 9 / })).toBeVisible();
  expect(full.url()).not.toContain('embed');
});

test('whoever writes a course page tries the frame and its messages, and copies both', async ({
  app,
  page,
  noise,
}) => {
  await app.open('#/embedding');
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('.stage-panel svg').first()).toBeVisible();
  const log = page.getByRole('list', { name: 'What was said' });
  await expect(log).toContainText('"say":"ready"');
  await page.getByRole('button', { name: 'Forward', exact: true }).click();
  await expect(log).toContainText('"step":1,');
  await page.getByLabel('A message of your own').fill('{"shadowscope":1,"do":"dance"}');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(log).toContainText('"say":"refused","why":"found do: \\"dance\\"');
  expect(await page.getByRole('textbox', { name: 'A course page', exact: true }).inputValue()).toContain(
    '<iframe title="Shadowscope: ',
  );
  expect(noise).toHaveLength(1);
  // Provoked on purpose.
  noise.length = 0;
});
