import type { Run } from '../engine';

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
  const match = /^(?:guest|shadow|snapshot|frame) (?:0x|s)([0-9a-f]+)(?:\[([0-9a-f]{3})\])?$/.exec(entity);
  if (match === null) return undefined;
  const { memory } = run.built.machine;
  const page = memory.find(Number.parseInt(match[1] ?? '', 16));
  if (page === 0) return undefined;
  if (match[2] === undefined) return { from: page, to: page + 1024 };
  const width = entryCells(run, entity);
  const from = page + Number.parseInt(match[2], 16) * width;
  return { from, to: from + width };
}

/** Entries are one cell wide in a two-level guest's own tables, else two. */
function entryCells(run: Run, entity: string): 1 | 2 {
  return run.built.spec.paging === '32-bit' && entity.startsWith('guest') ? 1 : 2;
}
