import type { Tag } from '../design';

/** A row of the decision table for page faults: the first that fits decides; rows 3 to 7 go on to the next. */
export interface DecisionTableRow {
  readonly row: number;
  /** What the walk of the guest's tables found. */
  readonly walk: string;
  readonly access: 'any' | 'write';
  readonly state: string;
  readonly action: string;
}

/** XI had a decision table; what stood in it is not known. */
export const DECISION_TAG: Tag = 'RECONSTRUCTED';

/** The table by which `xi_page_fault` works: its steps are labelled `row1` to `row8`, and `DecisionRow` events say which decided. */
export const DECISION_TABLE: readonly DecisionTableRow[] = [
  {
    row: 1,
    walk: 'not present, or not permitted by the guest’s entry',
    access: 'any',
    state: 'after the entries on the path are in sync',
    action: 'give the page fault to the guest',
  },
  {
    row: 2,
    walk: 'the frame is no RAM',
    access: 'any',
    state: '',
    action: 'emulate the device; no entry is made',
  },
  {
    row: 3,
    walk: 'permitted',
    access: 'any',
    state: 'A of the guest’s entry is clear, or D on a write',
    action: 'set the bit in the guest’s table, and go on',
  },
  {
    row: 4,
    walk: 'permitted',
    access: 'any',
    state: 'an entry is missing on the path',
    action: 'make shadows and install entries along the path',
  },
  {
    row: 5,
    walk: 'permitted',
    access: 'write',
    state: 'writes are logged, and the page is not dirty',
    action: 'note it as dirty, and go on',
  },
  {
    row: 6,
    walk: 'permitted',
    access: 'write',
    state: 'the page is a protected page table',
    action: 'open it: all its shadows are stale',
  },
  {
    row: 7,
    walk: 'permitted',
    access: 'write',
    state: 'the entry has no W, and none of the above keeps it so',
    action: 'set W in this entry only',
  },
  {
    row: 8,
    walk: 'permitted',
    access: 'any',
    state: 'the entry allows the access',
    action: 'resume the guest',
  },
];
