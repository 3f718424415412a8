import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures';
import type { AppPage } from './pages/appPage';

/** What a command of the palette saves. */
async function saved(
  app: AppPage,
  command: string,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([app.page.waitForEvent('download'), app.palette.run(command)]);
  await app.idle();
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

test('pictures of a moment: a vector picture, a bitmap, and a card that can be cited', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.timeline.drag(0.2, 0.45);
  const { step } = await app.moment.steps();
  const caption = (await app.page.locator('.caption-text').textContent()) ?? '';

  const svg = await saved(app, 'Save the picture as SVG');
  expect(svg.name).toMatch(new RegExp(`-step-${step}\\.svg$`));
  const text = svg.bytes.toString();
  // It stands alone: fonts in it, no style of the page, nothing to be fetched.
  expect(text).toContain('data:font/woff2;base64');
  expect(text).not.toMatch(/var\(--|class="|href="http/);
  // In colours that not only browsers know.
  expect(text).not.toMatch(/oklab|color\(|rgba?\(/);
  const drawn = await app.page.evaluate(async (source) => {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([source], { type: 'image/svg+xml' }));
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, text);
  expect(drawn).toEqual([1280, 720]);

  const png = await saved(app, 'Save the picture as PNG');
  expect(png.bytes.subarray(0, 4)).toEqual(PNG);
  expect(png.bytes.readUInt32BE(16)).toBe(2560);

  const card = (await saved(app, 'Save a card of this moment')).bytes.toString();
  const words = card.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  expect(words).toContain(`Step ${step} of`);
  expect(words).toContain(caption.split(' ').slice(0, 4).join(' '));
  expect(words).toContain('Every invariant holds in the whole run.');
  const fragment = await app.share.fragment();
  expect(card.replaceAll('&amp;', '&')).toContain(`href="${app.page.url().replace(/#.*/, '')}${fragment}"`);
});

test('a span of steps as an animation, and the run as a trace', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.press('ArrowRight');
  await app.palette.run('Begin an animation here');
  await app.press('ArrowRight');
  await app.press('ArrowRight');
  const film = await saved(app, 'Save the animation from step');
  expect(film.bytes.subarray(0, 4)).toEqual(PNG);
  expect(film.bytes.indexOf('acTL')).toBeGreaterThan(0);
  // Three moments: two beats and the one they begin at.
  expect(film.bytes.readUInt32BE(film.bytes.indexOf('acTL') + 4)).toBe(3);
  const played = await app.page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    return image.naturalWidth;
  }, film.bytes.toString('base64'));
  expect(played).toBe(1280);

  const trace = JSON.parse((await saved(app, 'Save the run as a trace')).bytes.toString());
  expect(trace.traceEvents.length).toBeGreaterThan(20);
  expect(trace.traceEvents.some((event: { ph: string }) => event.ph === 'X')).toBe(true);
});

test('what is no drawing on the stage is drawn in its picture: a program without tables', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A message and its flag');
  const words = (await saved(app, 'Save the picture as SVG')).bytes
    .toString()
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ');
  for (const said of ['PROCESSORS', 'STORE BUFFERS', 'nothing waits', 'MEMORY', 'store x = 1'])
    expect(words).toContain(said);
});

test('a moment on paper: picture, caption and tables, and nothing of the page', async ({ app, page }) => {
  await page.addInitScript(() => {
    window.print = () => undefined;
  });
  await app.withoutMotion();
  await app.open();
  await app.timeline.drag(0.2, 0.45);
  await app.press('Control+p');
  await page.emulateMedia({ media: 'print' });
  const sheet = page.locator('#sheet');
  await expect(sheet.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(sheet.locator('.sheet-picture > svg')).toBeVisible();
  expect(await sheet.getByRole('table').count()).toBeGreaterThan(2);
  await expect(page.locator('#root')).toBeHidden();
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  await expect(sheet).toHaveCount(0);
  await expect(page.locator('#root')).toBeVisible();
});

test('a lecturer’s clicker: on, back, a dark screen, and light again', async ({ app, page }) => {
  await app.withoutMotion();
  await app.open();
  await app.palette.run('Large type, for a projector');
  await app.press('PageDown');
  await app.press('PageDown');
  await app.press('PageUp');
  const step = await app.moment.step();
  await app.press('b');
  const dark = page.getByRole('button', { name: /The screen is dark/ });
  await expect(dark).toBeVisible();
  await app.press('PageDown');
  await expect(dark).toHaveCount(0);
  expect(await app.moment.step()).toBe(step);
  // Wherever the focus is.
  await page.getByRole('slider').first().focus();
  await app.press('PageDown');
  const next = await app.moment.step();
  await app.press('PageUp');
  expect(await app.moment.step()).toBe(step);
  expect(next).not.toBe(step);
  // On a small projector the stage has the whole width; the details are a key away.
  await page.setViewportSize({ width: 1024, height: 768 });
  await app.idle();
  const stage = page.getByRole('region', { name: 'Stage', exact: true });
  expect((await stage.boundingBox())?.width).toBe(1024);
  await app.press('d');
  expect((await stage.boundingBox())?.width).toBeLessThan(800);
  // F5 shows the whole screen, and never loads the page anew in front of a room.
  await page.evaluate(() => Object.assign(window, { stays: true }));
  await app.press('F5');
  expect(await page.evaluate(() => 'stays' in window)).toBe(true);
});
