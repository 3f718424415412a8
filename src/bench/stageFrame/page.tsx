import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { ATLAS_TOKENS, AtlasPainter } from '../../panels/stage/drawAtlas';
import { StageView } from '../../panels/stage/StageView';
import { readColours } from '../../ui/readColour';
import '../../ui/base.css';
import '../../ui/tokens.css';
import { CELL_H, layoutAtlas } from '../../views/scene/atlas';
import type { SceneModel } from '../../views/scene/model';
import { fullAtlas, fullStage, stepped } from './models';

/** Milliseconds of each frame: from the start of its script to the end of its painting on the main thread. */
export interface Frames {
  readonly work: number[];
  /** From one frame's start to the next's, with the frame rate unlimited: includes rasterising and compositing. */
  readonly interval: number[];
}

const nothing = (): void => undefined;

async function measure(frames: number, draw: (frame: number) => void): Promise<Frames> {
  const work: number[] = [];
  const interval: number[] = [];
  let before: number | undefined;
  for (let i = -10; i < frames; i++) {
    const start = await new Promise<number>((resolve) => {
      requestAnimationFrame(() => resolve(performance.now()));
    });
    // The promise's continuation runs within the frame, before style, layout and paint.
    draw(i + 10);
    const painted = new Promise<number>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(undefined);
    });
    const end = await painted;
    if (i >= 0) {
      work.push(end - start);
      if (before !== undefined) interval.push(start - before);
    }
    before = start;
  }
  return { work, interval };
}

function mount(width: number, height: number): { host: HTMLDivElement; size: { w: number; h: number } } {
  const host = document.createElement('div');
  host.style.cssText = `position:fixed;inset:0;width:${width}px;height:${height}px`;
  document.body.replaceChildren(host);
  return { host, size: { w: width, h: height } };
}

/** The stage while a beat plays: only what moves is drawn again. */
async function moving(frames: number): Promise<Frames> {
  const { host, size } = mount(window.innerWidth, window.innerHeight);
  const model = fullStage();
  let fraction = 0;
  let changed: () => void = nothing;
  const subscribe = (listener: () => void): (() => void) => {
    const others = changed;
    changed = () => {
      others();
      listener();
    };
    return nothing;
  };
  const root = createRoot(host);
  flushSync(() =>
    root.render(
      <StageView
        model={model}
        size={size}
        scale={1}
        focus={undefined}
        onFocus={nothing}
        fraction={() => fraction}
        subscribe={subscribe}
        scheme="light"
      />,
    ),
  );
  const found = await measure(frames, (i) => {
    fraction = (i % 97) / 97;
    changed();
  });
  root.unmount();
  return found;
}

/** The stage from step to step: model, layout and marks are new in every frame. */
async function stepping(frames: number): Promise<Frames> {
  const { host, size } = mount(window.innerWidth, window.innerHeight);
  const model = fullStage();
  const root = createRoot(host);
  const fraction = (): number => 1;
  const subscribe = (): (() => void) => nothing;
  const show = (now: SceneModel): void =>
    root.render(
      <StageView
        model={now}
        size={size}
        scale={1}
        focus={undefined}
        onFocus={nothing}
        fraction={fraction}
        subscribe={subscribe}
        scheme="light"
      />,
    );
  const found = await measure(frames, (i) => flushSync(() => show(stepped(model, i))));
  root.unmount();
  return found;
}

/** Every entry of 16 tables with its label, and 200 links; one entry changes per frame. */
async function everyEntry(frames: number, cold: boolean): Promise<Frames & { readonly labelHeight: number }> {
  const { host, size } = mount(window.innerWidth, window.innerHeight);
  const canvas = document.createElement('canvas');
  canvas.width = size.w;
  canvas.height = size.h;
  host.append(canvas);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('This browser gives no 2D canvas.');
  let model = fullAtlas();
  const layout = layoutAtlas(model, size.w / size.h);
  const zoom = Math.min(size.w / layout.size.w, size.h / layout.size.h);
  const palette = readColours(document.body, ...ATLAS_TOKENS);
  let painter = new AtlasPainter();
  const found = await measure(frames, (i) => {
    model = stepped(model, i);
    if (cold) painter = new AtlasPainter();
    painter.draw(context, layoutAtlas(model, size.w / size.h), { x: 0, y: 0, zoom }, 1, palette);
  });
  return { ...found, labelHeight: CELL_H * zoom };
}

Object.assign(window, { stageFrame: { moving, stepping, everyEntry } });
