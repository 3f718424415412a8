import { expect, test } from './fixtures';

test('acting in the past makes a branch beside the run, and both can be shown', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A page table may drift');
  await app.transport.toEnd();
  const end = await app.moment.snapshot();
  await app.transport.toStart();
  for (let beat = 0; beat < 3; beat++) await app.transport.forward();
  const { step } = await app.moment.steps();
  const here = await app.hash();

  let menu = await app.transport.openActs();
  await menu
    .getByRole('menuitem', { name: /^Let vCPU \d act here$/ })
    .first()
    .click();
  await app.idle();
  // The branch begins where we are: nothing has happened yet, but somebody else goes next.
  expect(await app.moment.step()).toBe(step);
  expect(await app.hash()).toBe(here);
  const branches = app.timeline.branches;
  await expect(branches.getByRole('button')).toHaveText(['as written', /^vCPU \d first, from step \d+$/]);
  await expect(branches.getByRole('button', { pressed: true })).toHaveText(/first, from step/);
  await app.transport.toEnd();
  const other = await app.moment.snapshot();

  menu = await app.transport.openActs();
  await menu.getByRole('menuitem', { name: 'Show the run as written' }).click();
  await app.idle();
  await app.transport.toEnd();
  expect(await app.moment.snapshot()).toEqual(end);

  await branches.getByRole('button', { name: /first, from step/ }).click();
  await app.idle();
  await app.transport.toEnd();
  expect(await app.moment.snapshot()).toEqual(other);
});

test('a link carries the branch', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  for (let beat = 0; beat < 3; beat++) await app.transport.forward();
  const menu = await app.transport.openActs();
  await menu
    .getByRole('menuitem', { name: /^Let vCPU \d act here$/ })
    .first()
    .click();
  await app.idle();
  for (let beat = 0; beat < 4; beat++) await app.transport.forward();
  const here = { ...(await app.moment.snapshot()), ...(await app.moment.steps()) };
  const link = await app.share.fragment();
  await app.open(link);
  expect({ ...(await app.moment.snapshot()), ...(await app.moment.steps()) }).toEqual(here);
});
