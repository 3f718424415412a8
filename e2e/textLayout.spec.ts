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

/** The cursor of a run at several moments: the start, the end, and what lies between at even distances. */
function moments(length: number): number[] {
  const shares = [0, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 1];
  return [...new Set(shares.map((share) => Math.round(share * length)))];
}

async function goTo(app: AppPage, step: number): Promise<void> {
  await app.timeline.scrubber.focus();
  await app.press('Home');
  if (step > 0) await app.palette.goToStep(step);
}

for (const { id, title, text } of LIBRARY) {
  test(`“${title}” is drawn without clipped or overlapping text`, async ({ app }) => {
    test.slow();
    await app.withoutMotion();
    await app.open(
      linkTo({ kind: 'scenario', text, switches: {}, branches: [], run: 0, view: {}, tables: '00000000' }),
    );
    await expect(app.title).toHaveText(title);
    const { of } = await app.moment.steps();
    const found: string[] = [];
    for (const step of moments(of)) {
      await app.page.setViewportSize(SIZES[0]);
      await app.idle();
      await goTo(app, step);
      for (const size of SIZES) {
        await app.page.setViewportSize(size);
        for (const colorScheme of SCHEMES) {
          await app.page.emulateMedia({ colorScheme });
          await app.idle();
          for (const problem of await textProblems(app.page)) {
            const place = `${id}, step ${step}, ${size.width}×${size.height}, ${colorScheme}`;
            found.push(`${place}: ${JSON.stringify(problem)}`);
          }
        }
      }
    }
    expect(found).toEqual([]);
  });
}
