import { expect, test } from './fixtures';

/** Each switch protects something that the sheet names; off, that breaks in the scenario made for it. */
const CASES = [
  {
    scenario: 'The snapshot goes with its page',
    switch: 'Snapshot exchange',
    breaks: ['I9', 'I1'],
  },
  {
    scenario: 'A value that comes and goes',
    switch: 'Snapshot update in faults',
    breaks: ['I9', 'I1'],
  },
] as const;

for (const { scenario, switch: name, breaks } of CASES) {
  test(`without “${name}” an invariant breaks, and the stage names it`, async ({ app }) => {
    await app.withoutMotion();
    await app.open();
    await app.library.choose(scenario);
    const off = app.setup.switch(name);
    await expect(off).toHaveAttribute('aria-checked', 'true');
    await app.transport.toEnd();
    const sound = await app.hash();
    await app.press('Shift+V');
    await expect(app.messages.saying('There is no broken invariant before')).toBeVisible();

    await app.setup.toggle(name);
    await expect(off).toHaveAttribute('aria-checked', 'false');
    // The page says where the run was begun again, and that something breaks in it.
    await expect(app.messages.saying(new RegExp(`“${name}” is off: the run began again`))).toContainText(
      /(stands at the same moment, step \d+|this is the nearest, step \d+).*[Ii]nvariants? breaks?/,
    );

    // From one broken invariant to the next: each is said in words, outlined on the stage, and named there.
    await app.press('Home');
    const named: string[] = [];
    for (const invariant of breaks) {
      await app.press('v');
      await expect(app.moment.broken.first()).toContainText(/^Broken: entry 007 of s[0-9a-f]+ maps 0x/);
      await expect(app.stage.thing(/^shadow entry 007 .*breaks: /).first()).toBeVisible();
      named.push(...(await app.stage.picture.getByText(/^breaks I\d/).allTextContents()));
      expect(named.join(' ')).toContain(invariant);
    }
    await app.press('End');
    expect(await app.hash()).not.toBe(sound);

    await app.setup.toggle(name);
    await expect(off).toHaveAttribute('aria-checked', 'true');
    await app.press('End');
    await expect(app.moment.broken).toHaveCount(0);
    expect(await app.hash()).toBe(sound);
  });
}

test('a switch keeps the moment that was on stage', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  for (let beat = 0; beat < 5; beat++) await app.transport.forward();
  const { step } = await app.moment.steps();
  const words = await app.moment.words();
  await app.setup.toggle('Prefetch');
  await expect(app.messages.saying(`stands at the same moment, step ${step}`)).toBeVisible();
  expect(await app.moment.words()).toBe(words);
});

test('a protection leads to a run that misses it, and its facts to their commit', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.setup.tab('Setup');
  await app.page.getByRole('button', { name: 'See it break: Snapshot exchange' }).click();
  await app.idle();
  await expect(app.title).toHaveText('A snapshot left behind');
  await app.press('v');
  await expect(app.moment.broken.first()).toContainText('Broken: entry 007');
  await app.setup.tab('Story');
  await expect(app.page.getByRole('link', { name: '047782fa01' })).toHaveAttribute(
    'href',
    'https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h=047782fa01',
  );
  await app.page.getByRole('button', { name: '“The snapshot goes with its page”' }).click();
  await app.idle();
  await expect(app.title).toHaveText('The snapshot goes with its page');
});
