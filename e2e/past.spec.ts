import { expect, test } from './fixtures';

test.describe('asking why', () => {
  test('goes from a shadow entry to the guest’s own store behind it', async ({ app }) => {
    await app.withoutMotion();
    await app.open();
    await app.library.choose('A page table may drift');
    await app.transport.toEnd();
    const end = await app.moment.step();
    // The entry that vCPU 1 stored, as the shadow holds it at the end.
    await app.stage.choose(app.stage.thing(/^shadow entry 007 of .*frame 0x045/));
    const chosen = await app.stage.focusName();
    await app.press('w');
    const origin = await app.moment.step();
    expect(origin).toBeLessThan(end);
    await expect(app.moment.region).toContainText('vCPU 1');
    expect(await app.moment.words()).toContain('entry 007 of frame 0x02e now says frame 0x045');
    await expect(
      app.messages.saying(/was written by vCPU 0 in step \d+, from what vCPU 1 wrote here/),
    ).toBeVisible();
    expect(chosen).toMatch(/^shadow entry 007/);
  });

  test('shows the whole chain of copies, each a moment to go to', async ({ app }) => {
    await app.withoutMotion();
    await app.open();
    await app.library.choose('A page table may drift');
    await app.transport.toEnd();
    await app.stage.choose(app.stage.thing(/^shadow entry 007 of .*frame 0x045/));
    await app.past.open();
    await app.past.ask(/^Why is shadow/);
    await expect(app.past.answers).not.toHaveCount(0);
    expect(await app.past.answers.count()).toBeGreaterThan(1);
    const last = Number(/step (\d+)/.exec((await app.past.answers.last().textContent()) ?? '')?.[1]);
    await app.past.goToLast();
    expect(await app.moment.step()).toBe(last);
    await expect(app.past.dialog).toBeHidden();
  });
});

test('asking backwards: when a shadow entry first differed, and who last flushed', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A value that comes and goes');
  await app.transport.toEnd();
  const end = await app.moment.step();

  await app.past.open();
  await app.past.ask('Who last flushed vCPU 0?');
  await expect(app.past.answers).toHaveCount(1);
  await app.past.goToLast();
  const flush = await app.moment.step();
  expect(flush).toBeLessThanOrEqual(end);
  expect(await app.moment.words()).toMatch(/TLB|flush|forgotten all translations/i);

  await app.past.open();
  await app.past.ask('When was the last page fault?');
  await app.past.goToLast();
  expect(await app.moment.step()).toBeLessThan(flush);

  // Just before the resync the guest has taken entry 7 away again, and the shadow still maps it.
  await app.stage.choose(app.stage.thing(/^shadow entry 007 of/));
  await app.past.open();
  await app.past.ask('When did this shadow entry first differ from the guest?');
  await expect(app.past.dialog).toContainText(/step \d+|Not in this run/);
  await app.press('Escape');
});

test('what cannot be asked says what is missing', async ({ app }) => {
  await app.open();
  await app.past.open();
  await expect(app.past.dialog).toContainText('Nothing is chosen on the stage.');
  await expect(app.past.question('When did this shadow entry first differ from the guest?')).toBeDisabled();
  await expect(app.past.dialog).toContainText('Choose an entry of a shadow on the stage first.');
});

test('focus has a history of its own', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  const entries = app.stage.thing(/^guest entry/);
  await app.stage.choose(entries.nth(0));
  const first = await app.stage.focusName();
  await app.stage.choose(entries.nth(2));
  const second = await app.stage.focusName();
  expect(second).not.toBe(first);
  await app.press('[');
  expect(await app.stage.focusName()).toBe(first);
  await app.press(']');
  expect(await app.stage.focusName()).toBe(second);
  await app.press('Escape');
  expect(await app.stage.focusName()).toBe('');
});
