import { test as base, expect } from '@playwright/test';
import { AppPage } from './pages/appPage';
import { listen } from './support/quiet';

interface Fixtures {
  readonly app: AppPage;
  /** What the page must not do; a test that provokes it on purpose empties the list and says why. */
  readonly noise: string[];
}

/** `test` for every spec: with the page object, and with the check that the page kept quiet in each test. */
export const test = base.extend<Fixtures>({
  noise: [
    async ({ page, baseURL }, use) => {
      const noise = listen(page, baseURL ?? 'about:blank');
      await use(noise);
      expect(noise, 'the page must cause no console message, error or foreign request').toEqual([]);
    },
    { auto: true },
  ],
  app: async ({ page }, use) => {
    await use(new AppPage(page));
  },
});

export { expect };
