import { expect, test } from './fixtures';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test('a phone shows one thing at a time, and everything is within reach', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const views = app.page.getByRole('navigation', { name: 'Views' });
  const fits = async (where: string): Promise<void> => {
    const widths = await app.page.evaluate(() => ({
      page: document.documentElement.scrollWidth,
      window: document.documentElement.clientWidth,
    }));
    expect(widths.page, `${where} scrolls sideways`).toBeLessThanOrEqual(widths.window);
  };

  await expect(app.stage.picture).toBeVisible();
  await expect(app.moment.caption).toBeVisible();
  await expect(app.timeline.scrubber).toBeVisible();
  await fits('Stage');
  await app.transport.forward();
  await app.transport.forward();
  const step = await app.moment.step();
  expect(step).toBeGreaterThan(0);

  await views.getByRole('button', { name: 'Code' }).click();
  await expect(app.moment.code).toBeVisible();
  await expect(app.moment.line).toBeInViewport();
  expect(await app.moment.step()).toBe(step);
  await fits('Code');

  await views.getByRole('button', { name: 'Tables' }).click();
  await expect(app.page.getByRole('region', { name: 'Cost so far' })).toBeVisible();
  await fits('Tables');

  await views.getByRole('button', { name: 'Story' }).click();
  await expect(app.page.getByRole('region', { name: 'Guest program' })).toBeVisible();
  await app.setup.switches.scrollIntoViewIfNeeded();
  await expect(app.setup.switches).toBeInViewport();
  await fits('Story');
  await app.transport.back();
  await views.getByRole('button', { name: 'Stage' }).click();
  expect(await app.moment.step()).toBeLessThan(step);

  // What has no button of its own is in the menu.
  for (const [item, dialog] of [
    ['Library of scenarios', 'Library'],
    ['Keys and help', 'Keys and help'],
    ['Ask about the past', 'Ask about the past'],
  ] as const) {
    await app.page.getByRole('banner').getByRole('button', { name: 'More' }).click();
    await app.page.getByRole('menuitem', { name: item }).click();
    await expect(app.page.getByRole('dialog', { name: dialog })).toBeVisible();
    await fits(dialog);
    await app.press('Escape');
  }
});

test('every target is large enough for a thumb', async ({ app }) => {
  await app.open();
  const small = await app.page.evaluate(() =>
    [...document.querySelectorAll('button, select, [role="slider"]')]
      .filter((element) => element.checkVisibility())
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => !(element instanceof SVGElement) && (box.width < 24 || box.height < 24))
      .map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${box.width}×${box.height}`),
  );
  expect(small).toEqual([]);
});

test('neighbouring levels are shown two at a time, and tabs go to the others', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const tabs = app.page.getByRole('tablist', { name: /level/i });
  await expect(tabs).toBeVisible();
  const names = await tabs.getByRole('tab').allTextContents();
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    await tabs.getByRole('tab', { name, exact: true }).click();
    await expect(tabs.getByRole('tab', { name, exact: true })).toHaveAttribute('aria-selected', 'true');
    await expect(app.stage.picture).toBeVisible();
  }
});

test('at 200 % and 400 % nothing scrolls sideways, and stage, caption and controls are within reach', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  for (const size of [
    { width: 720, height: 450 },
    { width: 320, height: 256 },
  ]) {
    await app.page.setViewportSize(size);
    await app.idle();
    const wide = await app.page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, `at ${size.width}`).toBeLessThanOrEqual(size.width);
    const box = await app.stage.picture.boundingBox();
    expect(box?.height ?? 0, 'the height of the stage').toBeGreaterThan(200);
    for (const part of [app.stage.picture, app.moment.caption, app.transport.button('Play')]) {
      await part.scrollIntoViewIfNeeded();
      await expect(part).toBeInViewport();
    }
  }
});
