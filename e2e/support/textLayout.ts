import type { Page } from '@playwright/test';
import { scanText, type TextProblem } from './scanText';

export type { TextProblem } from './scanText';

/**
 * Finds text that a person cannot read because of where it is: cut off, out of reach, or drawn over other text.
 * Empty when all is well. What scrolls may hide text; what is only for screen readers is not looked at; text inside
 * `data-layer="overlay"` (an open dialog, a popover) may lie over the text beneath, but not over its own.
 */
export async function textProblems(page: Page): Promise<TextProblem[]> {
  await page.evaluate(() => document.fonts.ready);
  return page.evaluate(scanText);
}
