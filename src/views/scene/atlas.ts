import { targetText } from './decode';
import type { EntityId } from './entity';
import { ownerOf, parseEntity } from './entity';
import type { Curve, Point, Rect } from './layoutTypes';
import type { LinkModel, SceneModel, TableModel } from './model';

/**
 * The same scene with every entry of every table: a map to look things up on, where the stage is a picture to follow.
 * Each table is a block of lines of 32 cells, without the lines in which nothing is used; guest blocks above, shadow
 * blocks below, in the order of the columns.
 */
export const ATLAS_COLUMNS = 32;
export const CELL_W = 25;
export const CELL_H = 13;
/** Left of the cells: the index of the first entry of each line. */
export const LABEL_W = 26;
/** Above the cells: name and frame. */
export const HEAD = 30;
const GAP = 20;

export interface AtlasBlock {
  readonly table: TableModel;
  /** Lines that hold a used entry: line n holds the entries from 32 n. One at least. */
  readonly lines: readonly number[];
  /** The cells; title and line labels lie above and to the left. */
  readonly rect: Rect;
}

export interface AtlasLayout {
  readonly blocks: readonly AtlasBlock[];
  readonly links: readonly { readonly link: LinkModel; readonly curve: Curve }[];
  /** Where the guest's half ends. */
  readonly horizon: number;
  readonly size: { readonly w: number; readonly h: number };
}

const CELLS_W = ATLAS_COLUMNS * CELL_W;
const PITCH = LABEL_W + CELLS_W + GAP;

function linesOf(t: TableModel): number[] {
  const lines = new Set<number>();
  for (const index of t.used) lines.add(Math.floor(index / ATLAS_COLUMNS));
  for (const index of t.hollow.keys()) lines.add(Math.floor(index / ATLAS_COLUMNS));
  for (const index of t.notes.keys()) lines.add(Math.floor(index / ATLAS_COLUMNS));
  return lines.size === 0 ? [0] : [...lines].sort((a, b) => a - b);
}

/** Packs the blocks so that the whole has about the shape of the screen. Units are pixels at zoom 1. */
export function layoutAtlas(model: SceneModel, aspect: number): AtlasLayout {
  const ordered = (side: TableModel['side']): TableModel[] =>
    model.tables
      .filter((t) => t.side === side)
      .sort((a, b) => b.level - a.level || a.order - b.order || a.frame - b.frame);
  const guests = ordered('guest');
  const shadows = ordered('shadow');
  let best: AtlasLayout | undefined;
  for (let columns = 1; columns <= 12; columns++) {
    const one = pack(guests, shadows, columns);
    // The one that can be drawn largest.
    const scale = (l: AtlasLayout): number => Math.min(aspect / l.size.w, 1 / l.size.h);
    if (best === undefined || scale(one) > scale(best)) best = one;
  }
  const { blocks } = best as AtlasLayout;
  const byTable = new Map(blocks.map((block) => [block.table.id, block]));
  return { ...(best as AtlasLayout), links: linksBetween(model.links, byTable) };
}

function pack(guests: readonly TableModel[], shadows: readonly TableModel[], columns: number): AtlasLayout {
  const blocks: AtlasBlock[] = [];
  let y = GAP;
  const rows = (tables: readonly TableModel[]): void => {
    for (let i = 0; i < tables.length; i += columns) {
      let tallest = 0;
      tables.slice(i, i + columns).forEach((table, nth) => {
        const lines = linesOf(table);
        const h = lines.length * CELL_H;
        blocks.push({ table, lines, rect: { x: GAP + LABEL_W + nth * PITCH, y: y + HEAD, w: CELLS_W, h } });
        tallest = Math.max(tallest, h);
      });
      y += HEAD + tallest + GAP;
    }
  };
  rows(guests);
  const horizon = y;
  y += GAP;
  rows(shadows);
  const widest = Math.min(columns, Math.max(guests.length, shadows.length, 1));
  return { blocks, horizon, size: { w: GAP + widest * PITCH, h: y }, links: [] };
}

/** Links between tables; what points at memory ends here, for memory has no blocks. */
function linksBetween(
  links: readonly LinkModel[],
  byTable: ReadonlyMap<EntityId, AtlasBlock>,
): { link: LinkModel; curve: Curve }[] {
  return links.flatMap((link) => {
    const from = byTable.get(ownerOf(link.from));
    const to = byTable.get(link.to);
    const index = parseEntity(link.from)?.index ?? -1;
    if (from === undefined || to === undefined || index < 0) return [];
    const cell = cellRect(from, index);
    const a: Point = { x: cell.x + cell.w / 2, y: cell.y + cell.h / 2 };
    const d: Point = { x: to.rect.x - LABEL_W, y: to.rect.y - HEAD / 2 };
    const mid = (a.y + d.y) / 2;
    return [{ link, curve: { a, b: { x: a.x, y: mid }, c: { x: d.x - 30, y: mid }, d } }];
  });
}

/** Where an entry is drawn; entries of lines that are left out count as the first of the block. */
export function cellRect({ rect, lines }: AtlasBlock, index: number): Rect {
  const line = Math.max(0, lines.indexOf(Math.floor(index / ATLAS_COLUMNS)));
  return { x: rect.x + (index % ATLAS_COLUMNS) * CELL_W, y: rect.y + line * CELL_H, w: CELL_W, h: CELL_H };
}

/** The entry, or the table, at a point of the atlas. */
export function entityAt(layout: AtlasLayout, at: Point): EntityId | undefined {
  for (const { table, rect, lines } of layout.blocks) {
    if (at.x < rect.x || at.x >= rect.x + rect.w || at.y < rect.y - HEAD || at.y >= rect.y + rect.h) continue;
    if (at.y < rect.y) return table.id;
    const line = lines[Math.floor((at.y - rect.y) / CELL_H)] ?? 0;
    const index = line * ATLAS_COLUMNS + Math.floor((at.x - rect.x) / CELL_W);
    return index < table.capacity ? `${table.id}[${index.toString(16).padStart(3, '0')}]` : undefined;
  }
  return undefined;
}

/** What is written in a cell: where a used entry points; nothing in an empty one. */
export function cellLabel(table: TableModel, index: number): string {
  const lo = table.words[index * table.stride] ?? 0;
  const hi = table.stride === 2 ? (table.words[index * 2 + 1] ?? 0) : 0;
  if (lo === 0 && hi === 0) return '';
  const hollow = table.hollow.get(index);
  if (hollow !== undefined) return hollow;
  const note = table.notes.get(index);
  return targetText(table, hi, lo, note?.says === undefined ? undefined : note);
}
