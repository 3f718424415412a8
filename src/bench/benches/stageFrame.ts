import { chromium } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { BROWSER_FLAGS, findBrowser, NO_BROWSER } from '../../cli/browser';
import { type Bench, median, quantile, wholeArg } from '../bench';
import type { Frames } from '../stageFrame/page';

/** What the page offers once its script has run. */
interface StageFrame {
  moving(frames: number): Promise<Frames>;
  stepping(frames: number): Promise<Frames>;
  everyEntry(frames: number, cold: boolean): Promise<Frames & { readonly labelHeight: number }>;
}

/** No upper limit on frames per second, no graphics card: what a frame costs, not what the display allows. */
const FLAGS = ['--disable-gpu', '--disable-frame-rate-limit', '--disable-gpu-vsync'];

/** The page's script and style, built as one file each and kept in memory. */
async function bundle(): Promise<{ script: string; style: string }> {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [react()],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2023',
      lib: { entry: 'src/bench/stageFrame/page.tsx', formats: ['iife'], name: 'bench', fileName: 'bench' },
    },
  });
  const outputs = (Array.isArray(made) ? made : [made]).flatMap((one) => ('output' in one ? one.output : []));
  const chunk = outputs.find((one) => one.type === 'chunk');
  const style = outputs.find((one) => one.type === 'asset' && one.fileName.endsWith('.css'));
  if (chunk?.type !== 'chunk') throw new Error('The bench page was built without a script.');
  return { script: chunk.code, style: style?.type === 'asset' ? String(style.source) : '' };
}

/** Frames of the stage in headless Chromium with software raster, 1440 × 900. */
export const stageFrame: Bench = {
  name: 'stageFrame',
  about:
    '16 tables of 512 entries and 200 links, per frame, software raster (script to painted, main thread)',
  async run(args) {
    const frames = wholeArg(args, 'frames', 120);
    const executablePath = findBrowser();
    if (executablePath === null) throw new Error(NO_BROWSER);
    const { script, style } = await bundle();
    const browser = await chromium.launch({ executablePath, args: [...BROWSER_FLAGS, ...FLAGS] });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.setContent('<!doctype html><html lang="en"><body></body></html>');
      await page.addStyleTag({ content: style });
      await page.addScriptTag({ content: script });
      const call = <T>(use: (stage: StageFrame, n: number) => Promise<T>): Promise<T> =>
        page.evaluate(`(${use.toString()})(window.stageFrame, ${frames})`) as Promise<T>;
      const every = await call((stage, n) => stage.everyEntry(n, false));
      const cold = await call((stage, n) => stage.everyEntry(n, true));
      const moving = await call((stage, n) => stage.moving(n));
      const stepping = await call((stage, n) => stage.stepping(n));
      return [
        { name: 'everyEntryMs', value: median(every.work), unit: 'ms', target: '< 16 ms, reach for 5' },
        { name: 'everyEntryP95Ms', value: quantile(every.work, 0.95), unit: 'ms' },
        { name: 'everyEntryIntervalMs', value: median(every.interval), unit: 'ms' },
        { name: 'everyEntryAllRedrawnMs', value: median(cold.work), unit: 'ms' },
        { name: 'labelPixels', value: every.labelHeight, unit: 'px' },
        { name: 'movingMs', value: median(moving.work), unit: 'ms', target: '< 16 ms' },
        { name: 'movingIntervalMs', value: median(moving.interval), unit: 'ms' },
        { name: 'steppingMs', value: median(stepping.work), unit: 'ms', target: '< 16 ms' },
        { name: 'steppingIntervalMs', value: median(stepping.interval), unit: 'ms' },
      ];
    } finally {
      await browser.close();
    }
  },
};
