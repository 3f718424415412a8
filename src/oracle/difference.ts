/** Where a replay and its recording do not agree. */
export interface Difference {
  /** `op 12`, `host 3`, or `final`. */
  readonly where: string;
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** Words of memory that were changed otherwise, or by one of the two only: by address, as text. */
export function changedWords(
  where: string,
  expected: ReadonlyMap<number, string>,
  got: ReadonlyMap<number, string>,
): Difference[] {
  return [...new Set([...expected.keys(), ...got.keys()])]
    .filter((at) => expected.get(at) !== got.get(at))
    .map((at) => ({
      where,
      what: `memory 0x${at.toString(16)}`,
      expected: expected.get(at) ?? 'unchanged',
      got: got.get(at) ?? 'unchanged',
    }));
}
