const grouped = new Intl.NumberFormat('en');

/** A count for people: digits grouped by commas from a thousand on. Making a formatter per call costs more than the rest of a panel. */
export function figure(value: number): string {
  return value < 1000 && value >= 0 ? String(value) : grouped.format(value);
}
