import { recordRun } from '../src/engine';
import { LIBRARY } from '../src/library';
import { resolve } from '../src/scenario';
import { PAGES, pageAddress } from '../src/session/pages';
import { expect, test } from './fixtures';
import type { AppPage } from './pages/appPage';
import { linkTo } from './support/links';
import { textProblems } from './support/textLayout';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;
const LOOKS = SIZES.flatMap((size) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ size, colorScheme })),
);

/** Every so many scenarios, one is looked at in all sizes and colours. The others take turns with one each. */
const SHARE = 40;
/** Moments between the start and the end of a run, at most. */
const BETWEEN = 2;

const looksOf = (place: number) =>
  place % SHARE === 0 ? LOOKS : [LOOKS[Math.floor(place / EVERY) % LOOKS.length] ?? LOOKS[0]];

/** Where in its run (as shares of it) a scenario has something to say: that is where words are many. */
function notedMoments(text: string): number[] {
  const resolved = resolve(text);
  if (resolved.kind === 'error') throw new Error('A scenario of the library does not resolve.');
  const { spec, design } = resolved.value;
  const run = recordRun(spec, design);
  const shares = spec.notes.map(({ at }) => run.find(at).cursor / run.length).sort((x, y) => x - y);
  const among = Array.from({ length: BETWEEN }, (_, i) => Math.floor(((i + 0.5) * shares.length) / BETWEEN));
  return [...new Set(among.flatMap((i) => shares[i] ?? []))];
}

/**
 * Many scenarios are variants of one another and are drawn alike: every tenth is looked at, or with SHADOWSCOPE_ALL all of
 * them (`SHADOWSCOPE_ALL=1 npm run e2e`).
 */
const EVERY = process.env.SHADOWSCOPE_ALL === undefined ? 10 : 1;
const PLACES = LIBRARY.map((_, place) => place).filter((place) => place % EVERY === 0);

/** Scenarios that share a page: most of the time goes into bringing one up. */
const TOGETHER = 12;

function missing(place: number): never {
  throw new Error(`There is no scenario at place ${place}.`);
}

/** What is wrong with the words of a scenario, wherever it is looked at. */
async function problemsOf(app: AppPage, place: number): Promise<string[]> {
  const { id, title, text } = LIBRARY[place] ?? missing(place);
  const moments: readonly ((page: AppPage) => Promise<void>)[] = [
    (page) => page.press('Home'),
    ...notedMoments(text).map((share) => (page: AppPage) => page.timeline.drag(share, share, 1)),
    (page) => page.press('End'),
  ];
  await app.follow(linkTo(text));
  await expect(app.title).toHaveText(title);
  const found: string[] = [];
  for (const { size, colorScheme } of looksOf(place)) {
    await app.page.setViewportSize(size);
    await app.page.emulateMedia({ colorScheme });
    for (const go of moments) {
      await go(app);
      for (const problem of await textProblems(app.page)) {
        const step = await app.timeline.value();
        found.push(
          `${id}, step ${step}, ${size.width}×${size.height}, ${colorScheme}: ${JSON.stringify(problem)}`,
        );
      }
    }
  }
  return found;
}

for (let first = 0; first < PLACES.length; first += TOGETHER) {
  const places = PLACES.slice(first, first + TOGETHER);
  const titles = [places.at(0), places.at(-1)].map((place) => LIBRARY[place ?? 0]?.title ?? '');
  test(`“${titles.join('” to “')}” are drawn without clipped or overlapping text`, async ({ app }) => {
    test.slow();
    await app.withoutMotion();
    await app.open();
    const found: string[] = [];
    for (const place of places) found.push(...(await problemsOf(app, place)));
    expect(found).toEqual([]);
  });
}

const DIALOGS: readonly (readonly [string, (app: AppPage) => Promise<void>])[] = [
  ['the library', (app) => app.library.open()],
  ['the palette', (app) => app.palette.open()],
  ['help', (app) => app.press('?')],
  ['share', (app) => app.share.open()],
  ['asking the past', (app) => app.past.open()],
  ['the editor', (app) => app.editor.open()],
  ['vCPUs', (app) => app.details.show('vCPUs')],
  ['the pool', (app) => app.details.show('Pool')],
  ['the search', (app) => app.details.show('Search')],
  ['the events', (app) => app.details.show('Events')],
];

for (const size of SIZES) {
  // A phone has the least room.
  const tag = size.width < 900 ? [] : ['@long'];
  test(`dialogs and the editor are drawn without clipped or overlapping text at ${size.width}×${size.height}`, {
    tag,
  }, async ({ app }) => {
    await app.withoutMotion();
    await app.page.setViewportSize(size);
    for (const [name, show] of DIALOGS) {
      await app.open();
      await show(app);
      expect(await textProblems(app.page), name).toEqual([]);
    }
  });
}

test('pages of their own are drawn without clipped or overlapping text, in every size', async ({ app }) => {
  test.slow();
  await app.withoutMotion();
  await app.open();
  for (const { name } of PAGES) {
    await app.follow(pageAddress(name));
    for (const size of SIZES) {
      await app.page.setViewportSize(size);
      await app.idle();
      expect(await textProblems(app.page), `${name} at ${size.width}×${size.height}`).toEqual([]);
    }
  }
});
