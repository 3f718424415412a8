import { BEAT, BRANCHED, FAULT, GUEST_FAULT, type Run, VIOLATION } from '../engine';
import type { LaneKind } from '../kernel';
import { LockReleased, LockTaken } from '../kernel';
import { laneOf } from './moment';

/** Lane kinds as small numbers; 0 is "nobody". Where several share a pixel the highest wins: the rare over the common. */
export const LANE_KINDS: readonly LaneKind[] = [
  'idle',
  'hardware',
  'guest',
  'walk',
  'hypervisor',
  'resync',
  'drain',
];

export interface LaneActor {
  readonly index: number;
  readonly name: string;
}

/** One stretch of a lock being held: steps [from, to). */
export interface Held {
  readonly from: number;
  readonly to: number;
  readonly actor: number;
}

export interface LaneLock {
  readonly name: string;
  readonly held: readonly Held[];
}

export interface LaneMark {
  /** Cursor just after the step. */
  readonly cursor: number;
  readonly kind: 'fault' | 'violation' | 'branch';
}

/** A whole run as the lanes draw it. Made once per recording; drawing and scrubbing only read it. */
export interface Lanes {
  readonly length: number;
  readonly actors: readonly LaneActor[];
  /** Per step: who took it, and its kind as a number. */
  readonly actorOf: Uint8Array;
  readonly kindOf: Uint8Array;
  /** Per step: 1 where a beat ends. */
  readonly beatEnds: Uint8Array;
  readonly locks: readonly LaneLock[];
  readonly marks: readonly LaneMark[];
}

export function lanesOf(run: Run): Lanes {
  const { length } = run;
  const kindOf = new Uint8Array(length);
  const beatEnds = new Uint8Array(length);
  const actorOf = run.columns.actor.subarray(0, length);
  // A run meets few different steps; their kinds are looked up once each.
  const kindOfStep = new Map<number, number>();
  const marks: LaneMark[] = [];
  const acted = new Set<number>();
  for (let step = 0; step < length; step++) {
    const number = run.columns.step[step] as number;
    let kind = kindOfStep.get(number);
    if (kind === undefined) {
      kind = LANE_KINDS.indexOf(laneOf(run, step)) + 1;
      kindOfStep.set(number, kind);
    }
    kindOf[step] = kind;
    acted.add(actorOf[step] as number);
    const flags = run.flagsOf(step);
    if ((flags & BEAT) !== 0) beatEnds[step] = 1;
    if ((flags & VIOLATION) !== 0) marks.push({ cursor: step + 1, kind: 'violation' });
    else if ((flags & (FAULT | GUEST_FAULT)) !== 0) marks.push({ cursor: step + 1, kind: 'fault' });
    if ((flags & BRANCHED) !== 0) marks.push({ cursor: step + 1, kind: 'branch' });
  }
  const actors = run.world.actors
    .filter((actor) => actor.kind === 'vcpu' || acted.has(actor.index))
    .map(({ index, name }) => ({ index, name }));
  return { length, actors, actorOf, kindOf, beatEnds, locks: locksOf(run), marks };
}

function locksOf(run: Run): LaneLock[] {
  const names = new Map<number, string>();
  const held = new Map<number, Held[]>();
  const open = new Map<number, { from: number; actor: number }>();
  const { events } = run.world;
  let step = 0;
  let next = run.length > 1 ? run.columns.events.at(1) : events.mark;
  let p = 0;
  events.scan(0, run.length === 0 ? 0 : events.mark, (type, actor, at) => {
    p = at;
    if (type !== LockTaken && type !== LockReleased) return;
    while (p > next && step + 1 < run.length) {
      step++;
      next = step + 1 < run.length ? run.columns.events.at(step + 1) : events.mark;
    }
    const lock = events.argument(at);
    if (type === LockTaken) {
      open.set(lock, { from: step, actor });
      if (!names.has(lock)) names.set(lock, lockName(run, step, actor) ?? `lock ${lock}`);
      return;
    }
    const began = open.get(lock);
    if (began === undefined) return;
    open.delete(lock);
    const list = held.get(lock) ?? [];
    list.push({ ...began, to: step + 1 });
    held.set(lock, list);
  });
  for (const [lock, began] of open) held.set(lock, [...(held.get(lock) ?? []), { ...began, to: run.length }]);
  return [...names].sort(([a], [b]) => a - b).map(([lock, name]) => ({ name, held: held.get(lock) ?? [] }));
}

/** A lock is a region of one cell that holds its owner: its name is that of the cell the taking step wrote. */
export function lockName(run: Run, step: number, actor: number): string | undefined {
  let name: string | undefined;
  run.writesIn(step, step + 1, (cell, _old, now) => {
    if (now !== actor + 1) return;
    name ??= run.store.regions.find((region) => region.cells === 1 && region.base === cell)?.name;
  });
  return name;
}

/** The part of the run in view: steps [from, to), which may be fractions while zooming. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Never closer than this: a tick as wide as the lane says nothing about what is beside it. */
const CLOSEST = 12;

/** Zooms around a step that stays where it is; the whole run is the widest view. */
export function zoomed(span: Span, length: number, factor: number, around: number): Span {
  const width = Math.min(Math.max(CLOSEST, (span.to - span.from) * factor), Math.max(CLOSEST, length));
  const share = (around - span.from) / Math.max(1e-9, span.to - span.from);
  return shifted({ from: around - share * width, to: around + (1 - share) * width }, length, 0);
}

/** Moves the view by some steps, within the run. */
export function shifted(span: Span, length: number, by: number): Span {
  const width = span.to - span.from;
  const most = Math.max(0, length - width);
  const from = Math.min(Math.max(0, span.from + by), most);
  return { from, to: from + width };
}

/** The view moved so that a step lies in it, by no more than needed. */
export function revealing(span: Span, length: number, step: number): Span {
  if (step < span.from) return shifted(span, length, step - span.from);
  if (step > span.to) return shifted(span, length, step - span.to);
  return span;
}

/**
 * One lane at some width: per pixel the number of the kind to draw, 0 for nothing. Steps that share a pixel are merged by
 * rank, so that a single resync in a thousand steps of guest code is still seen.
 */
export function laneColumns(lanes: Lanes, actor: number, span: Span, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels);
  const perStep = pixels / (span.to - span.from);
  const first = Math.max(0, Math.floor(span.from));
  const last = Math.min(lanes.length, Math.ceil(span.to));
  const { actorOf, kindOf, beatEnds } = lanes;
  // A tick is a step while there is room for a gap beside it, else a beat.
  const gap = perStep >= 4 ? Math.max(1, Math.floor(perStep / 3)) : 0;
  let beatFrom = -1;
  for (let step = first; step < last; step++) {
    if (actorOf[step] !== actor) {
      beatFrom = -1;
      continue;
    }
    const kind = kindOf[step] as number;
    const a = Math.max(0, Math.floor((step - span.from) * perStep));
    const b = Math.min(pixels, Math.max(a + 1, Math.floor((step + 1 - span.from) * perStep) - gap));
    for (let x = a; x < b; x++) if ((out[x] as number) < kind) out[x] = kind;
    if (beatFrom < 0) beatFrom = a;
    if (gap === 0 && beatEnds[step] === 1) {
      if (b - beatFrom >= 3) out[b - 1] = 0;
      beatFrom = -1;
    }
  }
  return out;
}
