import { assertNever, figure } from '../../base';
import { type EntityId, ownerOf } from './entity';
import { placeOf } from './layout';
import { pointOn } from './layoutLinks';
import type { Curve, Point, Rect, SceneLayout } from './layoutTypes';
import type { Span, Timeline } from './timeline';

export type WashKind = 'walk' | 'change' | 'hit' | 'equal' | 'differ';

export interface Wash {
  readonly kind: WashKind;
  readonly rect: Rect;
  /** 0 to 1. */
  readonly strength: number;
}

/** What a fraction of a beat adds to the scene at rest. */
export interface MotionFrame {
  readonly token: Point | undefined;
  /** The part of the way the token has gone. */
  readonly trail: { readonly curve: Curve; readonly done: number } | undefined;
  readonly washes: readonly Wash[];
  /** A running count beside what is being searched or compared. */
  readonly count: { readonly text: string; readonly at: Point } | undefined;
  /** A thin bar that ticks down while entries are compared: 1 is full. */
  readonly bar: { readonly rect: Rect; readonly left: number } | undefined;
  /** Entities that are not where they will be: by how much. */
  readonly moved: ReadonlyMap<EntityId, Point>;
  /** Entities that are coming or going. */
  readonly opacity: ReadonlyMap<EntityId, number>;
  /** Entities whose change has not happened yet: they still show what they held. */
  readonly before: ReadonlySet<EntityId>;
}

/** How much is left to see of what has just gone. */
const GONE = 0.4;

const easeOut = (t: number): number => 1 - (1 - t) ** 3;
const easeInOut = (t: number): number => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);
/** How far a span has got; below 0 it has not begun, above 1 it is over. */
const within = (span: Span, f: number): number => (f - span.from) / Math.max(1e-6, span.to - span.from);

/** The picture at a fraction of the beat. At 1 nothing moves: what happened stays marked in the model itself. */
export function frameAt(layout: SceneLayout, beat: Timeline, fraction: number): MotionFrame {
  const washes: Wash[] = [];
  const moved = new Map<EntityId, Point>();
  const opacity = new Map<EntityId, number>();
  const before = new Set<EntityId>();
  let token: Point | undefined;
  let trail: MotionFrame['trail'];
  let count: MotionFrame['count'];
  let bar: MotionFrame['bar'];
  const light = (id: EntityId, kind: WashKind, strength: number): void => {
    const rect = placeOf(layout, id);
    if (rect !== undefined && strength > 0.01) washes.push({ kind, rect, strength });
  };

  for (const span of beat.spans) {
    const { motion } = span;
    const t = within(span, fraction);
    switch (motion.kind) {
      case 'travel': {
        if (t < 0) break;
        const way = wayOf(layout, motion.from, motion.to);
        if (way === undefined) break;
        const done = easeOut(Math.min(1, t));
        const at = pointOn(way, done);
        // It stops before what it has come to, so that it covers no words.
        token = fraction < 1 ? at : { x: at.x - 8, y: at.y };
        // At rest the token stays where it has come to; its trail is the link itself, which is marked.
        trail = t <= 1 && fraction < 1 ? { curve: way, done } : undefined;
        break;
      }
      case 'read':
        if (t >= 0 && fraction < 1) light(motion.at, 'walk', Math.min(1, t * 3));
        break;
      case 'change':
        if (t < 0.25) before.add(motion.at);
        // In within 90 ms of its 220, then out over the rest of this beat and, by the model's outline, the next.
        if (t > 0 && fraction < 1)
          light(motion.at, 'change', t < 0.4 ? t / 0.4 : Math.max(0.35, 1.3 - t * 0.6));
        break;
      case 'search':
        count = searching(layout, motion, t, fraction, washes) ?? count;
        break;
      case 'compare': {
        const shown = comparing(layout, motion, t, fraction, washes);
        count = shown?.count ?? count;
        bar = shown?.bar ?? bar;
        break;
      }
      case 'swap':
        for (const id of motion.items) {
          const shift = swapping(layout, id, easeInOut(Math.max(0, Math.min(1, t))));
          if (shift !== undefined) moved.set(id, shift);
        }
        break;
      case 'appear':
        if (t < 1) opacity.set(motion.at, Math.max(0, t));
        break;
      case 'vanish':
        // What is gone stays in sight, faintly, until the next beat: where it was is part of what happened.
        if (t >= 0) opacity.set(motion.at, Math.max(GONE, 1 - t * (1 - GONE)));
        break;
      default:
        assertNever(motion, 'motion');
    }
  }
  return { token, trail, washes, count, bar, moved, opacity, before };
}

/** Along the link if there is one; else straight from one place to the other. */
function wayOf(layout: SceneLayout, from: EntityId | undefined, to: EntityId): Curve | undefined {
  const link = layout.links.find((l) => l.link.from === from && l.link.to === to);
  if (link !== undefined) return link.curve;
  const end = placeOf(layout, to);
  if (end === undefined) return undefined;
  const d = { x: end.x, y: end.y + Math.min(end.h / 2, layout.m.headH / 2) };
  const start = from === undefined ? undefined : placeOf(layout, from);
  const a =
    start === undefined
      ? { x: Math.max(0, d.x - 40), y: d.y }
      : { x: start.x + start.w, y: start.y + start.h / 2 };
  const mid = (a.x + d.x) / 2;
  return { a, b: { x: mid, y: a.y }, c: { x: mid, y: d.y }, d };
}

/** Entries already read stay faintly lit while the next ones flash; the count runs along. */
function searching(
  layout: SceneLayout,
  motion: Extract<Span['motion'], { kind: 'search' }>,
  t: number,
  fraction: number,
  washes: Wash[],
): MotionFrame['count'] {
  if (t < 0) return undefined;
  const { reads, hits, word, before = 0, means } = motion;
  // At rest the count remains, and the entry that was read last.
  const flashing = fraction < 1;
  const done = Math.min(reads.length, Math.ceil(Math.min(1, t) * reads.length));
  const fresh = Math.max(1, Math.ceil(reads.length / 24));
  const hit = new Set(hits);
  for (let i = 0; i < done && flashing; i++) {
    const id = reads[i] as EntityId;
    const rect = placeOf(layout, id);
    if (rect === undefined) continue;
    const strength = hit.has(id) ? 1 : i >= done - fresh && t < 1 ? 0.9 : 0.18;
    washes.push({ kind: hit.has(id) ? 'hit' : 'walk', rect, strength });
  }
  const last = flashing || done === 0 ? undefined : (reads[done - 1] as EntityId);
  const lastPlace = last === undefined ? undefined : placeOf(layout, last);
  if (last !== undefined && lastPlace !== undefined)
    // Over a row only so much that its words stay clear; a mark of the minimap has none.
    washes.push({
      kind: hit.has(last) ? 'hit' : 'walk',
      rect: lastPlace,
      strength: lastPlace.h > 8 ? 0.5 : 1,
    });
  // The count stands on the upper edge of the table that is being searched.
  const owner = done === 0 ? undefined : placeOf(layout, ownerOf(reads[done - 1] as EntityId));
  const at =
    owner === undefined
      ? { x: layout.size.w / 2, y: layout.band.horizon }
      : { x: owner.x + 4, y: owner.y + 7 };
  const text = `${figure(before + done)} ${word}${means === undefined ? '' : ` ${means}`}`;
  return { text, at };
}

function comparing(
  layout: SceneLayout,
  motion: Extract<Span['motion'], { kind: 'compare' }>,
  t: number,
  fraction: number,
  washes: Wash[],
): { count: NonNullable<MotionFrame['count']>; bar: NonNullable<MotionFrame['bar']> } | undefined {
  if (t < 0) return undefined;
  const { all, differ, table } = motion;
  const done = Math.min(all.length, Math.ceil(Math.min(1, t) * all.length));
  const differs = new Set(differ);
  for (const id of all.slice(0, done)) {
    const rect = differs.has(id) && fraction < 1 ? placeOf(layout, id) : undefined;
    if (rect !== undefined) washes.push({ kind: 'differ', rect, strength: 1 });
  }
  const now = all[Math.max(0, done - 1)];
  const reading = now === undefined || t >= 1 ? undefined : placeOf(layout, now);
  if (reading !== undefined) washes.push({ kind: 'equal', rect: reading, strength: 0.5 });
  const card = placeOf(layout, table);
  if (card === undefined) return undefined;
  const rect = { x: card.x, y: card.y - 5, w: card.w, h: 3 };
  return {
    count: { text: `${done} of ${all.length} compared`, at: { x: card.x + 4, y: card.y + 7 } },
    bar: { rect, left: 1 - done / Math.max(1, all.length) },
  };
}

/** On an arc, so that two that change places pass each other; both at the same time. */
function swapping(layout: SceneLayout, id: EntityId, done: number): Point | undefined {
  const placed = layout.penumbra.find((p) => p.item.id === id);
  if (placed?.from === undefined || done >= 1) return undefined;
  const dx = (placed.from.x - placed.rect.x) * (1 - done);
  const dy = (placed.from.y - placed.rect.y) * (1 - done);
  const side = placed.from.x < placed.rect.x || placed.from.y < placed.rect.y ? -1 : 1;
  return { x: dx, y: dy + side * 26 * Math.sin(Math.PI * done) };
}
