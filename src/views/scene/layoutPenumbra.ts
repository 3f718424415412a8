import { type EntityId, ownerOf } from './entity';
import type { ColumnLayout, PenumbraLayout, Rect, TextLayout } from './layoutTypes';
import type { Metrics } from './metrics';
import type { SceneModel } from './model';
import { fitWords, wordsWidth } from './text';

const LABEL_W = 80;
const GAP = 8;
const LEAST_W = 76;
const HEAD = 22;

export interface Band {
  readonly top: number;
  readonly horizon: number;
}

/** Height of the band: one snapshot with one row. The same at every moment, whatever is in it. */
export const bandHeight = (m: Metrics): number => HEAD + m.rowH + 22;

/**
 * What stands between the guest's tables and their shadows. Items keep one order (owner, slot) and are pushed together
 * towards the column of the tables they belong to, so that a single one stands exactly between its table and its shadow.
 */
export function layoutPenumbra(
  model: SceneModel,
  columns: readonly ColumnLayout[],
  band: Band,
  m: Metrics,
  focus: EntityId | undefined,
): { items: PenumbraLayout[]; texts: TextLayout[] } {
  const words = model.penumbraWords;
  if (words === undefined) return { items: [], texts: [] };
  const shownKeys = new Set(columns.map((c) => c.column.key));
  const owner = focus === undefined ? '' : ownerOf(focus);
  const items = model.penumbra.filter(
    ({ column, quiet, id, guest, shadow }) =>
      shownKeys.has(column) && (!quiet || [id, guest, shadow].includes(owner)),
  );
  const right = [...columns].reverse();
  const last = right.find((c) => items.some((item) => item.column === c.column.key));
  const mem = columns.find((c) => c.column.level === 0);
  const texts: TextLayout[] = [];
  const labelY = band.top + 10;
  texts.push({
    text: 'PENUMBRA',
    rect: { x: m.pad, y: labelY, w: LABEL_W, h: 16 },
    role: 'label',
    zone: 'penumbra',
  });

  const placed: PenumbraLayout[] = [];
  const cardsTop = band.top + 6;
  const left = m.pad + LABEL_W;
  // Beside the label there may be no room for an item under an upper level: then it stands further to the right.
  const home =
    last === undefined || last.x + last.w - left >= LEAST_W ? last : right.find((c) => c.column.level === 1);
  let first = (mem?.x ?? columns.at(-1)?.x ?? left) - 16;
  if (home !== undefined) {
    const places = slotPlaces(items, home, left, cardsTop, band.horizon - 8);
    for (const item of items) {
      const rect = places.get(item.order);
      if (rect === undefined) continue;
      first = Math.min(first, rect.x);
      const brief = rect.h < HEAD + m.rowH;
      const rows = brief
        ? []
        : item.rows.slice(0, 1).map((row) => ({
            row,
            rect: { x: rect.x + 4, y: rect.y + HEAD, w: rect.w - 8, h: m.rowH },
          }));
      const from = item.wasOrder === undefined ? undefined : places.get(item.wasOrder);
      placed.push({ item, rect, rows, brief, ...(from === undefined ? {} : { from }) });
    }
  }

  const room = first - GAP - left;
  const sub = fitWords(words.sub, m.small, room - 8);
  if (sub !== '' && sub === words.sub)
    texts.push({ text: sub, rect: { x: left, y: labelY, w: room, h: 16 }, role: 'quiet', zone: 'penumbra' });
  headline(words.headline, words.detail, mem, first - GAP - m.pad, band, m, texts);
  return { items: placed, texts };
}

/** A place for every order that is used now or was used when the beat began. */
function slotPlaces(
  items: SceneModel['penumbra'],
  home: ColumnLayout,
  left: number,
  top: number,
  bottom: number,
): Map<number, Rect> {
  const orders = [
    ...new Set(
      items.flatMap((item) => [item.order, ...(item.wasOrder === undefined ? [] : [item.wasOrder])]),
    ),
  ];
  orders.sort((a, b) => a - b);
  const right = home.x + home.w;
  const area = right - left;
  const full = Math.min(home.w, 150);
  const perRow = (w: number): number => Math.max(1, Math.floor((area + GAP) / (w + GAP)));
  const out = new Map<number, Rect>();
  if (orders.length <= perRow(Math.min(full, 118))) {
    const w = Math.min(full, Math.floor((area + GAP) / orders.length - GAP));
    orders.forEach((order, i) => {
      const x = right - (orders.length - i) * (w + GAP) + GAP;
      out.set(order, { x, y: top, w, h: bottom - top });
    });
    return out;
  }
  const n = Math.min(perRow(LEAST_W), Math.ceil(orders.length / 2));
  const w = Math.floor((area + GAP) / n - GAP);
  const h = Math.floor((bottom - top - 4) / 2);
  orders.slice(0, 2 * n).forEach((order, i) => {
    const x = right - (n - (i % n)) * (w + GAP) + GAP;
    out.set(order, { x, y: top + Math.floor(i / n) * (h + 4), w, h });
  });
  return out;
}

/** What would be touched: beside the items if memory's column has the room, else under the label. */
function headline(
  headlines: readonly string[],
  details: readonly string[],
  mem: ColumnLayout | undefined,
  leftRoom: number,
  band: Band,
  m: Metrics,
  texts: TextLayout[],
): void {
  const put = (x: number, top: number, w: number): boolean => {
    const head = headlines.find((text) => wordsWidth(text, 12.6) <= w);
    if (head === undefined) return false;
    texts.push({ text: head, rect: { x, y: top, w, h: 16 }, role: 'headline', zone: 'penumbra' });
    const detail = details.find((text) => wordsWidth(text, m.small) <= w);
    if (detail !== undefined)
      texts.push({ text: detail, rect: { x, y: top + 17, w, h: 15 }, role: 'detail', zone: 'penumbra' });
    return true;
  };
  if (mem !== undefined && put(mem.x, band.top + 8, mem.w)) return;
  put(m.pad, band.top + 27, leftRoom);
}
