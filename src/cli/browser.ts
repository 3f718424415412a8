import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

/**
 * Where the distributions put their Chromium. The one without windows comes first: tests look at pages alone, and it spares them the
 * work of drawing a window around each, a third of a test's time.
 */
const SYSTEM = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
] as const;

export const NO_BROWSER =
  'No Chromium found. Install one (Debian: apt-get install -y chromium) or name one: CHROMIUM_PATH=/path/to/chromium.';

/** What the search looks at, so that a test can say what is there. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  /** Whether the program can be started: a downloaded Chromium may lack its system libraries. */
  readonly starts: (path: string) => boolean;
  readonly ownPath: () => string;
}

export const here: Surroundings = {
  env: process.env,
  exists: existsSync,
  starts: (path) => spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0,
  ownPath: () => chromium.executablePath(),
};

/**
 * The browser for e2e, benches and pictures, in this order: `CHROMIUM_PATH`, Playwright's own, the distribution's.
 * Null when there is none yet: `installBrowser` (browserInstall.ts) is the next step.
 */
export function findBrowser({ env, exists, starts, ownPath }: Surroundings = here): string | null {
  const named = env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') {
    if (!exists(named)) {
      throw new Error(`CHROMIUM_PATH is "${named}", but there is no such file. Correct it or unset it.`);
    }
    return named;
  }
  const own = ownPath();
  if (exists(own) && starts(own)) return own;
  return SYSTEM.find(exists) ?? null;
}

/**
 * What a Chromium with windows does beside the page: suggestions under an address bar that nobody sees take two processes and a seventh
 * of a test's time. Of several such switches the last one counts, so what Playwright itself puts off for pages of this machine is
 * named again.
 */
const PUT_OFF = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
];

/** Switches that make pictures equal on every machine, and Chromium usable in containers with a small /dev/shm. */
export const BROWSER_FLAGS = [
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--force-device-scale-factor=1',
  '--hide-scrollbars',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  `--disable-features=${PUT_OFF.join(',')}`,
] as const;
