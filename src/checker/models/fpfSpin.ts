/** Distinct states and transitions of the fast page fault as SPIN counts them without reduction (its transitions less the first state). */
export interface SpinCount {
  readonly vcpus: number;
  readonly operations: number;
  readonly depth: number;
  readonly fence: boolean;
  readonly states: number;
  readonly transitions: number;
}

const row = (
  vcpus: number,
  operations: number,
  depth: number,
  fence: boolean,
  states: number,
  transitions: number,
): SpinCount => ({ vcpus, operations, depth, fence, states, transitions });

export const SPIN_COUNTS: readonly SpinCount[] = [
  row(2, 1, 2, true, 447, 838),
  row(2, 1, 4, false, 672, 1466),
  row(2, 2, 2, true, 4479, 10190),
  row(2, 2, 2, false, 8458, 22192),
  row(2, 2, 4, true, 4583, 10490),
  row(3, 1, 2, true, 7854, 21609),
  row(3, 1, 2, false, 14382, 45468),
  row(3, 1, 4, true, 7854, 21609),
];
