import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { findBrowser, NO_BROWSER } from './browser';
import { exec } from './exec';

/** Playwright's download may hang behind a proxy; a minute is enough where it works at all. */
const OWN_LIMIT_MS = 60_000;
const APT_LIMIT_MS = 300_000;

async function run(program: string, args: readonly string[], limit: number): Promise<void> {
  // Whether it worked is seen by looking for the browser afterwards, not from what an installer says of itself.
  await exec(program, args, { live: true, limit });
}

const rootOnDebian = (): boolean => process.getuid?.() === 0 && existsSync('/etc/debian_version');

/**
 * The browser's path; installs one when none is found: Playwright's own, else Debian's.
 * Throws with a one-line instruction when neither can be had.
 */
export async function installBrowser(): Promise<string> {
  const found = findBrowser();
  if (found !== null) return found;
  console.log('No Chromium yet: trying Playwright’s own, for a minute at most.');
  await run('playwright', ['install', '--no-shell', 'chromium'], OWN_LIMIT_MS);
  const own = findBrowser();
  if (own !== null) return own;
  if (rootOnDebian()) {
    console.log('Trying Debian’s Chromium.');
    const wait = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];
    await run('env', [...wait, 'update'], APT_LIMIT_MS);
    for (const name of ['chromium-headless-shell', 'chromium']) {
      if (findBrowser() === null) await run('env', [...wait, 'install', '-y', name], APT_LIMIT_MS);
    }
  }
  const installed = findBrowser();
  if (installed === null) throw new Error(NO_BROWSER);
  return installed;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await installBrowser());
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
