import { expect, test } from './fixtures';
import { Comparison } from './pages/comparison';
import { axeViolations } from './support/axe';

test('the run on stage beside the same guest under another design: stepped by operations, counted', async ({
  app,
}) => {
  const comparison = new Comparison(app);
  await app.withoutMotion();
  await app.open();
  await app.library.choose('TLB miss under shadow paging: 4 reads');
  await app.palette.run('Compare this run with another…');
  await comparison.choose('Nested paging');
  await expect(comparison.side('A')).toContainText('Xen');
  await expect(comparison.side('B')).toContainText('Nested paging');
  await comparison
    .operation(/load 0x40_0000/)
    .first()
    .click();
  expect(await comparison.row('Counters', 'entries read by walks')).toEqual(['4', '24', '+20']);
  await expect(comparison.block('Where they part')).toContainText('The guest cannot tell them apart');
  await comparison.button('Operation back').click();
  expect((await comparison.row('Counters', 'steps')).slice(0, 2)).not.toEqual(['0', '0']);
  await app.press('Home');
  await expect(comparison.side('A')).toContainText('Step 0 of');
});

test('a rule kept and broken: where the runs part, for how long a vCPU was wrong, and one link for both', async ({
  app,
}) => {
  const comparison = new Comparison(app);
  await app.withoutMotion();
  await app.open('#/compare');
  await comparison.preset('The queue flushed before the unlock, and after it');
  await comparison.block('Where they part').getByRole('button', { name: 'Go there' }).first().click();
  await expect(comparison.side('B')).toContainText('releases the lock of table 0x013');
  await expect(comparison.block('Where they part')).toContainText('value=0xb0b');
  expect(await axeViolations(app.page)).toEqual([]);
  await comparison.button('To the end').click();
  await expect(comparison.side('B')).toContainText('which was freed');
  await expect(comparison.block('The guest’s memory')).toContainText('One word differs');
  const outdated = await comparison.row('Outdated translations', 'vCPU 1');
  expect(Number(outdated[1])).toBeGreaterThan(Number(outdated[0]));

  const address = app.page.url();
  expect(address.length).toBeLessThan(4_500);
  // A place beyond the end, and something that is none: both are said, and both runs are shown.
  await app.open(`${address.slice(address.indexOf('#'))}~9999~and more`);
  await expect(app.page.getByRole('main').getByRole('alert')).toContainText('expected a number of beats');
  await expect(app.page.getByRole('main')).toContainText('The link names beat 9,999');
  await expect(comparison.side('A')).toContainText('Flush before the lock is released');
  await expect(comparison.side('B')).toContainText('which was freed');
  expect(await comparison.row('Outdated translations', 'vCPU 1')).toEqual(outdated);
});

test('one design with a switch the other way, chosen by keyboard alone: shadows and translations that differ are listed', async ({
  app,
}) => {
  const comparison = new Comparison(app);
  await app.withoutMotion();
  await app.open('#/compare');
  // An example is there at once, at the place where its runs part.
  await expect(comparison.side('A')).toContainText('Xen');
  await expect(comparison.side('B')).toContainText('KVM');
  await app.page.getByRole('button', { name: 'Another run for A…' }).focus();
  await app.page.keyboard.press('Enter');
  await app.page.keyboard.type('lets it go out of sync');
  // Typing only looks; Enter takes the first.
  await expect(comparison.side('B')).toContainText('KVM');
  await app.page.keyboard.press('Enter');
  await app.idle();
  await app.page.getByText('Change what is compared').click();
  await comparison.choose('Out of sync: off instead of on');
  await comparison.button('To the end').click();
  await expect(comparison.block('The shadows')).toContainText('L1 of 0x030[007]');
  await expect(comparison.block('Where the processors are led')).toContainText('0x101 rwx user');
  await expect(comparison.block('The guest’s memory')).toContainText('The same in both, word for word.');
});

test('a comparison that was cut short says which side, and offers others', async ({ app }) => {
  await app.open('#/compare/1.abcd~1.efgh');
  await expect(app.page.getByRole('main').getByRole('alert')).toContainText(
    'The left side of this comparison',
  );
  await expect(app.page.getByRole('heading', { name: 'Worth comparing' })).toBeVisible();
});
