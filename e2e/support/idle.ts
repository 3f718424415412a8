import type { Page } from '@playwright/test';

/**
 * Waits until the page has nothing left to do: no chunk on its way, no frame asked for, no motion under way, no worker
 * busy. The page says so itself through `window.shadowscope.idle()`, so no test waits for a length of time.
 */
export async function idle(page: Page): Promise<void> {
  await page.waitForFunction(() => window.shadowscope !== undefined);
  await page.evaluate(() => window.shadowscope?.idle());
}
