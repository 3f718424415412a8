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
 * from, and so on back (shadow entry, snapshot, guest entry). Empty if nothing in the run wrote it. With `bits`, writes that
 * left all of them as they were are passed over: a walk that marks an entry as dirty is not why the entry maps its frame.
 */
export function provenance(run: Run, cell: number, cursor: number, bits = ~0): Origin[] {
  const chain: Origin[] = [];
  let wanted = cell;
  let before = run.journalAt(cursor);
  const visited = new Set<number>();
  while (!visited.has(wanted)) {
    visited.add(wanted);
    const found = lastChange(run, wanted, before, bits);
    if (found === undefined) break;
    const { mark, origin } = found;
    chain.push(origin);
    if (origin.from === undefined) break;
    wanted = origin.from;
    before = mark;
  }
  return chain;
}

function lastChange(
  run: Run,
  cell: number,
  to: number,
  bits: number,
): { readonly mark: number; readonly origin: Origin } | undefined {
  let before = to;
  for (;;) {
    const mark = run.store.lastWrite(before, (c) => c === cell);
    if (mark < 0) return undefined;
    let old = 0;
    let now = 0;
    run.store.writes(mark, mark + 3, (_, was, is) => {
      old = was;
      now = is;
    });
    before = mark;
    if (((old ^ now) & bits) === 0) continue;
    const step = run.stepOfMark(mark);
    let from: number | undefined;
    for (const event of run.eventsIn(step, step + 1)) {
      if (event.kind === Derived.kind && event.to === cell) from = event.from as number;
    }
    return { mark, origin: { cell, step, old, now, from } };
  }
}
