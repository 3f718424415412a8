import type { Run } from '../../engine';
import { leafKits } from '../../hypervisor/xi/eachMapping';
import type { Xi } from '../../hypervisor/xi/state';
import { scanEvents } from './scanEvents';
import { xiAt } from './xiAt';

/** One entry looked at. */
export interface LookedAt {
  readonly kit: number;
  readonly index: number;
  readonly hit: boolean;
  readonly step: number;
}

/** One lookup of who maps a page, entry by entry. */
export interface LookupInFull {
  readonly gfn: number;
  readonly by: 'chain' | 'linear';
  readonly reads: readonly LookedAt[];
  /** Steps from its first read to its end. */
  readonly from: number;
  readonly to: number;
  /** Leaf shadow tables then, by kit, with their entries. */
  readonly tables: readonly { readonly kit: number; readonly name: string; readonly entries: number }[];
}

interface Known {
  step: number;
  readonly all: LookupInFull[];
  reads: LookedAt[];
}

const known = new WeakMap<Run, Known>();

/** All lookups of a run that are over, in order. Continued as the run grows. */
export function lookupsInFull(run: Run): readonly LookupInFull[] {
  const found = known.get(run) ?? { step: 0, all: [], reads: [] };
  known.set(run, found);
  const from = found.step;
  found.step = run.length;
  scanEvents(run, from, found.step, (kind, value, step) => {
    if (kind === 'BlVisit' || kind === 'LinearRead')
      found.reads.push({
        kit: value('kit'),
        index: value('index'),
        // Whatever is in the chain maps the page; a search finds out.
        hit: kind === 'BlVisit' || value('hit') === 1,
        step,
      });
    if (kind !== 'ChainWalk' && kind !== 'LinearScan') return;
    found.all.push({
      gfn: value('gfn'),
      by: kind === 'ChainWalk' ? 'chain' : 'linear',
      reads: found.reads,
      from: found.reads[0]?.step ?? step,
      to: step,
      tables: xiAt(run, step, leafTables) ?? [],
    });
    found.reads = [];
  });
  return found.all;
}

const leafTables = (x: Xi): LookupInFull['tables'] =>
  leafKits(x).map((kit) => ({ kit, name: x.kitName(kit), entries: x.shapeOf(kit).entries }));

/** The same question asked in two runs. */
export interface Pair {
  readonly nth: number;
  readonly gfn: number;
  readonly chain: LookupInFull;
  readonly linear: LookupInFull;
}

/** Lookups of two runs of the same program that ask the same, in the order of the first. */
export function pairs(chain: Run, linear: Run): readonly Pair[] {
  const rest = [...lookupsInFull(linear)];
  const out: Pair[] = [];
  for (const one of lookupsInFull(chain)) {
    const at = rest.findIndex(({ gfn }) => gfn === one.gfn);
    const other = rest[at];
    if (other === undefined) continue;
    rest.splice(0, at + 1);
    out.push({ nth: out.length, gfn: one.gfn, chain: one, linear: other });
  }
  return out;
}

/** How many reads of a lookup came before a cursor. */
export const readsAt = ({ reads }: LookupInFull, cursor: number): number =>
  reads.reduce((n, { step }) => n + (step < cursor ? 1 : 0), 0);

/** A table as a strip of at most so many cells, each for as many entries: which have been read, which were hits. */
export function strip(
  lookup: LookupInFull,
  kit: number,
  entries: number,
  done: number,
  most = 64,
): readonly ('idle' | 'read' | 'hit')[] {
  const cells = Math.min(entries, most);
  const per = entries / cells;
  const out = new Array<'idle' | 'read' | 'hit'>(cells).fill('idle');
  for (const { kit: at, index, hit } of lookup.reads.slice(0, done)) {
    if (at !== kit) continue;
    const cell = Math.floor(index / per);
    if (hit) out[cell] = 'hit';
    else if (out[cell] === 'idle') out[cell] = 'read';
  }
  return out;
}
