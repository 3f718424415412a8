import { expect, test } from './fixtures';

test('dragging the scrubber goes through the whole run, and every panel follows', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const { of } = await app.moment.steps();
  await app.timeline.drag(0.001, 0.5);
  const middle = await app.moment.step();
  expect(middle).toBeGreaterThan(of * 0.4);
  expect(middle).toBeLessThan(of * 0.6);
  expect(await app.timeline.value()).toBe(middle);
  const hash = await app.hash();
  const words = await app.moment.words();

  await app.timeline.drag(0.5, 0.999);
  expect(await app.moment.step()).toBeGreaterThan(of * 0.9);
  expect(await app.hash()).not.toBe(hash);

  await app.palette.goToStep(middle);
  expect(await app.hash()).toBe(hash);
  expect(await app.moment.words()).toBe(words);
});

test('keys on the scrubber step, page, and go to the ends', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const { of } = await app.moment.steps();
  await app.timeline.scrubber.focus();
  await app.press('Shift+ArrowRight');
  expect(await app.timeline.value()).toBe(1);
  await app.press('PageUp');
  const paged = await app.timeline.value();
  expect(paged).toBeGreaterThan(1);
  await app.press('PageDown');
  expect(await app.timeline.value()).toBe(1);
  await app.press('End');
  expect(await app.timeline.value()).toBe(of);
  await app.press('Home');
  expect(await app.timeline.value()).toBe(0);
  await expect(app.timeline.scrubber).toHaveAttribute('aria-valuetext', /^step 0 of/);
});

test('the lanes zoom from the whole run to single steps, around where we are', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const { of } = await app.moment.steps();
  await app.timeline.drag(0.3, 0.5);
  const here = await app.moment.step();
  await expect(app.timeline.button('Show the whole run')).toBeDisabled();
  await app.timeline.zoom('Look closer');
  await app.timeline.zoom('Look closer');
  await expect(app.timeline.button('Show the whole run')).toBeEnabled();

  // A quarter of the run is in view now: the same drag goes a quarter as far.
  await app.timeline.drag(0.01, 0.02);
  const left = await app.moment.step();
  await app.timeline.drag(0.98, 0.99);
  const right = await app.moment.step();
  expect(left).toBeLessThan(here);
  expect(right).toBeGreaterThan(here);
  expect(right - left).toBeLessThan(of * 0.3);

  await app.timeline.zoom('Show the whole run');
  await app.timeline.drag(0.98, 0.999);
  expect(await app.moment.step()).toBeGreaterThan(of * 0.9);

  await app.timeline.scrubber.hover();
  await app.page.mouse.wheel(0, -600);
  await app.idle();
  await expect(app.timeline.button('Show the whole run')).toBeEnabled();
});
