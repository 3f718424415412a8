import { existsSync } from 'node:fs';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { BROWSER_FLAGS, findBrowser, NO_BROWSER } from '../../cli/browser';
import { type Bench, median, quantile, wholeArg } from '../bench';

/** Two vCPUs that let a table drift and bring it back, over and over, a step in turn: about 110,000 steps. */
const LONG = `scenario "A long run"
design xen
profile A
paging x86-64, 128 frames
root 0x010
table l1 0x02b at 0x7f80_8800_0000
table l1 0x02e at 0x7f80_8820_0000
map 0x7f80_8800_3000 -> 0x040 rw user a d
map 0x7f80_8820_1000 -> 0x042 rw user a d
direct 0xffff_8100_0000_0000 tables 0x061
vcpu 0
  repeat 450
    load 0x7f80_8800_3000
    cr3 0x010
    load 0x7f80_8820_1000
  end
vcpu 1
  repeat 450
    pte 0x7f80_8820_7000 = 0x045 rw user a d
    cr3 0x010
    pte 0x7f80_8820_7000 = 0x046 rw user a d
  end
schedule round-robin
`;

/** What the page is made to keep: milliseconds from each move of the pointer to the frame that shows the moment, painted. */
interface Watched {
  took: number[];
}

/** Runs in the page. The browser delivers a move right before a frame; what a frame posts arrives after it was painted. */
function watch(): void {
  const took: number[] = [];
  (window as unknown as Watched).took = took;
  const onMove = (event: Event): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        took.push(performance.now() - event.timeStamp);
      };
      port2.postMessage(0);
    });
  };
  document.querySelector('[role="slider"]')?.addEventListener('pointermove', onMove, true);
}

/** Drags with the browser's own pointer, each move only after the one before is on the screen. */
async function drag(page: Page, moves: number): Promise<number[]> {
  const box = await page.getByRole('slider').boundingBox();
  if (box === null) throw new Error('The page has no timeline to drag on.');
  await page.evaluate('window.took.length = 0');
  const y = box.y + 6;
  await page.mouse.move(box.x + 1, y);
  await page.mouse.down();
  for (let i = 1; i <= moves; i++) {
    // The golden ratio spreads places evenly and never near the last one: every move is a far jump.
    await page.mouse.move(box.x + ((i * 0.618034) % 1) * box.width, y);
    await page.waitForFunction(`window.took.length > ${i}`);
  }
  await page.mouse.up();
  return (await page.evaluate('window.took.slice(1)')) as number[];
}

/** Dragging along the timeline of a long run in the built page, 1440 × 900, software raster. */
export const scrub: Bench = {
  name: 'scrub',
  about:
    'dragging the timeline of a run of more than 100,000 steps in the built page: pointer moved to frame painted',
  async run(args) {
    const moves = wholeArg(args, 'moves', 120);
    const executablePath = findBrowser();
    if (executablePath === null) throw new Error(NO_BROWSER);
    if (!existsSync('dist/index.html'))
      throw new Error('There is no build in dist. Run "npm run build" first.');
    const server = await preview({ logLevel: 'silent', preview: { host: '127.0.0.1', port: 0 } });
    const browser = await chromium.launch({ executablePath, args: [...BROWSER_FLAGS, '--disable-gpu'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.addInitScript(`localStorage.setItem('shadowscope.draft', ${JSON.stringify(LONG)})`);
      // The runner of this file marks functions with a helper that the page does not have.
      await page.addInitScript('globalThis.__name = (made) => made;');
      await page.goto(server.resolvedUrls?.local[0] ?? '');
      await page.waitForFunction('window.shadowscope !== undefined');
      await page.evaluate('window.shadowscope.idle()');
      const steps = Number(await page.getByRole('slider').getAttribute('aria-valuemax'));
      await page.evaluate(`(${watch.toString()})()`);
      await drag(page, 20);
      const took = await drag(page, moves);
      return [
        { name: 'steps', value: steps, unit: '' },
        { name: 'medianMs', value: median(took), unit: 'ms' },
        { name: 'p95Ms', value: quantile(took, 0.95), unit: 'ms', target: '≤ 50 ms, reach for 16' },
      ];
    } finally {
      await browser.close();
      await server.close();
    }
  },
};
