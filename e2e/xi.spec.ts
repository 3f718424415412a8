import { expect, test } from './fixtures';

test('a live migration is watched to its end: pages become dirty, rounds become smaller', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('XI: a live migration comes to its end');
  await app.details.show('Kits');
  const { kits } = app.details;
  await app.transport.toEnd();
  await expect(kits.getByRole('img', { name: /^Pages sent per round/ })).toHaveAccessibleName(
    'Pages sent per round: round 1 64, round 2 3, round 3 2, round 4 1, round 5 0.',
  );
  await expect(kits).toContainText('Nothing was written since the last round');
  await kits.getByRole('button', { name: /^round 3/ }).click();
  await app.idle();
  await expect(kits).toContainText('It converges: 2 pages after 3.');
  await expect(kits.getByRole('button', { name: /clean$/ }).first()).toBeVisible();
});

test('a large page is divided because a page table hides in it', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('XI: a large page hides a page table');
  await expect(app.stage.thing(/pieces/)).toHaveCount(0);
  await app.transport.toEnd();
  await expect(app.stage.thing(/^shadow page table S2 pieces/)).toBeVisible();
  await app.stage.choose(app.stage.thing(/^frame 0x012/));
  await expect(app.page.getByRole('img', { name: /^chain of 0x012: s[0-9a-f]+\[002\]$/ })).toBeVisible();
  await expect(app.details.chosen).toContainText('Chain of 1 entry');
  await expect(app.details.chosen).toContainText('S2[2]');
});

test('chain and linear search answer the same question side by side, read by read', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('XI: a data page becomes a page table');
  await app.details.show('Compare');
  await app.transport.toEnd();
  const { compare } = app.details;
  const count = (name: string) => compare.getByRole('region', { name, exact: true });
  await expect(compare.getByRole('heading', { name: /^Who maps 0x014/ })).toBeVisible();
  await expect(count('Chain')).toContainText('3 visited');
  await expect(count('Linear search')).toContainText('24 read');
  const slider = compare.getByRole('slider', { name: 'Reads of each' });
  await slider.focus();
  await app.press('Home');
  await compare.getByRole('button', { name: 'One read on' }).click();
  await expect(count('Chain')).toContainText('1 visited');
  await expect(count('Linear search')).toContainText('1 read');
  await compare.getByRole('button', { name: 'Put the linear search on stage' }).click();
  await app.idle();
  await expect(count('Linear search')).toContainText('on stage');
  await app.details.show('Debate');
  const asked = app.details.debate.getByRole('article', { name: 'Backlinks for ordinary pages too?' });
  await expect(asked.getByRole('button', { name: 'linear search', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await asked
    .getByRole('group', { name: /^Who maps a page/ })
    .getByRole('button', { name: 'Count both' })
    .click();
  await expect(asked.getByRole('row', { name: /^entries read to find mappings/ })).toContainText('3');
});
