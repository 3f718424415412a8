import type { LaneKind } from '../../kernel';
import { typeScale } from '../../ui/typeScale';
import { LANE_KINDS, type Lanes, laneColumns, type Span } from '../../views/lanes';

/** Where things lie in the track, from its top: CSS pixels, where the page's type has its usual size. */
export const MARKS_HEIGHT = 12;
export const LANE_PITCH = 24;
export const TICK_HEIGHT = 14;
export const LOCK_PITCH = 18;
export const LOCK_HEIGHT = 9;

/** How much larger than usual all of it is drawn: names stand beside the lanes, in the page's own type. */
export const laneScale = (): number => Math.max(1, typeScale() / 1.15);

export function trackHeight(lanes: Lanes): number {
  return MARKS_HEIGHT + lanes.actors.length * LANE_PITCH + lanes.locks.length * LOCK_PITCH;
}

export interface TrackColours {
  readonly kinds: Readonly<Record<LaneKind, string>>;
  readonly line: string;
  readonly lock: string;
  readonly wrong: string;
  readonly fault: string;
  readonly branch: string;
  readonly note: string;
}

/** Draws the part of the run in view. Everything that scrubbing changes (the cursor, the dimmed future) lies above, not in here. */
export function drawTrack(
  context: CanvasRenderingContext2D,
  lanes: Lanes,
  notes: readonly number[],
  span: Span,
  width: number,
  colours: TrackColours,
): void {
  context.clearRect(0, 0, width, trackHeight(lanes));
  const pixels = Math.max(1, Math.floor(width));
  lanes.actors.forEach((actor, row) => {
    const top = MARKS_HEIGHT + row * LANE_PITCH + (LANE_PITCH - TICK_HEIGHT) / 2;
    context.fillStyle = colours.line;
    context.fillRect(0, Math.round(top + TICK_HEIGHT / 2), width, 1);
    drawTicks(context, laneColumns(lanes, actor.index, span, pixels), top, colours);
  });
  const locksTop = MARKS_HEIGHT + lanes.actors.length * LANE_PITCH;
  const x = (step: number): number => ((step - span.from) / (span.to - span.from)) * width;
  lanes.locks.forEach((lock, row) => {
    const top = locksTop + row * LOCK_PITCH + (LOCK_PITCH - LOCK_HEIGHT) / 2;
    context.fillStyle = colours.line;
    context.fillRect(0, Math.round(top + LOCK_HEIGHT / 2), width, 1);
    context.fillStyle = colours.lock;
    for (const { from, to } of lock.held) {
      if (to < span.from || from > span.to) continue;
      context.beginPath();
      context.roundRect(x(from), top, Math.max(1, x(to) - x(from)), LOCK_HEIGHT, 2);
      context.fill();
    }
  });
  drawMarks(context, lanes, notes, span, x, colours);
}

/** One rectangle per run of pixels of the same kind: far fewer than pixels. */
function drawTicks(
  context: CanvasRenderingContext2D,
  columns: Uint8Array,
  top: number,
  colours: TrackColours,
): void {
  let from = 0;
  for (let at = 1; at <= columns.length; at++) {
    if (at < columns.length && columns[at] === columns[from]) continue;
    const kind = columns[from] as number;
    if (kind !== 0) {
      context.fillStyle = colours.kinds[LANE_KINDS[kind - 1] as LaneKind];
      context.fillRect(from, top, at - from, TICK_HEIGHT);
    }
    from = at;
  }
}

/** Above the lanes: a triangle where a fault was taken, a diamond where an invariant broke, a ring for a branch, a dot for a note. */
function drawMarks(
  context: CanvasRenderingContext2D,
  lanes: Lanes,
  notes: readonly number[],
  span: Span,
  x: (step: number) => number,
  colours: TrackColours,
): void {
  const middle = MARKS_HEIGHT / 2;
  const taken = new Set<string>();
  for (const { cursor, kind } of lanes.marks) {
    if (cursor < span.from || cursor > span.to) continue;
    const at = Math.round(x(cursor));
    // Where thousands of marks share a few pixels, one every four pixels says the same.
    const key = `${kind}${at >> 2}`;
    if (taken.has(key)) continue;
    taken.add(key);
    context.beginPath();
    if (kind === 'fault') {
      context.fillStyle = colours.fault;
      context.moveTo(at - 3, middle - 2);
      context.lineTo(at + 3, middle - 2);
      context.lineTo(at, middle + 3);
      context.fill();
    } else if (kind === 'violation') {
      context.fillStyle = colours.wrong;
      context.moveTo(at, middle - 5);
      context.lineTo(at + 5, middle);
      context.lineTo(at, middle + 5);
      context.lineTo(at - 5, middle);
      context.fill();
    } else {
      context.strokeStyle = colours.branch;
      context.lineWidth = 1.5;
      context.arc(at, middle, 3, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.fillStyle = colours.note;
  for (const cursor of notes) {
    if (cursor < span.from || cursor > span.to) continue;
    context.beginPath();
    context.arc(x(cursor), middle, 3, 0, 2 * Math.PI);
    context.fill();
  }
}
