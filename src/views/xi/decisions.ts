import type { Run } from '../../engine';
import { scanEvents } from './scanEvents';

/** A row of the decision table for page faults. XI had one; its content is not known (sheet 6). */
export interface DecisionRowView {
  readonly row: number;
  readonly when: string;
  readonly then: string;
  /** How often it has decided so far in this run. */
  readonly count: number;
  /** It decided in the fault that the cursor stands in, or in the last one. */
  readonly now: boolean;
}

const ROWS = [
  ['the guest’s own tables do not allow it', 'give the fault to the guest'],
  ['the frame is no RAM', 'emulate the device; no shadow entry'],
  ['the guest’s entry is not accessed yet, or not dirty on a write', 'set A or D in it, go on'],
  ['a shadow entry is missing on the path', 'make shadows and install entries'],
  ['a write, the dirty log is on, and the page is clean', 'set its dirty bit, go on'],
  ['a write to a protected page table', 'let the guest write it; its shadows are stale'],
  ['a write, and the shadow entry is read-only for no other reason', 'make this entry writable'],
  ['the shadow entry allows it already', 'resume; if no other row decided, another vCPU has repaired it'],
] as const;

/** The table at a cursor; undefined for other designs. */
export function decisionsAt(run: Run, cursor: number): readonly DecisionRowView[] | undefined {
  if (run.built.design.name !== 'xi') return undefined;
  const counts = new Map<number, number>();
  let fault = new Set<number>();
  scanEvents(run, 0, cursor, (kind, value) => {
    if (kind === 'PageFault') fault = new Set();
    if (kind !== 'DecisionRow') return;
    const row = value('row');
    fault.add(row);
    counts.set(row, (counts.get(row) ?? 0) + 1);
  });
  return ROWS.map(([when, then], i) => ({
    row: i + 1,
    when,
    then,
    count: counts.get(i + 1) ?? 0,
    now: fault.has(i + 1),
  }));
}
