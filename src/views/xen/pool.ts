import type { Run } from '../../engine';
import { shadowTable, snapshotPage } from '../../hypervisor/entity';
import type { Xen } from '../../hypervisor/xen/state';
import { SH_OOS_SNAPSHOT, typeName } from '../../hypervisor/xen/types';
import { xenAt } from './xenAt';

/** Pool pages of one type. */
export interface PoolShare {
  readonly type: string;
  readonly pages: number;
  /** Names and printed names of its pages, ascending. */
  readonly list: readonly { readonly name: string; readonly entity: string }[];
}

export interface PinnedPage {
  readonly name: string;
  readonly entity: string;
  readonly type: string;
  /** Some vCPU has it loaded: unpinning alone does not free it. */
  readonly loaded: boolean;
}

/** What makes room when the pool is short (sheet 1.7), and whether that is happening now. */
export interface PreallocStage {
  readonly name: string;
  readonly says: string;
  /** How often it has happened so far in this run. */
  readonly count: number;
  readonly now: boolean;
}

export interface PoolView {
  readonly pages: number;
  readonly free: number;
  readonly shares: readonly PoolShare[];
  /** Pages never used yet: handed out first, lowest first. */
  readonly fresh: { readonly count: number; readonly next: string };
  /** Freed pages, oldest first, with the vCPUs whose TLB may still know them. */
  readonly freed: readonly { readonly name: string; readonly stale: readonly number[] }[];
  /** Pinned shadows, most recently pinned first: reclaim begins at the last. */
  readonly pinned: readonly PinnedPage[];
  readonly stages: readonly PreallocStage[];
}

/** The shadow pool at a cursor; undefined for designs without one. */
export function poolAt(run: Run, cursor: number): PoolView | undefined {
  return xenAt(run, cursor, (x) => ({
    pages: x.pages.frames,
    free: x.pool.free,
    shares: shares(x),
    fresh: fresh(x),
    freed: freed(x),
    pinned: [...x.pinned.all()].map((smfn) => ({
      name: x.name(smfn),
      entity: shadowTable(smfn),
      type: typeName(x.pages.type(smfn)),
      loaded: x.pages.count(smfn) > 1,
    })),
    stages: stages(run, cursor),
  }));
}

function shares(x: Xen): PoolShare[] {
  const by = new Map<number, number[]>();
  for (const smfn of x.pages.inUse()) {
    const type = x.pages.type(smfn);
    const list = by.get(type);
    if (list === undefined) by.set(type, [smfn]);
    else list.push(smfn);
  }
  return [...by]
    .sort(([a], [b]) => b - a)
    .map(([type, list]) => ({
      type: typeName(type),
      pages: list.length,
      list: list.map((smfn) => ({
        name: x.name(smfn),
        entity: type === SH_OOS_SNAPSHOT ? snapshotPage(smfn) : shadowTable(smfn),
      })),
    }));
}

function fresh(x: Xen): PoolView['fresh'] {
  const used = x.domain.get('fresh');
  const count = x.pages.frames - used - x.domain.get('freshTop');
  return { count, next: count > 0 ? x.name(x.pages.first + used) : '' };
}

function freed(x: Xen): PoolView['freed'] {
  const out: { name: string; stale: number[] }[] = [];
  for (let smfn = x.domain.get('freeHead'); smfn !== 0; smfn = x.pages.next(smfn)) {
    const stale = x.pages.stale(smfn);
    out.push({
      name: x.name(smfn),
      stale: x.vcpus.filter((v) => (stale & (1 << v.index)) !== 0).map((v) => v.index),
    });
  }
  return out;
}

const STAGES = [
  {
    label: 'unpin',
    counter: 'shadow_prealloc_1',
    name: 'Stage 1: unpin',
    says: 'Top levels that nobody has loaded are let go, the least recently pinned first.',
  },
  {
    label: 'unhook',
    counter: 'shadow_prealloc_2',
    name: 'Stage 2: blank',
    says: 'Top levels in use lose all their entries, and every TLB is flushed.',
  },
] as const;

function stages(run: Run, cursor: number): PreallocStage[] {
  const counts = run.world.counters.all();
  const last = cursor === 0 ? '' : run.nameOf(cursor - 1).label;
  return STAGES.map(({ label, counter, name, says }) => ({
    name,
    says,
    count: counts[counter] ?? 0,
    now: last === `shadow_prealloc.${label}`,
  }));
}
