import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { findBrowser, NO_BROWSER } from './browser';

/** Playwright's download may hang behind a proxy; a minute is enough where it works at all. */
const OWN_LIMIT_MS = 60_000;
const APT_LIMIT_MS = 300_000;

function run(command: string, args: readonly string[], limit: number): boolean {
  const options: SpawnSyncOptions = {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: limit,
    killSignal: 'SIGKILL',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  return spawnSync(command, args, options).status === 0;
}

const rootOnDebian = (): boolean => process.getuid?.() === 0 && existsSync('/etc/debian_version');

/**
 * The browser's path; installs one when none is found: Playwright's own, else Debian's.
 * Throws with a one-line instruction when neither can be had.
 */
export function installBrowser(): string {
  const found = findBrowser();
  if (found !== null) return found;
  console.log('No Chromium yet: trying Playwright’s own, for a minute at most.');
  // node is started directly, so that the limit ends the download and not only a wrapper around it.
  const cli = new URL('../../node_modules/@playwright/test/cli.js', import.meta.url).pathname;
  run(process.execPath, [cli, 'install', '--no-shell', 'chromium'], OWN_LIMIT_MS);
  const own = findBrowser();
  if (own !== null) return own;
  if (rootOnDebian()) {
    console.log('Trying Debian’s Chromium.');
    const wait = ['-o', 'DPkg::Lock::Timeout=120'];
    run('apt-get', [...wait, 'update'], APT_LIMIT_MS);
    run('apt-get', [...wait, 'install', '-y', 'chromium'], APT_LIMIT_MS);
  }
  const installed = findBrowser();
  if (installed === null) throw new Error(NO_BROWSER);
  return installed;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(installBrowser());
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
