import { expect, test } from './fixtures';

test('a row of the event table opens its scenario at the moment where it happens, and is lit', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.details.show('Events');
  await app.details.events.getByRole('button', { name: /finds both its slots taken/ }).click();
  await app.idle();
  await expect(app.title).toHaveText('Too many: the page in the way is resynced');
  expect(await app.moment.words()).toMatch(/must be resynced now to make room/);
  await expect(app.details.lit).toHaveCount(1);
  await expect(app.details.lit).toContainText('finds both its slots taken');
  await app.press('End');
  await expect(app.details.lit).toHaveCount(0);
});

test('ways of taking write access away are compared: reads counted in the run, and what each would cost', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.details.show('Search');
  expect(await app.details.means('Fixups')).toEqual(['0', '0', expect.anything()]);
  await app.transport.toEnd();
  expect(await app.details.means('Fixups')).toEqual(['1', '1', expect.anything()]);
  expect(await app.details.means('Full search')).toEqual(['0', '0', '1 to 1,536']);
  const plot = app.details.search.getByRole('img', {
    name: /Entries read at most with 32 L1 shadows: search 16,384/,
  });
  await expect(plot).toBeVisible();
  const slider = app.details.search.getByRole('slider', { name: 'L1 shadows' });
  await slider.focus();
  await app.press('End');
  await expect(
    app.details.search.getByRole('img', { name: /with 1,024 L1 shadows: search 524,288/ }),
  ).toBeVisible();
  // The keys of the slider are its own: time has not moved.
  expect((await app.moment.steps()).step).toBe((await app.moment.steps()).of);
  await app.details.search.getByRole('button', { name: /0x02e.*1 by fixup/ }).click();
  await app.idle();
  expect(await app.moment.words()).toContain('The fixup says entry');
});

test('a shadow in focus tells who holds it, on the stage and in its books', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.stage.choose(app.stage.thing(/^shadow page table l1_64 s083/));
  await expect(app.details.chosen).toContainText('Count 1 = 1 entry');
  await expect(app.stage.picture).toContainText('count 1, up known');
  await app.details.chosen.getByRole('button', { name: 's082[040]' }).first().click();
  await app.idle();
  expect(await app.stage.focusName()).toBe('shadow entry 040 of shadow s082');
  await expect(app.details.chosen).toContainText('s082 shadow l2_64');
  await app.details.chosen.getByRole('button', { name: 'Close' }).click();
  await app.idle();
  await expect(app.details.chosen).toHaveCount(0);
});

test('the pool: its pages by type, the next one, and who is let go first', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.details.show('Pool');
  await expect(
    app.details.pool.getByRole('heading', { name: /^Pool: 14 of \d+ pages in use$/ }),
  ).toBeVisible();
  await expect(app.details.pool.getByRole('heading', { name: /^Next page: s088$/ })).toBeVisible();
  await app.details.pool.getByRole('listitem').getByRole('button').last().click();
  await app.idle();
  expect(await app.stage.focusName()).toMatch(/^shadow page table l4_64 s080/);
});
