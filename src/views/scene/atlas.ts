import { targetText } from './decode';
import type { EntityId } from './entity';
import { ownerOf, parseEntity } from './entity';
import type { Curve, Point, Rect } from './layoutTypes';
import type { LinkModel, SceneModel, TableModel } from './model';

/**
 * The same scene with every entry of every table: a map to look things up on, where the stage is a picture to follow.
 * Each table is a block of 32 cells by 16; guest blocks above, shadow blocks below, in the order of the columns.
 */
export const ATLAS_COLUMNS = 32;
export const CELL_W = 27;
export const CELL_H = 13;
const HEAD = 18;
const GAP = 22;

export interface AtlasBlock {
  readonly table: TableModel;
  /** Without the title line, which lies above. */
  readonly rect: Rect;
}

export interface AtlasLayout {
  readonly blocks: readonly AtlasBlock[];
  readonly links: readonly { readonly link: LinkModel; readonly curve: Curve }[];
  /** Where the guest's half ends. */
  readonly horizon: number;
  readonly size: { readonly w: number; readonly h: number };
}

const blockH = (t: TableModel): number => Math.ceil(t.capacity / ATLAS_COLUMNS) * CELL_H;
const BLOCK_W = ATLAS_COLUMNS * CELL_W;

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
  return { ...(best as AtlasLayout), links: linksOf(model.links, byTable) };
}

function pack(guests: readonly TableModel[], shadows: readonly TableModel[], columns: number): AtlasLayout {
  const blocks: AtlasBlock[] = [];
  let y = GAP;
  const rows = (tables: readonly TableModel[]): void => {
    for (let i = 0; i < tables.length; i += columns) {
      const row = tables.slice(i, i + columns);
      row.forEach((table, nth) => {
        const x = GAP + nth * (BLOCK_W + GAP * 2);
        blocks.push({ table, rect: { x, y: y + HEAD, w: BLOCK_W, h: blockH(table) } });
      });
      y += HEAD + Math.max(...row.map(blockH)) + GAP;
    }
  };
  rows(guests);
  const horizon = y;
  y += GAP;
  rows(shadows);
  const widest = Math.min(columns, Math.max(guests.length, shadows.length, 1));
  const w = GAP + widest * (BLOCK_W + GAP * 2);
  return { blocks, horizon, size: { w, h: y }, links: [] };
}

/** Links between tables; what points at memory ends here, for memory has no blocks. */
function linksOf(
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
    const d: Point = { x: to.rect.x, y: to.rect.y - HEAD / 2 };
    const mid = (a.y + d.y) / 2;
    return [{ link, curve: { a, b: { x: a.x, y: mid }, c: { x: d.x - 30, y: mid }, d } }];
  });
}

export function cellRect({ rect }: AtlasBlock, index: number): Rect {
  const x = rect.x + (index % ATLAS_COLUMNS) * CELL_W;
  const y = rect.y + Math.floor(index / ATLAS_COLUMNS) * CELL_H;
  return { x, y, w: CELL_W, h: CELL_H };
}

/** The entry, or the table, at a point of the atlas. */
export function entityAt(layout: AtlasLayout, at: Point): EntityId | undefined {
  for (const { table, rect } of layout.blocks) {
    if (at.x < rect.x || at.x >= rect.x + rect.w || at.y < rect.y - HEAD || at.y >= rect.y + rect.h) continue;
    if (at.y < rect.y) return table.id;
    const index = Math.floor((at.y - rect.y) / CELL_H) * ATLAS_COLUMNS + Math.floor((at.x - rect.x) / CELL_W);
    return index < table.capacity ? `${table.id}[${index.toString(16).padStart(3, '0')}]` : undefined;
  }
  return undefined;
}

/** What is written in a cell: where a used entry points, the index of an empty one only where nothing else says it. */
export function cellLabel(table: TableModel, index: number): string {
  const lo = table.words[index * table.stride] ?? 0;
  const hi = table.stride === 2 ? (table.words[index * 2 + 1] ?? 0) : 0;
  if (lo === 0 && hi === 0) return '';
  const note = table.notes.get(index);
  return targetText(table, hi, lo, note?.says === undefined ? undefined : note);
}
