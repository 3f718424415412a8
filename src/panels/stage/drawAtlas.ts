import {
  ATLAS_COLUMNS,
  type AtlasBlock,
  type AtlasLayout,
  CELL_H,
  CELL_W,
  cellLabel,
  cellRect,
} from '../../views/scene/atlas';
import { entryHi, entryLo, marksOf } from '../../views/scene/decode';
import type { TableModel } from '../../views/scene/model';

/** Tokens the atlas draws with. */
export const ATLAS_TOKENS = [
  '--guest-paper',
  '--guest-card',
  '--guest-line',
  '--guest-strong',
  '--guest-quiet',
  '--guest-bit-off',
  '--guest-link',
  '--shadow-ink',
  '--shadow-card',
  '--shadow-line',
  '--shadow-strong',
  '--shadow-quiet',
  '--shadow-bit-off',
  '--shadow-link',
  '--walk',
  '--walk-line',
  '--penumbra',
  '--penumbra-wash',
  '--shadow-penumbra-wash',
  '--writable',
  '--dirty',
  '--wrong',
  '--focus',
] as const;
export type AtlasPalette = Record<(typeof ATLAS_TOKENS)[number], string>;

/** What part of the atlas is seen: screen = (atlas - origin) * zoom, in CSS pixels. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Below this height of a cell on screen its label could not be read and is left out. */
const READABLE = 6.5;
const TITLE = 11;

interface Cached {
  readonly of: TableModel;
  readonly scale: number;
  readonly palette: AtlasPalette;
  readonly bitmap: OffscreenCanvas;
}

/**
 * Draws the atlas. Each table is drawn once into a picture of its own and again only when its entries or the zoom have
 * changed, so that a frame costs a copy per table however many entries there are.
 */
export class AtlasPainter {
  private readonly cache = new Map<string, Cached>();

  draw(
    context: CanvasRenderingContext2D,
    layout: AtlasLayout,
    camera: Camera,
    ratio: number,
    palette: AtlasPalette,
  ): void {
    const { width, height } = context.canvas;
    const scale = camera.zoom * ratio;
    const toX = (x: number): number => (x - camera.x) * scale;
    const toY = (y: number): number => (y - camera.y) * scale;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = palette['--guest-paper'];
    context.fillRect(0, 0, width, height);
    context.fillStyle = palette['--shadow-ink'];
    context.fillRect(0, toY(layout.horizon), width, height);
    for (const block of layout.blocks) {
      const { rect } = block;
      const x = toX(rect.x);
      const y = toY(rect.y - 18);
      if (x > width || y > height || toX(rect.x + rect.w) < 0 || toY(rect.y + rect.h) < 0) continue;
      this.title(context, block, toX(rect.x), toY(rect.y - 5), scale, palette);
      context.drawImage(
        this.picture(block, scale, palette),
        Math.round(toX(rect.x)),
        Math.round(toY(rect.y)),
      );
    }
    this.lines(context, layout, camera, ratio, palette);
  }

  private title(
    context: CanvasRenderingContext2D,
    { table }: AtlasBlock,
    x: number,
    y: number,
    scale: number,
    palette: AtlasPalette,
  ): void {
    const size = TITLE * scale;
    if (size < 5) return;
    context.font = `600 ${size}px "Inter Variable", sans-serif`;
    context.fillStyle = table.side === 'guest' ? palette['--guest-strong'] : palette['--shadow-strong'];
    context.textBaseline = 'alphabetic';
    context.fillText(`${table.name}  ${table.frameName}`, x, y);
  }

  private lines(
    context: CanvasRenderingContext2D,
    layout: AtlasLayout,
    camera: Camera,
    ratio: number,
    palette: AtlasPalette,
  ): void {
    const scale = camera.zoom * ratio;
    context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
    const colour = {
      idle: undefined,
      walk: palette['--walk-line'],
      drift: palette['--penumbra'],
      wrong: palette['--wrong'],
    };
    for (const state of ['idle', 'drift', 'walk', 'wrong'] as const) {
      for (const side of ['guest', 'shadow'] as const) {
        context.beginPath();
        for (const { link, curve } of layout.links) {
          if (link.state !== state || link.side !== side) continue;
          const { a, b, c, d } = curve;
          context.moveTo(a.x, a.y);
          context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
        }
        context.strokeStyle = colour[state] ?? palette[`--${side}-link`];
        context.lineWidth = (state === 'idle' ? 1.2 : 2.4) / Math.max(0.35, camera.zoom);
        context.setLineDash(state === 'drift' ? [8, 6] : []);
        context.stroke();
      }
    }
    context.setLineDash([]);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  private picture(block: AtlasBlock, scale: number, palette: AtlasPalette): OffscreenCanvas {
    const { table, rect } = block;
    const known = this.cache.get(table.id);
    if (
      known !== undefined &&
      known.scale === scale &&
      known.palette === palette &&
      sameTable(known.of, table)
    )
      return known.bitmap;
    const bitmap = new OffscreenCanvas(
      Math.max(1, Math.ceil(rect.w * scale)),
      Math.max(1, Math.ceil(rect.h * scale)),
    );
    const context = bitmap.getContext('2d');
    if (context !== null) paintCells(context, block, scale, palette);
    this.cache.set(table.id, { of: table, scale, palette, bitmap });
    return bitmap;
  }
}

/** Two models of a table look the same if their words and notes do. */
function sameTable(a: TableModel, b: TableModel): boolean {
  if (a === b) return true;
  if (a.notes.size !== b.notes.size || a.used.length !== b.used.length) return false;
  for (let i = 0; i < a.words.length; i++) if (a.words[i] !== b.words[i]) return false;
  for (const [index, note] of a.notes) {
    const other = b.notes.get(index);
    if (other === undefined || JSON.stringify(note) !== JSON.stringify(other)) return false;
  }
  return true;
}

/** Cells from the top left; used ones with their rights as a stripe and their target as a label. */
function paintCells(
  context: OffscreenCanvasRenderingContext2D,
  block: AtlasBlock,
  scale: number,
  palette: AtlasPalette,
): void {
  const { table, rect } = block;
  const side = table.side;
  const labelled = CELL_H * scale >= READABLE;
  const gap = Math.min(1, scale);
  context.fillStyle = palette[`--${side}-line`];
  context.fillRect(0, 0, rect.w * scale, rect.h * scale);
  const size = CELL_H * 0.74 * scale;
  context.font = `400 ${size}px "IBM Plex Mono", monospace`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let index = 0; index < table.capacity; index++) {
    const x = (index % ATLAS_COLUMNS) * CELL_W * scale;
    const y = Math.floor(index / ATLAS_COLUMNS) * CELL_H * scale;
    const w = CELL_W * scale - gap;
    const h = CELL_H * scale - gap;
    const label = cellLabel(table, index);
    context.fillStyle = ground(table, index, label !== '', palette);
    context.fillRect(x, y, w, h);
    if (label === '') continue;
    const marks = marksOf(entryHi(table, index), entryLo(table, index));
    // Writable and dirty as two short stripes one above the other: place tells them apart, colour helps.
    if (marks & 2) {
      context.fillStyle = palette['--writable'];
      context.fillRect(x, y, 2.6 * scale, h / 2);
    }
    if (marks & 16) {
      context.fillStyle = palette['--dirty'];
      context.fillRect(x, y + h / 2, 2.6 * scale, h / 2);
    }
    if (!labelled) continue;
    context.fillStyle = palette[`--${side}-strong`];
    context.fillText(label, x + w - 1.5 * scale, y + h / 2 + 0.5 * scale);
  }
}

function ground(table: TableModel, index: number, used: boolean, palette: AtlasPalette): string {
  const note = table.notes.get(index);
  if (note?.wrong !== undefined) return palette['--wrong'];
  if (note?.walk === 'reading') return palette['--walk'];
  if (note?.changed || note?.stale)
    return palette[table.side === 'guest' ? '--penumbra-wash' : '--shadow-penumbra-wash'];
  if (table.side === 'guest') return palette[used ? '--guest-card' : '--guest-bit-off'];
  return palette[used ? '--shadow-card' : '--shadow-ink'];
}

/** The outline of what is in focus, over everything. */
export function drawFocus(
  context: CanvasRenderingContext2D,
  block: AtlasBlock,
  index: number,
  camera: Camera,
  ratio: number,
  palette: AtlasPalette,
): void {
  const rect = index < 0 ? block.rect : cellRect(block, index);
  const scale = camera.zoom * ratio;
  context.strokeStyle = palette['--focus'];
  context.lineWidth = 2 * ratio;
  context.strokeRect(
    (rect.x - camera.x) * scale,
    (rect.y - camera.y) * scale,
    rect.w * scale,
    rect.h * scale,
  );
}
