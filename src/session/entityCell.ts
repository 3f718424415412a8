import type { Run } from '../engine';
import { type ParsedEntity, parseEntity } from '../hypervisor/entity';

/** A stretch of cells that a printed name stands for. */
export interface Cells {
  readonly from: number;
  readonly to: number;
}

/**
 * The cells behind a name: a whole frame (`guest 0x02e`, `shadow s084`) or one entry of it (`guest 0x02e[007]`).
 * Undefined for things that are not memory, and for frames in which nothing was ever written.
 */
export function cellsOf(run: Run, entity: string): Cells | undefined {
  const named = parseEntity(entity);
  if (named === undefined || named.kind === 'fixup') return undefined;
  const width = entryCells(run, named.kind);
  // Entries of a shadow of several pages are counted through.
  const further = named.index < 0 ? 0 : Math.floor((named.index * width) / CELLS);
  const page = run.built.machine.memory.find(named.frame + further);
  if (page === 0) return undefined;
  if (named.index < 0) return { from: page, to: page + CELLS };
  const from = page + named.index * width - further * CELLS;
  return { from, to: from + width };
}

/** 32-bit cells of a frame. */
const CELLS = 1024;

/** Entries are one cell wide in a two-level guest's own tables, else two. */
function entryCells(run: Run, kind: ParsedEntity['kind']): 1 | 2 {
  return run.built.spec.paging === '32-bit' && kind === 'guest' ? 1 : 2;
}
