import { type EntityId, ownerOf } from './entity';
import type {
  CardLayout,
  Curve,
  DerivationLayout,
  LinkLayout,
  PenumbraLayout,
  Point,
  Rect,
  ReferenceLayout,
} from './layoutTypes';
import type { DerivationModel, LinkModel } from './model';
import type { Reference } from './references';

/** From the right edge of a row to the left edge of what it points at. */
function across(from: Rect, to: Rect, anchorY: number): Curve {
  const a: Point = { x: from.x + from.w, y: from.y + from.h / 2 };
  const d: Point = { x: to.x, y: anchorY };
  if (d.x > a.x) {
    const mid = (a.x + d.x) / 2;
    return { a, b: { x: mid, y: a.y }, c: { x: mid, y: d.y }, d };
  }
  // A table that points at itself or upwards (a self-map): out to the right and back in.
  const back: Point = { x: to.x + to.w, y: anchorY };
  const out = Math.max(a.x, back.x) + 16;
  return { a, b: { x: out, y: a.y }, c: { x: out, y: back.y }, d: back };
}

/** The SVG path of a curve. */
export const pathOf = ({ a, b, c, d }: Curve): string =>
  `M${a.x},${a.y}C${b.x},${b.y},${c.x},${c.y},${d.x},${d.y}`;

/** A point of a curve: t from 0 to 1. */
export function pointOn({ a, b, c, d }: Curve, t: number): Point {
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number): number =>
    u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/** Links whose row has a place. What they point at may be folded away: then they end at the stack that holds it. */
export function layoutLinks(
  links: readonly LinkModel[],
  places: ReadonlyMap<string, Rect>,
  headH: number,
): LinkLayout[] {
  const out: LinkLayout[] = [];
  for (const link of links) {
    const from = places.get(link.from);
    const to = places.get(link.to);
    if (from === undefined || to === undefined) continue;
    // A row lies 4 px inside its card; the line starts at the card's edge.
    const edge = { ...from, w: from.w + 4 };
    const anchorY = to.y + Math.min(to.h / 2, headH / 2);
    out.push({ link, curve: across(edge, to, anchorY) });
  }
  return out;
}

/**
 * Arcs from the shadow in focus back to the entries that hold it: below the links of the same entries, which run the other
 * way. Entries without a place of their own are held by their table's.
 */
export function layoutReferences(
  references: readonly Reference[],
  card: Rect,
  placeOf: (id: EntityId) => Rect | undefined,
  headH: number,
): ReferenceLayout[] {
  const out: ReferenceLayout[] = [];
  for (const { from, up } of references) {
    const entry = placeOf(from);
    if (entry === undefined) continue;
    const a: Point = { x: card.x, y: card.y + headH / 2 + 9 };
    const d: Point = { x: entry.x + entry.w + 4, y: entry.y + entry.h / 2 };
    const mid = (a.x + d.x) / 2;
    const sag = Math.max(a.y, d.y) + 16;
    out.push({
      from,
      up,
      curve: { a, b: { x: mid, y: (a.y + sag) / 2 }, c: { x: mid, y: (d.y + sag) / 2 }, d },
    });
  }
  return out;
}

const down = (a: Point, d: Point): Curve => {
  const mid = (a.y + d.y) / 2;
  return { a, b: { x: a.x, y: mid }, c: { x: d.x, y: mid }, d };
};

/**
 * Dotted lines from each guest table to its shadow: straight down, or by way of what stands between. They cross from column
 * to column only between `turns.above` and `turns.below`, where no card is in the way.
 */
export function layoutDerivations(
  derivations: readonly DerivationModel[],
  cards: readonly CardLayout[],
  items: readonly PenumbraLayout[],
  turns: { readonly above: number; readonly below: number },
): DerivationLayout[] {
  const byId = new Map(cards.map((card) => [card.table.id, card]));
  const perColumn = new Map<number, number>();
  const out: DerivationLayout[] = [];
  for (const { guest, through, shadow, drift } of derivations) {
    const above = byId.get(ownerOf(guest))?.rect;
    const below = byId.get(ownerOf(shadow))?.rect;
    if (above === undefined || below === undefined) continue;
    // The kernel's own view of memory is scenery: its derivation goes without saying.
    if (byId.get(ownerOf(guest))?.table.scenery && !drift) continue;
    // Several lines in one column stand side by side.
    const nth = perColumn.get(above.x) ?? 0;
    perColumn.set(above.x, nth + 1);
    const x = above.x + above.w / 2 + (nth % 2 === 1 ? 1 : -1) * Math.ceil(nth / 2) * 9;
    const item = items.find((i) => i.item.id === through)?.rect;
    const start = { x, y: above.y + above.h };
    const end = { x, y: below.y };
    if (item === undefined) out.push({ id: guest, drift, curves: [down(start, end)] });
    else {
      const ix = x > item.x + 8 && x < item.x + item.w - 8 ? x : item.x + item.w / 2;
      const turn = { x, y: Math.max(start.y, turns.above) };
      const back = { x, y: Math.min(end.y, turns.below) };
      const curves = [
        down(start, turn),
        down(turn, { x: ix, y: item.y }),
        down({ x: ix, y: item.y + item.h }, back),
        down(back, end),
      ];
      out.push({ id: guest, drift, curves: curves.filter(({ a, d }) => d.y - a.y > 0.5) });
    }
  }
  return out;
}
