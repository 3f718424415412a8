import type { Page } from '@playwright/test';

/** Schemes that leave nothing on the network. */
const LOCAL = ['about:', 'blob:', 'data:'];

/** What Playwright says where a test blocks service workers (playwright.config.ts). */
const BLOCKED = 'Service Worker registration blocked by Playwright';

/**
 * Listens to a page for what no visit may cause: console errors and warnings, uncaught errors, failed requests, and any
 * request to another origin. Returns the list that is filled while the page lives; it must stay empty.
 */
export function listen(page: Page, baseURL: string): string[] {
  const found: string[] = [];
  const { origin } = new URL(baseURL);
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (message.text() === BLOCKED) return;
    found.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => found.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!LOCAL.includes(url.protocol) && url.origin !== origin)
      found.push(`request to another origin: ${url.href}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) found.push(`answer ${response.status()}: ${response.url()}`);
  });
  return found;
}
