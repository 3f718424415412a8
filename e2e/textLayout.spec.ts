import { LIBRARY } from '../src/library';
import { expect, test } from './fixtures';
import type { AppPage } from './pages/appPage';
import { linkTo } from './support/links';
import { textProblems } from './support/textLayout';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;
const SCHEMES = ['light', 'dark'] as const;

/** The moments at which a run is looked at: its start, its end, and how to get to some between them. */
const MOMENTS: readonly ((app: AppPage) => Promise<void>)[] = [
  (app) => app.press('Home'),
  ...[0.18, 0.36, 0.52, 0.68, 0.84].map((share) => (app: AppPage) => app.timeline.drag(share, share, 1)),
  (app) => app.press('End'),
];

for (const { id, title, text } of LIBRARY) {
  test(`“${title}” is drawn without clipped or overlapping text`, async ({ app }) => {
    test.slow();
    await app.withoutMotion();
    await app.open(linkTo(text));
    await expect(app.title).toHaveText(title);
    const found: string[] = [];
    for (const size of SIZES) {
      await app.page.setViewportSize(size);
      for (const colorScheme of SCHEMES) {
        await app.page.emulateMedia({ colorScheme });
        for (const go of MOMENTS) {
          await go(app);
          for (const problem of await textProblems(app.page)) {
            const place = `${id}, step ${await app.timeline.value()}, ${size.width}×${size.height}`;
            found.push(`${place}, ${colorScheme}: ${JSON.stringify(problem)}`);
          }
        }
      }
    }
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
];

for (const size of SIZES) {
  test(`dialogs and the editor are drawn without clipped or overlapping text at ${size.width}×${size.height}`, async ({
    app,
  }) => {
    await app.withoutMotion();
    await app.page.setViewportSize(size);
    for (const [name, show] of DIALOGS) {
      await app.open();
      await show(app);
      expect(await textProblems(app.page), name).toEqual([]);
    }
  });
}
