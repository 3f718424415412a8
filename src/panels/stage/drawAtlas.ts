import { hex } from '../../base';
import {
  ATLAS_COLUMNS,
  type AtlasBlock,
  type AtlasLayout,
  CELL_H,
  CELL_W,
  cellLabel,
  cellRect,
  HEAD,
  LABEL_W,
} from '../../views/scene/atlas';
import { entryHi, entryLo, marksOf } from '../../views/scene/decode';
import type { TableModel } from '../../views/scene/model';
import { CellBitmap, rgbOf } from './cellBitmap';

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
/** Titles are never smaller than this, in CSS pixels, however far away the map is. */
const TITLE = 9.5;

interface Cached {
  readonly of: TableModel;
  readonly scale: number;
  readonly palette: AtlasPalette;
  readonly bitmap: ImageBitmap;
}

/** The links at rest, drawn once for a camera: hundreds of long curves are what a frame would spend its time on. */
interface CachedLinks {
  readonly key: string;
  readonly palette: AtlasPalette;
  readonly bitmap: ImageBitmap;
}

/**
 * Draws the atlas. Each table is drawn once into a picture of its own and again only when its entries or the zoom have
 * changed, so that a frame costs a copy per table however many entries there are.
 */
export class AtlasPainter {
  private readonly cache = new Map<string, Cached>();
  private resting: CachedLinks | undefined;

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
      const y = toY(rect.y - HEAD);
      if (x > width || y > height || toX(rect.x + rect.w) < 0 || toY(rect.y + rect.h) < 0) continue;
      this.title(context, block, toX(rect.x - LABEL_W), toY(rect.y) - 4 * ratio, scale, ratio, palette);
      context.drawImage(
        this.picture(block, scale, palette),
        Math.round(toX(rect.x - LABEL_W)),
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
    ratio: number,
    palette: AtlasPalette,
  ): void {
    const size = Math.max(TITLE * ratio, 12 * scale);
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
    const { width, height } = context.canvas;
    const key = `${width} ${height} ${ratio} ${camera.x} ${camera.y} ${camera.zoom} ${restingKey(layout)}`;
    if (this.resting?.key !== key || this.resting.palette !== palette) {
      const layer = new OffscreenCanvas(width, height);
      const onLayer = layer.getContext('2d');
      if (onLayer !== null) strokeLinks(onLayer, layout, camera, ratio, palette, true);
      this.resting = { key, palette, bitmap: layer.transferToImageBitmap() };
    }
    context.drawImage(this.resting.bitmap, 0, 0);
    strokeLinks(context, layout, camera, ratio, palette, false);
  }

  private picture(block: AtlasBlock, scale: number, palette: AtlasPalette): ImageBitmap {
    const { table } = block;
    const known = this.cache.get(table.id);
    if (
      known !== undefined &&
      known.scale === scale &&
      known.palette === palette &&
      sameTable(known.of, table)
    )
      return known.bitmap;
    const bitmap = paintCells(block, scale, palette).toBitmap();
    this.cache.set(table.id, { of: table, scale, palette, bitmap });
    return bitmap;
  }
}

/** Tells two sets of resting links apart: which they are; where they lie follows from the tables, which a model has in order. */
function restingKey(layout: AtlasLayout): string {
  let key = `${layout.size.w} ${layout.size.h}`;
  for (const { link, curve } of layout.links)
    if (link.state === 'idle') key += ` ${link.id}${curve.a.x}${curve.d.y}`;
  return key;
}

function strokeLinks(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  layout: AtlasLayout,
  camera: Camera,
  ratio: number,
  palette: AtlasPalette,
  resting: boolean,
): void {
  const scale = camera.zoom * ratio;
  context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  const colour = { walk: palette['--walk-line'], drift: palette['--penumbra'], wrong: palette['--wrong'] };
  for (const { link, curve } of layout.links) {
    const { state, side } = link;
    if ((state === 'idle') !== resting) continue;
    context.strokeStyle =
      state === 'idle' ? palette[side === 'guest' ? '--guest-link' : '--shadow-link'] : colour[state];
    context.lineWidth = (state === 'idle' ? 1.2 : 2.4) / Math.max(0.35, camera.zoom);
    context.setLineDash(state === 'drift' ? [8, 6] : []);
    const { a, b, c, d } = curve;
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
    context.stroke();
  }
  context.setLineDash([]);
  context.setTransform(1, 0, 0, 1, 0, 0);
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

/** Line labels and cells from the top left; used ones with their rights as a stripe and their target as a label. */
function paintCells({ table, rect, lines }: AtlasBlock, scale: number, palette: AtlasPalette): CellBitmap {
  const guest = table.side === 'guest';
  const left = Math.round(LABEL_W * scale);
  const bitmap = new CellBitmap(
    Math.max(1, left + Math.ceil(rect.w * scale)),
    Math.max(1, Math.ceil(rect.h * scale)),
  );
  const paper = rgbOf(palette[guest ? '--guest-paper' : '--shadow-ink']);
  const quiet = rgbOf(palette[guest ? '--guest-quiet' : '--shadow-quiet']);
  bitmap.fill(0, 0, left, bitmap.height, paper);
  bitmap.fill(left, 0, bitmap.width, bitmap.height, rgbOf(palette[guest ? '--guest-line' : '--shadow-line']));
  const ink = rgbOf(palette[guest ? '--guest-strong' : '--shadow-strong']);
  const writable = rgbOf(palette['--writable']);
  const dirty = rgbOf(palette['--dirty']);
  const size = Math.round(CELL_H * 0.74 * scale * 2) / 2;
  const labelled = CELL_H * scale >= READABLE;
  const gap = scale >= 0.25 ? 1 : 0;
  const stripe = Math.max(1, Math.round(2.6 * scale));
  lines.forEach((line, nth) => {
    const y = Math.round(nth * CELL_H * scale);
    const h = Math.round((nth + 1) * CELL_H * scale) - y - gap;
    const half = h >> 1;
    const first = line * ATLAS_COLUMNS;
    if (labelled) bitmap.label(hex(first, 3), left - Math.round(4 * scale), y + h / 2, size, quiet, paper);
    for (let column = 0; column < ATLAS_COLUMNS && first + column < table.capacity; column++) {
      const index = first + column;
      const x = left + Math.round(column * CELL_W * scale);
      const w = left + Math.round((column + 1) * CELL_W * scale) - x - gap;
      const label = cellLabel(table, index);
      const back = rgbOf(ground(table, index, label !== '', palette));
      bitmap.fill(x, y, w, h, back);
      if (label === '') continue;
      const blank = table.hollow.has(index) || table.notes.get(index)?.blank === true;
      const marks = blank ? 0 : marksOf(entryHi(table, index), entryLo(table, index), table.format);
      // Writable and dirty as two short stripes one above the other: place tells them apart, colour helps.
      if (marks & 2) bitmap.fill(x, y, stripe, half, writable);
      if (marks & 16) bitmap.fill(x, y + half, stripe, h - half, dirty);
      if (labelled) bitmap.label(label, x + w - 1, y + h / 2, size, ink, back);
    }
  });
  return bitmap;
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
