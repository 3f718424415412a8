/** How many characters must be changed, added, dropped or swapped with a neighbour to turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (twoBack[j - 2] ?? 0) + 1);
      row.push(best);
    }
    twoBack = before;
    before = row;
  }
  return before[b.length] ?? 0;
}

/** As many letters as it takes for the beginning of a word to tell. */
const BEGINNING = 3;

/**
 * The word a person most likely meant, if one is near enough (a third of its letters may be wrong); else the shortest that what was
 * found is the beginning of.
 */
export function nearest(found: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(found.length / 3)) + 1;
  for (const word of words) {
    const distance = editDistance(found.toLowerCase(), word.toLowerCase());
    if (distance < bestDistance && distance < word.length) {
      best = word;
      bestDistance = distance;
    }
  }
  if (best !== undefined || found.length < BEGINNING) return best;
  const longer = [...words].filter((word) => word.toLowerCase().startsWith(found.toLowerCase()));
  return longer.sort((a, b) => a.length - b.length)[0];
}

/** "a, b or c". */
export function orList(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
