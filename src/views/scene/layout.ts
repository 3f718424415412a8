import { type EntityId, ownerOf, parseEntity } from './entity';
import { layoutCards } from './layoutCards';
import { layoutColumns, layoutStrip } from './layoutColumns';
import { layoutDerivations, layoutLinks, layoutReferences } from './layoutLinks';
import { layoutFixups, layoutFrames } from './layoutMemory';
import { bandHeight, layoutPenumbra } from './layoutPenumbra';
import type { CardLayout, Rect, SceneLayout, StackLayout, TagLayout } from './layoutTypes';
import { footHeight, hasLegend, LEGEND_W, layoutLabels } from './layoutWords';
import { metricsFor, zoomFor } from './metrics';
import type { ColumnKey, SceneModel, TableModel } from './model';
import { type Holding, holdingOf } from './references';
import { wordsWidth } from './text';

export interface LayoutOptions {
  readonly w: number;
  readonly h: number;
  /** Where not all columns fit: the one that must be in sight. */
  readonly column?: ColumnKey;
  /** Entities that must have a place of their own if at all possible: the focus. */
  readonly keep?: ReadonlySet<EntityId>;
}

/** What store buffers take of the height, above everything else that stands in the penumbra. */
const BUFFERS_H = 34;

/** Where paper turns to ink and nothing stands between the two. */
const DUSK_H = 10;

const NOTHING: ReadonlySet<EntityId> = new Set();

/** `s` before a shadow frame; room for `stale` at least. */
const targetChars = (model: SceneModel): number => Math.max(5, model.frameDigits + 1);

/** What tables with an entry or two, memory beneath them and a TLB take of the height at their usual size. */
const ALONE_H = 440;

/** How much larger than usual a scene is drawn where it has the stage to itself: never so that tables lose their entries. */
export const zoomOf = (model: SceneModel, width: number, height: number): number =>
  model.alone === true
    ? Math.max(1, Math.min(zoomFor(width, model.columns.length, targetChars(model)), height / ALONE_H))
    : 1;

/** Places everything of a scene in a rectangle. Pure: the same model and size give the same places; nothing overlaps. */
export function layoutScene(model: SceneModel, options: LayoutOptions): SceneLayout {
  const { w, h, keep = NOTHING } = options;
  const chars = targetChars(model);
  const { m, shown } = metricsFor(w, model.columns.length, chars);
  const tabs = shown < model.columns.length;
  const columns = layoutColumns(model, w, m, shown, chars, options.column ?? 'L1');
  const mem = columns.find((c) => c.column.level === 0);
  const horizon = model.alone === true ? h - footHeight(model, m, w) : Math.round(h * m.horizon);
  const strip = model.buffered === true ? BUFFERS_H : 0;
  // Between the guest and nothing there is nothing in flight, but stores may wait.
  const bandH = model.alone === true && strip === 0 ? DUSK_H : bandHeight(m) + strip;
  const band = { top: horizon - bandH, horizon };
  const under = model.alone === true ? beneathHeight(model, m, h, tabs, band.top) : 0;
  const guestBottom = band.top - 6 - under;
  const shadowTop = horizon + (m.shadowLabel === 'top' ? 40 : 22);
  const shadowBottom = h - (m.shadowLabel === 'top' ? 12 : 34);

  const cards: CardLayout[] = [];
  const stacks: StackLayout[] = [];
  const twins = new Map<EntityId, ReadonlySet<number>>();
  for (const column of columns) {
    if (column === mem) continue;
    const here = model.tables.filter((t) => t.column === column.column.key);
    const above = sorted(here, 'guest');
    const guests = layoutCards(above, column, m.cardsY, guestBottom, m, keep, twins);
    for (const card of guests.cards)
      twins.set(card.table.id, new Set(card.rows.flatMap((r) => (r.kind === 'entry' ? [r.index] : []))));
    const below = sorted(here, 'shadow');
    const shadows = layoutCards(below, column, shadowTop, shadowBottom, m, keep, twins);
    cards.push(...guests.cards, ...shadows.cards);
    for (const stack of [guests.stack, shadows.stack]) if (stack !== undefined) stacks.push(stack);
  }

  const memory = layoutFrames(model.frames, mem, m.cardsY, guestBottom, m, keep);
  if (memory.stack !== undefined) stacks.push(memory.stack);
  const fix = layoutFixups(model.fixups, model.fixupNote, mem, shadowTop, shadowBottom, m);
  const between = layoutPenumbra(model, columns, { top: band.top + strip, horizon }, m, [...keep][0]);

  const places = new Map<EntityId, Rect>();
  for (const { rect, tables } of stacks) for (const id of tables) places.set(id, rect);
  for (const card of cards) {
    places.set(card.table.id, card.rect);
    for (const row of card.rows) if (row.kind === 'entry') places.set(row.id, row.rect);
  }
  for (const { frame, rect } of memory.frames) places.set(frame.id, rect);
  for (const { item, rect, rows } of between.items) {
    places.set(item.id, rect);
    for (const { row, rect: at } of rows) places.set(row.id, at);
  }
  for (const { items } of fix.fixups) for (const { fixup, rect } of items) places.set(fixup.id, rect);

  // At most one thing is in focus.
  const holding = holdingOf(model, [...keep][0]);
  const held = holding === undefined ? undefined : places.get(holding.at);
  const texts = [
    ...layoutLabels(model, { w, h }, horizon, m, mem?.x ?? w, tabs),
    ...between.texts,
    ...fix.texts,
  ];
  const made: SceneLayout = {
    m,
    size: { w, h },
    band,
    buffers:
      strip === 0
        ? undefined
        : {
            x: m.pad,
            y: band.top + 6,
            w: w - 2 * m.pad,
            // Where nothing else is between guest and shadow, the whole of it is theirs.
            h: (model.penumbraWords === undefined ? horizon : band.top + strip) - band.top - 8,
          },
    beneath: under === 0 ? undefined : { x: m.pad, y: guestBottom + 8, w: w - 2 * m.pad, h: under - 8 },
    columns,
    tabs,
    strip: layoutStrip(model, columns, w, m, tabs),
    cards,
    stacks,
    frames: memory.frames,
    penumbra: between.items,
    fixups: fix.fixups,
    links: layoutLinks(model.links, places, m.headH),
    derivations: layoutDerivations(model.derivations, cards, between.items, {
      above: band.top - 6,
      below: shadowTop,
    }),
    references: [],
    tag: holding === undefined || held === undefined ? undefined : layoutTag(holding, held),
    texts,
    legend: hasLegend(m, w) ? { x: w - m.pad - LEGEND_W, y: h - 24, w: LEGEND_W, h: 14 } : undefined,
    places,
  };
  if (holding === undefined || held === undefined) return made;
  const at = (id: EntityId): Rect | undefined => placeOf(made, id);
  // A card is taken hold of at its head, a frame in its middle.
  const headH = held.h > m.frameH ? m.headH : held.h - 18;
  return { ...made, references: layoutReferences(holding.references, held, at, headH) };
}

/** At the foot of the card, where no words are: the longest saying that fits. */
function layoutTag({ says }: Holding, rect: Rect): TagLayout | undefined {
  const room = rect.w - 12;
  const text = says.find((words) => wordsWidth(words, 9.5) + 12 <= room);
  if (text === undefined) return undefined;
  const w = wordsWidth(text, 9.5) + 12;
  return { text, rect: { x: rect.x + 6, y: rect.y + rect.h - 4, w, h: 13 } };
}

const sorted = (tables: readonly TableModel[], side: TableModel['side']): TableModel[] =>
  tables
    .filter((t) => t.side === side)
    // The same order above and below, that of the addresses they map: links run side by side and do not cross.
    .sort(
      (a, b) =>
        Number(a.scenery) - Number(b.scenery) ||
        a.order - b.order ||
        originOf(a) - originOf(b) ||
        a.tags.join().localeCompare(b.tags.join(), 'en') ||
        a.frame - b.frame,
    );

/** The guest frame a table is, or stands for. */
const originOf = (t: TableModel): number =>
  t.backs === undefined ? t.frame : (parseEntity(t.backs)?.frame ?? t.frame);

/** What memory and TLBs get of the height where there is no lower half: as much as the tables, of which the tallest column decides, leave. */
function beneathHeight(
  model: SceneModel,
  m: SceneLayout['m'],
  h: number,
  tabs: boolean,
  bottom: number,
): number {
  if (tabs) return Math.round(h * 0.24);
  const most = Math.max(
    ...model.columns.map(({ key }) => model.tables.filter((t) => t.column === key).length),
  );
  const left = bottom - m.cardsY - most * (m.headH + 3.5 * m.rowH + m.cardGap);
  return Math.round(Math.min(0.5 * h, Math.max(0.3 * h, left)));
}

/** Where an entity is, or the nearest thing that stands for it: its mark on the minimap, its card, the stack that holds it. */
export function placeOf(layout: SceneLayout, id: EntityId): Rect | undefined {
  const exact = layout.places.get(id);
  if (exact !== undefined) return exact;
  const owner = ownerOf(id);
  const index = parseEntity(id)?.index ?? -1;
  const card = index < 0 ? undefined : layout.cards.find((c) => c.table.id === owner);
  if (card !== undefined) {
    const { x, y, w, h } = card.minimap;
    return { x: x + (index / card.table.capacity) * w, y, w: Math.max(1.5, w / card.table.capacity), h };
  }
  return layout.places.get(owner);
}
