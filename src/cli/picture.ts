import { statSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { FIRST, libraryEntry } from '../library';
import { encodeLink } from '../permalink';
import { BROWSER_FLAGS, findBrowser, NO_BROWSER } from './browser';

/** `npm run picture`: the README's picture of the page, taken of the page itself. */
const FILE = 'public/stage.png';
const BUILD = '.cache/picture';
/** The guest's store reaches a table that is out of sync: guest, shadow and snapshot all have something to say. */
const MOMENT = { anchor: '1:0:guest_access.memory', step: 79 };

const executablePath = findBrowser();
if (executablePath === null) throw new Error(NO_BROWSER);
const text = libraryEntry(FIRST)?.text ?? '';
const link = encodeLink({
  kind: 'scenario',
  text,
  library: FIRST,
  switches: {},
  branches: [],
  run: 0,
  at: MOMENT,
  view: {},
  tables: '00000000',
});
if (link.kind === 'error') throw new Error(`The first scenario fits in no link: found ${link.error.found}.`);

await build({ logLevel: 'error', build: { outDir: BUILD, emptyOutDir: true } });
const server = await preview({
  logLevel: 'error',
  build: { outDir: BUILD },
  preview: { host: '127.0.0.1', port: 0 },
});
const browser = await chromium.launch({ executablePath, args: [...BROWSER_FLAGS] });
try {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(`${server.resolvedUrls?.local[0] ?? ''}${link.value}`);
  await page.waitForFunction('window.shadowscope !== undefined');
  await page.evaluate('document.fonts.ready.then(() => window.shadowscope.idle())');
  const said = page.getByText(/^The link's moment|^The link is/);
  if ((await said.count()) > 0) throw new Error(`The page says: ${await said.first().textContent()}`);
  await page.screenshot({ path: FILE });
  console.log(`${FILE}: ${Math.round(statSync(FILE).size / 1000)} kB`);
} finally {
  await browser.close();
  await server.close();
}
