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

/** The path: what somebody begins with, and what follows what. */
const PATH = [
  ['page-walks', 'What a page walk is'],
  ['why-shadows', 'Why a hypervisor needs a shadow'],
  ['write-protection', 'Page tables may not be written'],
  ['out-of-sync', 'Out of sync, and snapshots'],
  ['races', 'Races and the re-check'],
  ['nested', 'Nested paging against the shadow'],
] as const;

test('the path for beginners: a cold start, the first story passage by passage, and on from story to story to its end', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.page.goto('./');
  await app.idle();
  const start = app.page.getByRole('region', { name: 'Start here' });
  await expect(start).toContainText('about 60 minutes');
  await expect(start.getByRole('listitem')).toHaveCount(PATH.length);
  await start.getByRole('button', { name: 'Begin with “What a page walk is”' }).click();
  await app.idle();

  const { of } = await app.story.place();
  const texts = new Set<string>();
  const steps: number[] = [];
  for (let at = 1; at <= of; at++) {
    expect((await app.story.place()).at).toBe(at);
    texts.add((await app.story.card.locator('.telling-text').textContent()) ?? '');
    steps.push(await app.moment.step());
    expect(new URL(app.page.url()).hash).toBe(`#/stories/page-walks/${at}`);
    if (at < of) await app.story.next();
  }
  expect(texts.size).toBe(of);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(await axeViolations(app.page)).toEqual([]);

  // However many passages were read: one entry of the history, so that one step back leads home.
  await app.page.goBack();
  await app.idle();
  await expect(app.title).toHaveText('Home');
  await expect(start.getByRole('listitem').first()).toContainText('read');
  await expect(start.getByRole('button', { name: `Go on with “${PATH[1][1]}”` })).toBeEnabled();
  await app.page.goForward();
  await app.idle();

  for (const [i, [id, title]] of PATH.entries()) {
    await expect(app.title).not.toHaveText('Home');
    const card = app.page.getByRole('article', { name: `Story: ${title}` });
    const { of: last } = await app.story.place();
    await app.follow(`#/stories/${id}/${last}`);
    // Each says at its end what one knows now, and leads to the next.
    await expect(card).toContainText('You know now');
    if (i + 1 < PATH.length) await app.story.button('Next story').click();
    await app.idle();
  }
  // A reload finds the story where it was; and all of the path is read.
  await app.page.reload();
  await app.idle();
  expect((await app.story.place()).at).toBe((await app.story.place()).of);
  await app.follow('#/home');
  await expect(start.getByRole('button', { name: /^(Begin|Go on) with/ })).toHaveCount(0);
});

test('a story plays on to its next passage, waits for whoever leaves it, and leads back', {
  tag: '@long',
}, async ({ app }) => {
  await app.withoutMotion();
  await app.open('#/stories/write-protection/3');
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
  await app.follow('#/stories/races/999');
  await expect(app.page.getByRole('alert')).toContainText(
    'has no passage “999”: expected a number from 1 to 12',
  );
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
    for (const address of ['#/home', '#/stories', '#/stories/races', '#/glossary/stale']) {
      await app.open(address);
      expect(await textProblems(app.page), `${address} at ${width}`).toEqual([]);
      const wide = await app.page.evaluate(() => document.querySelector('main')?.scrollWidth ?? 0);
      expect(wide, `${address} scrolls sideways`).toBeLessThanOrEqual(width);
    }
    await app.open('#/stories/fast-page-fault/11');
    expect(await textProblems(app.page), `a story at ${width}`).toEqual([]);
    await expect(app.story.button('Next')).toBeInViewport();
  }
});

test('every passage of every story can be opened by its address, and is told where it says', {
  tag: '@long',
}, async ({ app }) => {
  await app.withoutMotion();
  await app.open('#/stories');
  const stories = await app.page
    .getByRole('link', { name: 'Its passages' })
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(stories).toHaveLength(10);
  for (const story of stories) {
    await app.follow(`${story}/1`);
    const { of } = await app.story.place();
    for (let at = 1; at <= of; at++) {
      await app.follow(`${story}/${at}`);
      expect(await app.story.place(), `${story}/${at}`).toEqual({ at, of });
      await expect(app.story.card, `${story}/${at}`).not.toContainText('Return to the story');
      expect(await textProblems(app.page), `${story}/${at}`).toEqual([]);
    }
  }
});
