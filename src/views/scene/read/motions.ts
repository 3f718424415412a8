import type { LoggedEvent } from '../../../kernel';
import { dataFrame, type EntityId } from '../entity';
import type { Motion, TableModel } from '../model';
import type { SceneSource } from '../sources/source';
import { field, type Moment } from './moment';
import { entryOf } from './tables';
import type { Walk } from './walks';

/** What the stage calls an entry or a frame: depends on whether a table lies there. */
export interface Namer {
  readonly entry: (frame: number, index: number) => EntityId | undefined;
  readonly table: (frame: number) => EntityId | undefined;
}

export function namer(tables: readonly TableModel[]): Namer {
  const byFrame = new Map<number, TableModel>();
  for (const t of tables) for (let p = 0; p < (t.pages ?? 1); p++) byFrame.set(t.frame + p, t);
  return {
    table: (frame) => byFrame.get(frame)?.id,
    entry: (frame, index) => {
      const table = byFrame.get(frame);
      // Entries of a table of several pages are counted through.
      return table === undefined ? undefined : entryOf(table, index + (frame - table.frame) * 512);
    },
  };
}

/** The beat's events as motion, in order. A search and a resync become one motion each, however many entries they read. */
export function motionsOf(
  moment: Moment,
  names: Namer,
  walk: Walk | undefined,
  source: SceneSource,
): Motion[] {
  const out: Motion[] = [];
  // Where the token stands when the beat begins: at the last entry read before it.
  let last: EntityId | undefined = entryBefore(walk, moment.from, names);
  for (const event of moment.events) {
    const made = machineMotion(event, names, last) ?? source.motion(event, moment);
    if (event.kind === 'WalkStarted') last = undefined;
    if (event.kind === 'WalkedLevel') last = names.entry(field(event, 'frame'), field(event, 'index'));
    for (const motion of Array.isArray(made) ? made : made === undefined ? [] : [made as Motion])
      push(out, motion);
  }
  return out;
}

function entryBefore(walk: Walk | undefined, from: number, names: Namer): EntityId | undefined {
  const step = walk?.steps.findLast((s) => s.step < from);
  return step === undefined ? undefined : names.entry(step.frame, step.index);
}

const go = (from: EntityId | undefined, to: EntityId): Motion =>
  from === undefined ? { kind: 'travel', to } : { kind: 'travel', from, to };

function machineMotion(event: LoggedEvent, names: Namer, last: EntityId | undefined): Motion[] | undefined {
  switch (event.kind) {
    case 'WalkedLevel': {
      const frame = field(event, 'frame');
      const table = names.table(frame);
      const entry = names.entry(frame, field(event, 'index'));
      return table === undefined || entry === undefined ? [] : [go(last, table), { kind: 'read', at: entry }];
    }
    case 'WalkEnded':
      return field(event, 'error') === -1 ? [go(last, dataFrame(field(event, 'frame')))] : [];
    case 'TlbHit':
      return [go(undefined, dataFrame(field(event, 'frame')))];
    case 'AccessedDirtySet':
    case 'Poked': {
      const at = names.entry(field(event, 'frame'), field(event, 'index'));
      return at === undefined ? [] : [{ kind: 'change', at }];
    }
    case 'MemoryWritten': {
      const frame = field(event, 'frame');
      const at = names.entry(frame, field(event, 'offset') >>> 3) ?? dataFrame(frame);
      return [{ kind: 'change', at }];
    }
    case 'MemoryRead':
      return [{ kind: 'read', at: dataFrame(field(event, 'frame')) }];
    default:
      return undefined;
  }
}

/** Adds a motion. A search is one motion and so is the comparison of a table, whatever is written between their reads. */
function push(out: Motion[], motion: Motion): void {
  if (motion.kind === 'search') {
    const at = out.findLastIndex((m) => m.kind === 'search');
    const before = out[at];
    if (before?.kind !== 'search') out.push(motion);
    else
      out[at] = {
        ...before,
        ...(motion.means === undefined ? {} : { means: motion.means }),
        reads: [...before.reads, ...motion.reads],
        hits: [...before.hits, ...motion.hits],
      };
  } else if (motion.kind === 'compare') {
    const at = out.findLastIndex((m) => m.kind === 'compare' && m.table === motion.table);
    const before = out[at];
    if (before?.kind !== 'compare') out.push(motion);
    else
      out[at] = {
        ...before,
        all: [...before.all, ...motion.all],
        differ: [...before.differ, ...motion.differ],
      };
  } else if (!(motion.kind === 'change' && out.some((m) => m.kind === 'change' && m.at === motion.at)))
    out.push(motion);
}
