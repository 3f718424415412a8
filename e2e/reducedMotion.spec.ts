import { expect, test } from './fixtures';
import type { AppPage } from './pages/appPage';

/** The moments of some beats, and how many different pictures of the stage were drawn on the way to each. */
async function walk(app: AppPage, beats: number): Promise<{ seen: unknown[]; running: number }> {
  const seen: unknown[] = [];
  let running = 0;
  for (let beat = 0; beat < beats; beat++) {
    await app.page.keyboard.press('ArrowRight');
    running += await app.page.evaluate(() => document.getAnimations().length);
    await app.idle();
    seen.push({ ...(await app.moment.snapshot()), ...(await app.moment.steps()) });
  }
  return { seen, running };
}

test('without motion every beat is at its end at once, and the ends are the same', { tag: '@long' }, async ({
  app,
}) => {
  await app.open();
  const moving = await walk(app, 8);
  await app.withoutMotion();
  await app.open();
  const still = await walk(app, 8);
  expect(still.seen).toEqual(moving.seen);
  expect(still.running, 'style animations and transitions while motion is not wanted').toBe(0);
});

test('without motion the picture does not change after the first frame', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const stage = app.page.getByRole('main');
  for (let beat = 0; beat < 4; beat++) {
    const pictures = await app.page.evaluate(async () => {
      const main = document.querySelector('main') as HTMLElement;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      await frame();
      await frame();
      const first = main.innerHTML;
      for (let more = 0; more < 5; more++) await frame();
      return { first, later: main.innerHTML };
    });
    expect(pictures.later).toBe(pictures.first);
  }
  await expect(stage).toBeVisible();
});

test('captions are read out, but not while it plays', async ({ app }) => {
  await app.open();
  await expect(app.moment.caption).toHaveAttribute('aria-live', 'polite');
  await app.transport.button('Play').click();
  await expect(app.moment.caption).toHaveAttribute('aria-live', 'off');
  await app.transport.click('Pause');
  await expect(app.moment.caption).toHaveAttribute('aria-live', 'polite');
});
