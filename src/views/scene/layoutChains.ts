import { type EntityId, ownerOf, parseEntity } from './entity';
import { placeOf } from './layout';
import { pointOn } from './layoutLinks';
import type { Curve, Point, Rect, SceneLayout } from './layoutTypes';
import type { ChainModel, SceneModel } from './model';
import { wordsWidth } from './text';

/** A visited or linked entry: its place in the chain, and what it is to the entry in focus. */
export interface ChainStop {
  readonly entity: EntityId;
  readonly nth: number;
  /** `head`, `prev`, `next`, or nothing. */
  readonly word: string;
  readonly at: Point;
}

/** A chain as drawn: from where its head is kept to its first entry, and from each entry to the next. */
export interface ChainLayout {
  readonly name: string;
  readonly walked: boolean;
  readonly curves: readonly Curve[];
  readonly stops: readonly ChainStop[];
  readonly tag: { readonly text: string; readonly rect: Rect } | undefined;
}

const TAG_H = 14;
/** The circle of a number, and a little air. */
const STOP = 15;
/** On a narrower stage the gaps between columns have no room for words: the numbers say the order. */
const ROOMY = 560;

/**
 * The chains to draw over a scene: the one that the focus belongs to, else those walked in this beat. Pure; entries that are
 * folded away are reached at their mark on the minimap.
 */
export function layoutChains(
  model: SceneModel,
  layout: SceneLayout,
  focus: EntityId | undefined,
): readonly ChainLayout[] {
  const chains = model.chains ?? [];
  const asked = focus === undefined ? [] : chains.filter((chain) => belongs(chain, focus));
  const shown = asked.length > 0 ? asked : chains.filter(({ walked }) => walked);
  return shown.flatMap((chain) => {
    const made = layoutChain(chain, layout, focus);
    return made === undefined ? [] : [made];
  });
}

/** An entry belongs to the chain it is in; a frame or a shadow to the one whose head it keeps. */
const belongs = ({ of, also, links }: ChainModel, focus: EntityId): boolean =>
  of === focus || also === focus || links.includes(focus);

function layoutChain(
  chain: ChainModel,
  layout: SceneLayout,
  focus: EntityId | undefined,
): ChainLayout | undefined {
  const home = homeOf(chain, layout);
  const stops: ChainStop[] = [];
  const curves: Curve[] = [];
  let from: Point | undefined;
  const inFocus = focus === undefined ? -1 : chain.links.indexOf(focus);
  for (const [i, entity] of chain.links.entries()) {
    const rect = placeOf(layout, entity);
    if (rect === undefined) continue;
    const at = clearOf(stops, edge(rect));
    if (from !== undefined) curves.push(along(from, at, i));
    else if (home !== undefined && stops.length === 0) curves.push(fromHome(home, at));
    const word = layout.size.w < ROOMY ? '' : wordOf(i, inFocus);
    stops.push({ entity, nth: i + 1, word, at });
    from = at;
  }
  if (stops.length === 0 && home === undefined) return undefined;
  return { name: chain.name, walked: chain.walked === true, curves, stops, tag: tagOf(chain, home) };
}

/** What the i-th entry is to the one in focus, which is the at-th (-1: none is). */
function wordOf(i: number, at: number): string {
  if (at >= 0 && i === at - 1) return 'prev';
  if (at >= 0 && i === at + 1) return 'next';
  return i === 0 ? 'head' : '';
}

/** Where the head is kept; a page table may be seen as a table only. */
function homeOf({ of, also }: ChainModel, layout: SceneLayout): Rect | undefined {
  const frame = layout.places.get(of) ?? (also === undefined ? undefined : layout.places.get(also));
  if (frame === undefined) return undefined;
  // A card is tall: its head line stands for it.
  const card = parseEntity(ownerOf(of))?.kind !== 'frame' || !layout.places.has(of);
  return card ? { ...frame, h: Math.min(frame.h, layout.m.headH) } : frame;
}

/** Beside the entry, outside of its card. */
const edge = ({ x, y, w, h }: Rect): Point => ({ x: x + w + 12, y: y + h / 2 });

/** Entries that are folded away share a mark on the minimap, or nearly: their numbers stand side by side. */
function clearOf(stops: readonly ChainStop[], { x, y }: Point): Point {
  const taken = stops.some(({ at }) => Math.abs(at.x - x) < STOP && Math.abs(at.y - y) < STOP);
  return taken ? clearOf(stops, { x: x + STOP, y }) : { x, y };
}

function fromHome(home: Rect, d: Point): Curve {
  const left = home.x >= d.x;
  const a = { x: left ? home.x : home.x + home.w, y: home.y + home.h / 2 };
  const out = Math.max(14, Math.abs(a.x - d.x) / 2);
  return { a, b: { x: left ? a.x - out : a.x + out, y: a.y }, c: { x: d.x + out, y: d.y }, d };
}

/** Out to the right and back in, each arc a little wider than the last so that they can be told apart. */
function along(a: Point, d: Point, nth: number): Curve {
  const out = 16 + 5 * (nth % 3) + Math.abs(a.y - d.y) / 8;
  const x = Math.max(a.x, d.x) + out;
  return { a, b: { x, y: a.y }, c: { x, y: d.y }, d };
}

function tagOf({ name, links }: ChainModel, home: Rect | undefined): ChainLayout['tag'] {
  if (home === undefined) return undefined;
  const count = links.length === 0 ? 'empty' : `${links.length} ${links.length === 1 ? 'entry' : 'entries'}`;
  const long = `${name}: ${count}`;
  const text = wordsWidth(long, 9.5) + 12 <= home.w ? long : count;
  return {
    text,
    rect: { x: home.x + 6, y: home.y + home.h - 3, w: wordsWidth(text, 9.5) + 12, h: TAG_H },
  };
}

/** Where the traveller is when so much of the way, 0 to 1, is done: curve by curve, each taking as long. */
export function travellerAt(curves: readonly Curve[], done: number): Point | undefined {
  const n = curves.length;
  if (n === 0) return undefined;
  const along = Math.min(Math.max(done, 0), 1) * n;
  const i = Math.min(n - 1, Math.floor(along));
  return pointOn(curves[i] as Curve, along - i);
}
