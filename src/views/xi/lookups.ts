import type { Run } from '../../engine';
import { leafKits } from '../../hypervisor/xi/eachMapping';
import { scanEvents } from './scanEvents';
import { xiAt } from './xiAt';

/** One time that XI asked who maps a page, and what the answer took. */
export interface Lookup {
  readonly step: number;
  readonly actor: number;
  readonly gfn: number;
  readonly by: 'chain' | 'linear';
  /** Shadow entries visited or read: counted by the run. */
  readonly reads: number;
  /** Leaf shadow tables in use then (S), and entries of each. */
  readonly tables: number;
  readonly entries: number;
}

interface Known {
  step: number;
  readonly all: Lookup[];
}

const known = new WeakMap<Run, Known>();

/** All lookups of a run as far as it is recorded, in order. Looked up once per run, and continued as it grows. */
export function lookupsOf(run: Run): readonly Lookup[] {
  const found = known.get(run) ?? { step: 0, all: [] };
  known.set(run, found);
  const from = found.step;
  found.step = run.length;
  scanEvents(run, from, found.step, (kind, value, step, actor) => {
    if (kind !== 'ChainWalk' && kind !== 'LinearScan') return;
    const by = kind === 'ChainWalk' ? 'chain' : 'linear';
    found.all.push({
      step,
      actor,
      gfn: value('gfn'),
      by,
      reads: value(by === 'chain' ? 'visited' : 'entries'),
      tables: xiAt(run, step, (x) => leafKits(x).length) ?? 0,
      entries: run.built.machine.config.indexBits === 9 ? 512 : 1 << run.built.machine.config.indexBits,
    });
  });
  return found.all;
}

/** The lookups before a cursor. */
export function lookupsAt(run: Run, cursor: number): readonly Lookup[] {
  const all = lookupsOf(run);
  let n = all.length;
  while (n > 0 && (all[n - 1]?.step ?? 0) >= cursor) n--;
  return all.slice(0, n);
}
