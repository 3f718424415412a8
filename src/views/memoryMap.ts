import { hex } from '../base';
import type { Run } from '../engine';
import type { EntityId } from './scene/entity';
import type { SceneModel } from './scene/model';
import { field, readMoment } from './scene/read/moment';
import { latestWalk } from './scene/read/walks';

/** One frame of the machine's memory. */
export interface FrameCell {
  readonly frame: number;
  /** Its number, without `0x`: `010`. */
  readonly digits: string;
  /** A table of the guest, a frame that its tables map, or one that they do not. */
  readonly kind: 'table' | 'data' | 'unmapped';
  /** For a table: `L4` to `L1`. */
  readonly level: string;
  /** What it is on the scene; nothing for a frame that has no place there. */
  readonly entity: EntityId | undefined;
  /** What the beat does with it; `walked`: the latest walk came by. */
  readonly state: 'idle' | 'walked' | 'reading' | 'written';
}

/** A row of neighbours, or a run of rows in which nothing is mapped. */
export type MapRow =
  | { readonly kind: 'cells'; readonly first: number; readonly cells: readonly FrameCell[] }
  | { readonly kind: 'gap'; readonly first: number; readonly frames: number };

/** Frames side by side: a row begins at a round number. */
export const MAP_COLUMNS = 16;

/** So few rows are shown whole, whatever is in them. */
const WHOLE_ROWS = 8;

/** Memory as it is, frame by frame in the order of its numbers, after the beat of cursors [from, to]. `model`: the same beat’s scene. */
export function memoryMap(run: Run, model: SceneModel, from: number, to: number): readonly MapRow[] {
  const { guestFrames } = run.built.machine.config;
  const tables = new Map(model.tables.filter((t) => t.side === 'guest').map((t) => [t.frame, t]));
  const data = new Map(model.frames.map((f) => [f.frame, f]));
  const states = run.peek(to, () => statesOf(run, from, to));
  const cell = (frame: number): FrameCell => {
    const table = tables.get(frame);
    const mapped = data.get(frame);
    return {
      frame,
      digits: hex(frame, model.frameDigits),
      kind: table !== undefined ? 'table' : mapped !== undefined ? 'data' : 'unmapped',
      level: table === undefined ? '' : `L${table.level}`,
      entity: table?.id ?? mapped?.id,
      state: states.get(frame) ?? 'idle',
    };
  };
  const count = Math.ceil(guestFrames / MAP_COLUMNS);
  const used = new Set(
    [...tables.keys(), ...data.keys(), ...states.keys()]
      .filter((frame) => frame < guestFrames)
      .map((frame) => Math.floor(frame / MAP_COLUMNS)),
  );
  const wanted =
    count <= WHOLE_ROWS ? Array.from({ length: count }, (_, i) => i) : [...used].sort((a, b) => a - b);
  const rows: MapRow[] = [];
  let next = 0;
  const gapTo = (row: number): void => {
    const first = next * MAP_COLUMNS;
    const frames = Math.min(row * MAP_COLUMNS, guestFrames) - first;
    if (frames > 0) rows.push({ kind: 'gap', first, frames });
  };
  for (const row of wanted) {
    gapTo(row);
    const first = row * MAP_COLUMNS;
    const length = Math.min(MAP_COLUMNS, guestFrames - first);
    rows.push({ kind: 'cells', first, cells: Array.from({ length }, (_, i) => cell(first + i)) });
    next = row + 1;
  }
  gapTo(count);
  return rows;
}

function statesOf(run: Run, from: number, to: number): Map<number, FrameCell['state']> {
  const moment = readMoment(run, from, to);
  const states = new Map<number, FrameCell['state']>();
  const walk = latestWalk(moment);
  for (const { frame } of walk?.steps ?? []) states.set(frame, 'walked');
  if (walk !== undefined && walk.frame >= 0) states.set(walk.frame, 'walked');
  // What the beat does last to a frame is what is seen of it; of several reads of a walk only the last is going on.
  let reading = -1;
  for (const event of moment.events) {
    const frame = field(event, 'frame');
    if (event.kind === 'WalkedLevel' || event.kind === 'MemoryRead') {
      reading = frame;
      if (!states.has(frame)) states.set(frame, 'walked');
    } else if (event.kind === 'MemoryWritten' || event.kind === 'AccessedDirtySet') {
      reading = -1;
      states.set(frame, 'written');
    }
  }
  if (reading >= 0) states.set(reading, 'reading');
  return states;
}
