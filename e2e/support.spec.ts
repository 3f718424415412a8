import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { axeViolations } from './support/axe';
import { idle } from './support/idle';
import { listen } from './support/quiet';
import { textProblems } from './support/textLayout';

/** The checks of the other specs are checked themselves here, on small pages with a fault planted or none. */
async function show(page: Page, body: string): Promise<void> {
  const style = 'body { margin: 8px; font: 16px/24px sans-serif } * { box-sizing: border-box }';
  await page.setContent(
    `<!doctype html><html lang="en"><title>t</title><style>${style}</style><body>${body}</body></html>`,
  );
}

const kinds = async (page: Page): Promise<string[]> => (await textProblems(page)).map(({ kind }) => kind);

test.describe('textProblems finds planted', () => {
  const planted: readonly (readonly [string, string, string])[] = [
    [
      'clipping by a hidden overflow',
      'clipped',
      '<div style="width:60px;overflow:hidden;white-space:nowrap">a long caption</div>',
    ],
    [
      'clipping by a far ancestor',
      'clipped',
      '<div style="height:10px;overflow:clip"><p><b>two</b></p></div>',
    ],
    [
      'ellipsis',
      'clipped',
      '<div style="width:60px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">a long caption</div>',
    ],
    [
      'line clamp',
      'clipped',
      '<div style="width:80px;overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:1">more than one line of words</div>',
    ],
    [
      'SVG text outside its picture',
      'clipped',
      '<svg width="80" height="30"><text x="60" y="20">stale</text></svg>',
    ],
    [
      'SVG text outside its clip path',
      'clipped',
      '<svg width="200" height="30"><clipPath id="c"><rect width="50" height="30"/></clipPath><g clip-path="url(#c)"><text x="30" y="20">stale</text></g></svg>',
    ],
    [
      'text beyond the right edge',
      'viewport',
      '<div style="position:absolute;left:calc(100vw - 30px);white-space:nowrap">beyond the edge</div>',
    ],
    [
      'text beyond the left edge',
      'viewport',
      '<div style="position:absolute;left:-40px">beyond the edge</div>',
    ],
    [
      'fixed text below the bottom',
      'viewport',
      '<div style="position:fixed;top:calc(100vh - 10px)">below</div>',
    ],
    ['overlap of HTML text', 'overlap', '<p>one caption</p><p style="margin-top:-30px">another caption</p>'],
    [
      'overlap of SVG text',
      'overlap',
      '<svg width="200" height="40"><text x="10" y="20">0x02e</text><text x="30" y="24">0x045</text></svg>',
    ],
    [
      'overlap of a label in HTML with one in SVG',
      'overlap',
      '<svg width="200" height="40"><text x="10" y="20">0x02e</text></svg><b style="position:absolute;left:18px;top:12px">L1</b>',
    ],
    [
      'overlap within an open dialog',
      'overlap',
      '<div data-layer="overlay"><p>one</p><p style="margin-top:-30px">another</p></div>',
    ],
  ];
  for (const [what, kind, body] of planted) {
    test(what, async ({ page }) => {
      await show(page, body);
      expect(await kinds(page)).toEqual([kind]);
    });
  }

  test('overlap, with the texts and the place', async ({ page }) => {
    await show(
      page,
      '<p style="position:absolute;margin:0;left:10px;top:10px">first</p><p style="position:absolute;margin:0;left:12px;top:14px">second</p>',
    );
    const [problem] = await textProblems(page);
    expect(problem).toMatchObject({
      kind: 'overlap',
      text: 'first',
      other: 'second',
      rect: { left: 10 },
    });
  });
});

test.describe('textProblems accepts', () => {
  const clean: readonly (readonly [string, string])[] = [
    [
      'words side by side and below each other',
      '<p>one <b>two</b> three</p><p>four<br>five</p><table><tr><td>a<td>b</table>',
    ],
    ['a longer page than the window', `<div style="height:3000px">top</div><p>bottom</p>`],
    [
      'a list that scrolls',
      '<div style="height:40px;overflow:auto"><p>one</p><p>two</p><p>three</p></div><p>after</p>',
    ],
    [
      'a cell that hides nothing',
      '<div style="width:200px;overflow:hidden;text-overflow:ellipsis">short</div>',
    ],
    [
      'text for screen readers',
      '<p>seen</p><span style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">said, not shown</span>',
    ],
    [
      'hidden and transparent text',
      '<p>seen</p><p style="visibility:hidden;margin-top:-30px">unseen</p><p style="opacity:0;margin-top:-30px">unseen</p>',
    ],
    [
      'an overlay over the page',
      '<p>beneath</p><div data-layer="overlay" style="position:fixed;left:8px;top:16px">above</div>',
    ],
    [
      'text that escapes a clip by its position',
      '<div style="width:20px;height:20px;overflow:hidden"><div style="position:absolute;top:100px">a caption elsewhere</div></div>',
    ],
    [
      'SVG labels in a scaled picture',
      '<svg width="400" height="80" viewBox="0 0 200 40"><text x="4" y="16">L4</text><text x="60" y="16">L3</text><text x="4" y="36">0ff</text></svg>',
    ],
  ];
  for (const [what, body] of clean) {
    test(what, async ({ page }) => {
      await show(page, body);
      expect(await textProblems(page)).toEqual([]);
    });
  }
});

test('axeViolations names rule and element, and is empty on a clean page', async ({ page }) => {
  await show(page, '<main><h1>t</h1><button id="nameless"></button></main>');
  const [violation = '', ...others] = await axeViolations(page);
  expect(violation).toMatch(/^button-name: #nameless: /);
  expect(others).toEqual([]);
  await show(page, '<main><h1>t</h1><button>Step</button></main>');
  expect(await axeViolations(page)).toEqual([]);
});

test('idle waits for the promise that the page gives', async ({ page }) => {
  await show(page, '<p id="state">busy</p>');
  await page.evaluate(() => {
    const state = document.getElementById('state') as HTMLElement;
    const idle = () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => {
          state.textContent = 'at rest';
          resolve();
        });
      });
    Object.assign(window, { shadowscope: { idle } });
  });
  await idle(page);
  expect(await page.locator('#state').textContent()).toBe('at rest');
});

test('listen hears what no visit may cause', async ({ browser, baseURL }) => {
  // A page of its own: the page of the fixture must keep quiet.
  const page = await browser.newPage();
  const noise = listen(page, baseURL ?? '');
  await page.goto(baseURL ?? '');
  expect(noise).toEqual([]);
  await page.route('https://elsewhere.example/**', (route) => route.fulfill({ body: '' }));
  await page.evaluate(async () => {
    console.warn('a warning');
    await fetch('https://elsewhere.example/pixel', { mode: 'no-cors' });
    await fetch('/nothing-here.woff2');
  });
  await page.close();
  const heard = (start: string): number => noise.filter((line) => line.startsWith(start)).length;
  expect(heard('console warning: a warning')).toBe(1);
  expect(heard('request to another origin: https://elsewhere.example/pixel')).toBe(1);
  expect(heard('answer 404: ')).toBe(1);
});
