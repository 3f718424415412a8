import { existsSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';

/**
 * Answers every request below `address` (an absolute URL that ends in `/`) from a folder of files, as a static host does:
 * no fallback, an index only for the folder itself. With it one server can stand for several hosts and builds.
 */
export async function serveFolder(
  target: Page | BrowserContext,
  address: string,
  folder: string,
): Promise<void> {
  await target.route(
    (url) => url.href.startsWith(address),
    async (route) => {
      const path = decodeURIComponent(
        new URL(route.request().url()).pathname.slice(new URL(address).pathname.length),
      );
      const file = join(folder, normalize(path === '' ? 'index.html' : path));
      if (file.startsWith(normalize(folder)) && existsSync(file) && statSync(file).isFile()) {
        await route.fulfill({ path: file });
      } else await route.fulfill({ status: 404, body: `There is no ${path} here.` });
    },
  );
}
