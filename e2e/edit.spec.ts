import { expect, test } from './fixtures';

const SMALL = `scenario "Typed by hand"
design native
paging x86-64, 64 frames
map 0x40_0000 -> 0x030 rw user
vcpu 0
  load 0x40_0000
  store 0x40_0000 = 7
`;

test('an error keeps the last good run on stage and is marked where it is', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.transport.forward();
  const before = await app.moment.snapshot();
  const title = (await app.title.textContent()) ?? '';

  await app.editor.open();
  await app.editor.replace(SMALL.replace('rw user', 'rww user'));
  await expect(app.editor.problems).toContainText(
    'Line 4, column 24: `rww` is not a set of rights. Expected some of r w x user. Did you mean `rw`?',
  );
  await expect(app.editor.field.locator('.cm-lintRange-error')).toHaveText('rww');
  await expect(app.title).toHaveText(title);
  expect(await app.moment.snapshot()).toEqual(before);
  await expect(app.editor.region.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();

  await app.editor.problems.getByRole('button').first().click();
  await expect(app.editor.field).toBeFocused();
});

test('a text without errors goes on stage when it is run', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.editor.open();
  await app.editor.replace(SMALL);
  await expect(app.editor.problems).toContainText('No errors.');
  await app.editor.run();
  await expect(app.title).toHaveText('Typed by hand');
  await app.editor.close();
  await app.transport.toEnd();
  await expect(app.moment.region).toContainText('This is the end of the run: everybody is done.');
});

test('what was typed outlives a reload, with and without errors', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.editor.open();
  const broken = SMALL.replace('rw user', 'rww user');
  await app.editor.replace(broken);
  await app.page.reload();
  await app.idle();
  await expect(app.title).not.toHaveText('Typed by hand');
  await expect(app.messages.saying(/draft/i)).toBeVisible();
  await app.editor.open();
  await expect(app.editor.field).toContainText('rww user');
  await expect(app.editor.problems).toContainText('Line 4, column 24');

  await app.editor.replace(SMALL);
  await app.page.reload();
  await app.idle();
  await expect(app.title).toHaveText('Typed by hand');
});

test('from an empty text to a run: a beginning is offered, and another scenario takes nothing away', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.editor.open();
  await app.editor.replace('');
  await app.editor.button('Begin with a small scenario').click();
  await expect(app.editor.problems).toContainText('No errors.');
  await app.editor.typeAtEnd('# mine');
  await app.editor.close();
  await app.library.choose('TLB miss under shadow paging: 4 reads');
  await expect(app.messages.saying(/kept among your drafts as “What you were typing”/)).toBeVisible();
  await app.editor.open();
  await app.editor.button('Drafts').click();
  await app.editor.button('What you were typing').click();
  await expect(app.editor.field).toContainText('# mine');
  await app.editor.run();
  await expect(app.title).toHaveText('My scenario');
});

test('typing belongs to the text, not to the page', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.editor.open();
  const step = await app.moment.step().catch(() => undefined);
  await app.editor.typeAtEnd('# l s ? k f v /');
  await expect(app.page.getByRole('dialog')).toHaveCount(0);
  await expect(app.editor.field).toContainText('# l s ? k f v /');
  expect(await app.moment.step().catch(() => undefined)).toBe(step);
  await expect(app.transport.button('Play')).toBeVisible();
});

test('the editor is fetched when it is first wanted', async ({ app, page }) => {
  const scripts: string[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.url());
  });
  await app.open();
  const before = scripts.length;
  await app.editor.open();
  expect(scripts.length).toBeGreaterThan(before);
});

test('a scenario that would run for ever stops at the bound and says so', { tag: '@long' }, async ({
  app,
}) => {
  test.slow();
  await app.withoutMotion();
  await app.open();
  await app.editor.open();
  // Two programs of 60,000 stores, each store a walk of its own: together more steps than a run may have.
  const loop = 'repeat 60000\n  store 0x40_0000 = 7\nend';
  await app.editor.replace(SMALL.replace(/vcpu 0[\s\S]*/, `tlb off\nvcpu 0\n${loop}\nvcpu 1\n${loop}\n`));
  await expect(app.editor.problems).toContainText('No errors.');
  await app.editor.run();
  await app.editor.close();
  await app.transport.toEnd();
  await expect(app.moment.region).toContainText('The run was stopped after 1,000,000 steps');
  await app.transport.back();
  expect(await app.moment.step()).toBeLessThan(1_000_000);
});

test('a line is inserted, the text laid out anew, kept under a name, taken away and brought back', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.editor.open();
  await app.editor.replace(SMALL.replace('  load 0x40_0000', 'load    0x40_0000'));
  await app.editor.button('Tidy up').click();
  await expect(app.editor.field.locator('.cm-line', { hasText: 'load 0x40_0000' })).toHaveText(
    '  load 0x40_0000',
  );
  await app.page.keyboard.press('Control+End');
  await app.editor.insert('mfence');
  await expect(app.editor.field).toContainText('mfence');
  await expect(app.editor.problems).toContainText('No errors.');

  await app.editor.button('Drafts').click();
  await app.editor.region.getByRole('textbox', { name: 'Name of the draft' }).fill('Mine');
  await app.editor.button('Keep this text').click();
  await app.page.reload();
  await app.idle();
  await app.editor.open();
  await app.editor.replace('scenario "Another"\n');
  await app.editor.button('Drafts').click();
  await app.editor.button('Mine').click();
  await expect(app.editor.field).toContainText('mfence');
  await expect(app.editor.button('What you were typing')).toBeVisible();
  await app.editor.button('Remove Mine').click();
  await app.editor.button('Bring “Mine” back').click();
  await expect(app.editor.button('Download Mine')).toBeVisible();
  await expect(app.editor.problems).toContainText('This is what is on stage.');
});
