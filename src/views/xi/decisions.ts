import type { Run } from '../../engine';
import { DECISION_TABLE, DECISION_TAG, type DecisionTableRow } from '../../hypervisor/xi/decision';
import { scanEvents } from './scanEvents';

/** How sure the table is: XI had one, and its rows are not known. */
export const decisionsTag = DECISION_TAG;

/** A row of the decision table, as a person reads it. */
export interface DecisionRowView {
  readonly row: number;
  readonly when: string;
  readonly action: string;
  /** How often it has decided so far in this run. */
  readonly count: number;
  /** It decided in the fault that the cursor stands in, or in the last one. */
  readonly now: boolean;
}

/** What a row looks at, in one line: a permitted access goes without saying. */
function when({ walk, access, state }: DecisionTableRow): string {
  const found = walk === 'permitted' ? '' : walk;
  const parts = [access === 'write' ? 'a write' : '', found, state].filter((part) => part !== '');
  return parts.join(', ');
}

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
  return DECISION_TABLE.map((one) => ({
    row: one.row,
    when: when(one),
    action: one.action,
    count: counts.get(one.row) ?? 0,
    now: fault.has(one.row),
  }));
}
