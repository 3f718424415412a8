import type { MotionFrame, WashKind } from '../../views/scene/frameAt';
import type { Curve } from '../../views/scene/layoutTypes';

export const TOKENS = ['--walk', '--walk-line', '--penumbra', '--writable', '--on-walk'] as const;
export type Palette = Record<(typeof TOKENS)[number], string>;

/** Draws one frame of motion. Takes nothing from the page, so that a bench can draw it anywhere. */
export function drawMotion(context: CanvasRenderingContext2D, frame: MotionFrame, palette: Palette): void {
  const fill: Record<WashKind, string> = {
    walk: palette['--walk'],
    change: palette['--penumbra'],
    hit: palette['--writable'],
    equal: palette['--penumbra'],
    differ: palette['--penumbra'],
  };
  for (const { kind, rect, strength } of frame.washes) {
    // A wash lies over words: never so strong that they cannot be read. Marks on a minimap have none.
    context.globalAlpha = strength * (rect.h > 8 ? 0.42 : 1);
    context.fillStyle = fill[kind];
    context.beginPath();
    context.roundRect(rect.x, rect.y, rect.w, rect.h, Math.min(4, rect.w / 2));
    context.fill();
  }
  context.globalAlpha = 1;
  if (frame.bar !== undefined && frame.bar.left > 0) {
    const { rect, left } = frame.bar;
    context.fillStyle = palette['--penumbra'];
    context.fillRect(rect.x, rect.y, rect.w * left, rect.h);
  }
  if (frame.trail !== undefined) {
    context.strokeStyle = palette['--walk-line'];
    context.lineWidth = 3;
    trace(context, frame.trail.curve, frame.trail.done);
  }
  if (frame.token !== undefined) {
    const { x, y } = frame.token;
    context.fillStyle = palette['--walk'];
    context.globalAlpha = 0.45;
    disc(context, x, y, 12);
    context.globalAlpha = 1;
    context.fillStyle = palette['--walk-line'];
    disc(context, x, y, 6);
  }
  if (frame.count !== undefined) {
    const { text, at } = frame.count;
    context.font = '600 11px "IBM Plex Mono", monospace';
    const w = context.measureText(text).width + 12;
    const x = Math.max(4, at.x - 4);
    const y = Math.max(2, at.y - 20);
    context.fillStyle = palette['--walk'];
    context.beginPath();
    context.roundRect(x, y, w, 17, 4);
    context.fill();
    context.fillStyle = palette['--on-walk'];
    context.textBaseline = 'middle';
    context.fillText(text, x + 6, y + 9);
  }
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fill();
}

/** The first part of a curve, by de Casteljau's halves. */
function trace(context: CanvasRenderingContext2D, { a, b, c, d }: Curve, t: number): void {
  const mix = (p: { x: number; y: number }, q: { x: number; y: number }) => ({
    x: p.x + (q.x - p.x) * t,
    y: p.y + (q.y - p.y) * t,
  });
  const ab = mix(a, b);
  const bc = mix(b, c);
  const cd = mix(c, d);
  const abc = mix(ab, bc);
  const bcd = mix(bc, cd);
  const end = mix(abc, bcd);
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.bezierCurveTo(ab.x, ab.y, abc.x, abc.y, end.x, end.y);
  context.stroke();
}
