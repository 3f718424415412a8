import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { BROWSER_FLAGS, findBrowser, NO_BROWSER } from '../../cli/browser';
import { type Bench, median, quantile, wholeArg } from '../bench';
import { traceText } from '../trace/generate';

/** What the page is made to keep: when a file was chosen, when it was on the stage, and how long each move of the pointer took. */
interface Watched {
  chosenAt: number;
  shownAt: number;
  took: number[];
}

/** Runs in the page. What a frame posts arrives after it was painted. */
function watch(): void {
  const kept = window as unknown as Watched;
  kept.chosenAt = 0;
  kept.shownAt = 0;
  kept.took = [];
  let movedAt = 0;
  const painted = (then: () => void): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(0);
    });
  };
  addEventListener('change', () => (kept.chosenAt = performance.now()), true);
  addEventListener('pointermove', (event) => (movedAt = event.timeStamp), true);
  // The line that is shown changes with every move: when it does, the stage does.
  let line = '';
  new MutationObserver(() => {
    const now = document.querySelector('.trace-facts h2')?.textContent ?? '';
    if (now === line) return;
    line = now;
    if (kept.shownAt === 0) painted(() => (kept.shownAt = performance.now()));
    else {
      const began = movedAt;
      painted(() => kept.took.push(performance.now() - began));
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}

async function write(path: string, seed: number, lines: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    let piece = '';
    for (const text of traceText(seed, lines)) {
      piece += text;
      if (piece.length < 1 << 20) continue;
      await file.write(piece);
      piece = '';
    }
    await file.write(piece);
  } finally {
    await file.close();
  }
}

/** Drags with the browser's own pointer, each move only after the one before is on the screen. */
async function drag(page: Page, moves: number): Promise<number[]> {
  const box = await page.getByRole('slider', { name: 'Event' }).boundingBox();
  if (box === null) throw new Error('The page has no timeline to drag on.');
  await page.evaluate('window.took.length = 0');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 2, y);
  await page.mouse.down();
  await page.waitForFunction('window.took.length > 0');
  for (let i = 1; i <= moves; i++) {
    // The golden ratio spreads places evenly and never near the last one: every move is a far jump.
    await page.mouse.move(box.x + 4 + ((i * 0.618034) % 1) * (box.width - 8), y);
    await page.waitForFunction(`window.took.length > ${i}`);
  }
  await page.mouse.up();
  return (await page.evaluate('window.took.slice(1)')) as number[];
}

/** A generated trace of a million lines, opened in the built page in Chromium. */
export const trace: Bench = {
  name: 'trace',
  about:
    'a generated trace (--lines, --seed) opened in the built page: file chosen to first moment painted, then dragging through it',
  async run(args) {
    const lines = wholeArg(args, 'lines', 1_000_000);
    const moves = wholeArg(args, 'moves', 60);
    const executablePath = findBrowser();
    if (executablePath === null) throw new Error(NO_BROWSER);
    if (!existsSync('dist/index.html'))
      throw new Error('There is no build in dist. Run "npm run build" first.');
    const folder = mkdtempSync(join(tmpdir(), 'shadowscope-trace-'));
    const path = join(folder, 'generated.trace');
    const server = await preview({ logLevel: 'silent', preview: { host: '127.0.0.1', port: 0 } });
    const browser = await chromium.launch({ executablePath, args: [...BROWSER_FLAGS, '--disable-gpu'] });
    try {
      await write(path, wholeArg(args, 'seed', 1), lines);
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      // The runner of this file marks functions with a helper that the page does not have.
      await page.addInitScript('globalThis.__name = (made) => made;');
      await page.goto(`${server.resolvedUrls?.local[0] ?? ''}#/trace`);
      await page.waitForFunction('window.shadowscope !== undefined');
      await page.evaluate('window.shadowscope.idle()');
      const seconds: number[] = [];
      for (let i = 0; i < 3; i++) {
        await page.evaluate(`(${watch.toString()})()`);
        await page.getByLabel('Trace file').setInputFiles(path);
        await page.waitForFunction('window.shownAt > 0', undefined, { timeout: 120_000 });
        seconds.push(((await page.evaluate('window.shownAt - window.chosenAt')) as number) / 1000);
        if (i < 2) await page.getByRole('button', { name: 'Close the trace' }).click();
      }
      await page.evaluate('window.shadowscope.idle()');
      const events = Number(await page.getByRole('slider', { name: 'Event' }).getAttribute('aria-valuemax'));
      await drag(page, 10);
      const took = await drag(page, moves);
      return [
        { name: 'events', value: events, unit: '' },
        { name: 'importSeconds', value: median(seconds), unit: 's', target: '< 3 s for 1,000,000 lines' },
        { name: 'scrubMedianMs', value: median(took), unit: 'ms' },
        { name: 'scrubP95Ms', value: quantile(took, 0.95), unit: 'ms', target: '≤ 50 ms' },
      ];
    } finally {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
