import { defineConfig } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser, NO_BROWSER } from './src/cli/browser';
import { freePort } from './src/cli/freePort';

// This file is read again in every worker: the first reading decides, the others inherit its environment.
process.env.SHADOWSCOPE_PORT ??= String(await freePort(4173));
const port = Number(process.env.SHADOWSCOPE_PORT);
const executablePath = findBrowser();
if (executablePath === null) throw new Error(`${NO_BROWSER} Or let "npm test" install one.`);
process.env.CHROMIUM_PATH = executablePath;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  // What takes long and looks at what other tests look at, too, waits for SHADOWSCOPE_ALL=1: npm test has ten minutes.
  ...(process.env.SHADOWSCOPE_ALL === undefined && { grepInvert: /@long/ }),
  // A test that cannot fail twice in the same way is worth nothing: none may be left focused.
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: '.cache/playwright.json' }]],
  // Generous: they only end what hangs. A slow machine is not a wrong page.
  timeout: 150_000,
  expect: { timeout: 20_000 },
  webServer: {
    command: 'npx tsx e2e/support/serve.ts',
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
  projects: [{ name: 'chromium' }],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme: 'light',
    // Only the tests of visits without a network want what was kept; all others want what was built.
    serviceWorkers: 'block',
    // A trace records every action of every test, so it is taken only when somebody wants to look into a failure.
    trace: process.env.SHADOWSCOPE_TRACE === undefined ? 'off' : 'retain-on-failure',
    launchOptions: { executablePath, args: [...BROWSER_FLAGS] },
  },
});
