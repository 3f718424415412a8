import type { Run } from '../../../engine';

/** Who plays a part anywhere in a run, by frame: entries of tables, and frames that were read or written. */
export interface Cast {
  readonly entries: ReadonlyMap<number, ReadonlySet<number>>;
  readonly frames: ReadonlySet<number>;
}

interface Known {
  upTo: number;
  readonly entries: Map<number, Set<number>>;
  readonly frames: Set<number>;
}

const known = new WeakMap<Run, Known>();

/** Events that name an entry of a table: the fields of its frame and its index. */
const ENTRY_EVENTS: Readonly<Record<string, readonly [frame: string, index: string]>> = {
  WalkedLevel: ['frame', 'index'],
  AccessedDirtySet: ['frame', 'index'],
  Poked: ['frame', 'index'],
  EntryEmulated: ['gmfn', 'index'],
  WriteAccessRemoved: ['smfn', 'index'],
  SnapshotUpdated: ['gmfn', 'index'],
};
/** Those written for a reason of their own; what a prefetch fills in beside them is not cast. */
const PREFETCH = 1;

/**
 * The cast of a run as far as it is recorded. Looked up once per run and continued as the run grows: it must not depend on
 * the cursor, or rows would come and go while somebody steps.
 */
export function castOf(run: Run): Cast {
  const cast = known.get(run) ?? { upTo: 0, entries: new Map(), frames: new Set() };
  known.set(run, cast);
  if (cast.upTo >= run.length) return cast;
  const add = (frame: number, index: number): void => {
    const indices = cast.entries.get(frame);
    if (indices === undefined) cast.entries.set(frame, new Set([index]));
    else indices.add(index);
  };
  const { events } = run.world;
  const from = run.columns.events.at(cast.upTo);
  events.scan(from, events.mark, (type, _actor, at) => {
    const value = (name: string): number => events.argument(at + type.fields.indexOf(name));
    const entry = ENTRY_EVENTS[type.kind];
    if (entry !== undefined) add(value(entry[0]), value(entry[1]));
    else if (type.kind === 'ShadowEntrySet' && value('why') !== PREFETCH) add(value('smfn'), value('index'));
    else if (type.kind === 'MemoryRead' || type.kind === 'MemoryWritten') {
      cast.frames.add(value('frame'));
      add(value('frame'), value('offset') >>> 3);
    } else if (type.kind === 'TlbHit') cast.frames.add(value('frame'));
  });
  cast.upTo = run.length;
  return cast;
}
