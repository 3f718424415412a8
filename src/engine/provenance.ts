import { Derived } from '../kernel';
import type { Run } from './run';

/** One link of the chain behind a value: the step that wrote the cell, and the cell it took the value from, if any. */
export interface Origin {
  readonly cell: number;
  readonly step: number;
  readonly old: number;
  readonly now: number;
  readonly from: number | undefined;
}

/**
 * Why a cell holds what it holds at a cursor: the last step that wrote it, then the step that wrote the cell it was derived
 * from, and so on back (shadow entry, snapshot, guest entry). Empty if nothing in the run wrote it.
 */
export function provenance(run: Run, cell: number, cursor: number): Origin[] {
  const chain: Origin[] = [];
  let wanted = cell;
  let before = run.journalAt(cursor);
  const visited = new Set<number>();
  while (!visited.has(wanted)) {
    visited.add(wanted);
    const target = wanted;
    const mark = run.store.lastWrite(before, (c) => c === target);
    if (mark < 0) break;
    const step = run.stepOfMark(mark);
    let from: number | undefined;
    for (const event of run.eventsIn(step, step + 1)) {
      if (event.kind === Derived.kind && event.to === target) from = event.from as number;
    }
    run.store.writes(mark, mark + 3, (c, old, now) => {
      chain.push({ cell: c, step, old, now, from });
    });
    if (from === undefined) break;
    wanted = from;
    before = mark;
  }
  return chain;
}
