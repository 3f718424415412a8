import type { Run } from '../../engine';
import {
  HOW,
  HOW_BRUTE_FORCE,
  HOW_FIXUP,
  HOW_FIXUP_STALE,
  HOW_LAST_WRITABLE,
} from '../../hypervisor/xen/events';

/** By which means a writable mapping is looked for, in the order in which they are tried (sheet 4.1). */
export type Means = 'fixup' | 'guess' | 'hint' | 'search';
export const MEANS: readonly Means[] = ['fixup', 'guess', 'hint', 'search'];

/** One entry read while looking for writable mappings. */
export interface Read {
  readonly step: number;
  readonly how: number;
  readonly smfn: number;
  readonly index: number;
  readonly hit: boolean;
}

/** One go at taking write access to a page away, from its first read to its last. */
export interface Removal {
  readonly gmfn: number;
  readonly actor: number;
  readonly reads: readonly Read[];
}

interface Open {
  readonly gmfn: number;
  readonly actor: number;
  readonly op: number;
  readonly reads: Read[];
}

interface Known {
  step: number;
  readonly all: Open[];
  last: Open | undefined;
}

const known = new WeakMap<Run, Known>();

/** Name of a means for a `how` of an event. */
export function meansOf(how: number): Means {
  if (how === HOW_FIXUP || how === HOW_FIXUP_STALE) return 'fixup';
  if (how === HOW_LAST_WRITABLE) return 'hint';
  return how === HOW_BRUTE_FORCE ? 'search' : 'guess';
}

/** `direct-map guess`, `fixup`, `full search`. */
export const howName = (how: number): string =>
  how === HOW_BRUTE_FORCE ? 'full search' : (HOW[how] ?? 'search').replace(/^(the|a) /, '');

/**
 * All removals of a run as far as it is recorded, in order of their first read. Looked up once per run and continued as it
 * grows: reads of one page by one actor in one operation belong together until a flush ends them, or an earlier means begins
 * anew.
 */
export function removalsOf(run: Run): readonly Removal[] {
  const found = known.get(run) ?? { step: 0, all: [], last: undefined };
  known.set(run, found);
  const { events } = run.world;
  for (; found.step < run.length; found.step++) {
    const step = found.step;
    const from = run.columns.events.at(step);
    const to = step + 1 < run.length ? run.columns.events.at(step + 1) : events.mark;
    if (from === to) continue;
    events.scan(from, to, (type, actor, at) => {
      const value = (name: string): number => events.argument(at + type.fields.indexOf(name));
      switch (type.kind) {
        case 'WriteAccessSearched':
          add(found, run, step, actor, value('gmfn'), {
            step,
            how: value('how'),
            smfn: value('smfn'),
            index: value('index'),
            hit: value('hit') === 1,
          });
          break;
        case 'TlbFlushed':
        case 'Resynced':
          found.last = undefined;
          break;
        default:
          break;
      }
    });
  }
  return found.all;
}

function add(found: Known, run: Run, step: number, actor: number, gmfn: number, read: Read): void {
  const { last } = found;
  const op = run.opOf(step);
  const before = last?.reads.at(-1);
  const goesOn =
    last !== undefined &&
    before !== undefined &&
    last.gmfn === gmfn &&
    last.actor === actor &&
    last.op === op &&
    MEANS.indexOf(meansOf(before.how)) <= MEANS.indexOf(meansOf(read.how));
  if (goesOn) last.reads.push(read);
  else {
    found.last = { gmfn, actor, op, reads: [read] };
    found.all.push(found.last);
  }
}

/** How many of a removal's reads came before a cursor. */
export function readsBefore({ reads }: Removal, cursor: number): number {
  let lo = 0;
  let hi = reads.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if ((reads[mid] as Read).step < cursor) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** The removals that have begun before a cursor. */
export function removalsAt(run: Run, cursor: number): readonly Removal[] {
  const all = removalsOf(run);
  let n = all.length;
  while (n > 0 && ((all[n - 1] as Removal).reads[0]?.step ?? 0) >= cursor) n--;
  return all.slice(0, n);
}

/** Procedures that look for writable mappings. */
const SEARCHING = [
  'sh_remove_write_access',
  'oos_fixup_flush_gmfn',
  'oos_fixup_flush',
  'oos_remove_write_access',
];

/** The removal that the actor of the last step is in the middle of; undefined if it is not at one. */
export function removalNow(run: Run, cursor: number): Removal | undefined {
  if (cursor === 0) return undefined;
  const step = cursor - 1;
  const actor = run.actorOf(step);
  const here = run.nameOf(step).procedure?.name ?? '';
  const searching =
    here === 'sh_rm_write_access_from_l1' ||
    SEARCHING.includes(here) ||
    run.peek(cursor, () =>
      (run.world.actors[actor]?.thread?.frames() ?? []).some(({ procedure }) =>
        SEARCHING.includes(procedure.name),
      ),
    );
  if (!searching) return undefined;
  const last = removalsAt(run, cursor).at(-1);
  return last !== undefined && last.actor === actor && run.opOf(last.reads[0]?.step ?? 0) === run.opOf(step)
    ? last
    : undefined;
}
