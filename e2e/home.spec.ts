import { expect, test } from './fixtures';
import { axeViolations } from './support/axe';
import { textProblems } from './support/textLayout';

test('a bare visit shows an example that moves and can be paused', async ({ app }) => {
  await app.page.goto('./');
  await expect(app.title).toHaveText('Home');
  const example = app.page.getByRole('figure', { name: 'An example: A page table may drift' });
  const words = example.locator('.home-words > p').first();
  const before = await words.textContent();
  await expect(words).not.toHaveText(before ?? '');
  await example.getByRole('button', { name: 'Pause' }).click();
  await app.idle();
  const paused = await words.textContent();
  await example.getByRole('button', { name: 'Open on the stage' }).click();
  await app.idle();
  expect(await app.moment.words()).toBe(paused);
  expect(new URL(app.page.url()).hash).toBe('#/stage');
  await app.page.goBack();
  await expect(app.title).toHaveText('Home');
});

test('the path for beginners: a cold start, the first story to its end, and progress that outlives a reload', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.page.goto('./');
  await app.idle();
  const start = app.page.getByRole('region', { name: 'Start here' });
  await expect(start).toContainText('about 60 minutes');
  await expect(start.getByRole('listitem')).toHaveCount(6);
  await start.getByRole('button', { name: 'Begin with “What a page walk is”' }).click();
  await app.idle();

  await expect(app.title).toHaveText('What a page walk is');
  const { of } = await app.story.place();
  const texts = new Set<string>();
  const steps: number[] = [];
  for (let at = 1; at <= of; at++) {
    expect((await app.story.place()).at).toBe(at);
    texts.add((await app.story.card.locator('.telling-text').textContent()) ?? '');
    steps.push(await app.moment.step());
    if (at < of) await app.story.next();
  }
  expect(texts.size).toBe(of);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(await axeViolations(app.page)).toEqual([]);

  await app.story.card.getByRole('link', { name: 'To the next story' }).click();
  await app.page.reload();
  await app.idle();
  await expect(start.getByRole('listitem').first()).toContainText('read');
  const next = start.getByRole('button', { name: 'Go on with “Why a hypervisor needs a shadow”' });
  await expect(next).toBeEnabled();
  expect(await axeViolations(app.page)).toEqual([]);
  await next.click();
  await app.idle();
  await expect(app.title).toHaveText('Why a hypervisor needs a shadow');
});

test('a story plays on to its next passage, waits for whoever leaves it, and leads back', {
  tag: '@long',
}, async ({ app }) => {
  await app.withoutMotion();
  await app.open('#/stories/write-protection/3');
  await app.page.getByRole('button', { name: 'Open passage 3' }).click();
  await app.idle();
  expect((await app.story.place()).at).toBe(3);
  await app.story.card.getByRole('switch', { name: 'Stop where something begins' }).click();
  await app.story.button('Play on').click();
  await expect.poll(async () => (await app.story.place()).at).toBe(4);
  await app.idle();
  const here = await app.moment.step();
  await app.transport.forward();
  await expect(app.story.card).toContainText('further than this passage');
  await app.library.choose('A walk that is believed too long');
  await expect(app.story.card).toContainText('You have left the story');
  await app.story.button('Return to the story').click();
  await app.idle();
  expect(await app.moment.step()).toBe(here);
  // An address that names no story says so, and offers those there are.
  await app.open('#/stories/no-such-story');
  await expect(app.page.getByRole('alert')).toContainText('no story named “no-such-story”');
  await expect(app.page.getByRole('list', { name: 'Stories' }).getByRole('listitem')).toHaveCount(10);
});

test('a term explains itself under the pointer and to the keyboard, and goes when it is told to', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  const term = app.moment.caption.getByRole('term').first();
  await term.hover();
  const tip = app.page.getByRole('tooltip');
  await expect(tip).toContainText('vCPU');
  // The pointer may go to the words; Escape sends them away where it is.
  await tip.hover();
  await expect(tip).toBeVisible();
  await app.press('Escape');
  await expect(tip).toHaveCount(0);
  await term.focus();
  await expect(tip).toBeVisible();
  await app.open('#/glossary/tlb');
  await expect(app.page.getByRole('main')).toContainText('Translation lookaside buffer');
  expect(await axeViolations(app.page)).toEqual([]);
});

test('home, stories and glossary fit a phone and a screen, in both schemes', { tag: '@long' }, async ({
  app,
}) => {
  await app.withoutMotion();
  for (const [width, height, colorScheme] of [
    [390, 844, 'dark'],
    [1440, 900, 'light'],
  ] as const) {
    await app.page.setViewportSize({ width, height });
    await app.page.emulateMedia({ colorScheme });
    for (const address of ['#/home', '#/stories', '#/stories/races/4', '#/glossary/stale']) {
      await app.open(address);
      expect(await textProblems(app.page), `${address} at ${width}`).toEqual([]);
      const wide = await app.page.evaluate(() => document.querySelector('main')?.scrollWidth ?? 0);
      expect(wide, `${address} scrolls sideways`).toBeLessThanOrEqual(width);
    }
    await app.open('#/stories/fast-page-fault/11');
    await app.page.getByRole('button', { name: 'Open passage 11' }).click();
    await app.idle();
    expect(await textProblems(app.page), `a story at ${width}`).toEqual([]);
    await expect(app.story.button('Next')).toBeInViewport();
  }
});
