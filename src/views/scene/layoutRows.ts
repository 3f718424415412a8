import type { EntityId } from './entity';
import { guestEntry, shadowEntry } from './entity';
import type { Metrics } from './metrics';
import type { TableModel } from './model';

/** A line of a card before it has a place. */
export type Line =
  | { readonly kind: 'entry'; readonly id: EntityId; readonly index: number }
  | { readonly kind: 'fold'; readonly text: string };

export interface Lines {
  readonly lines: readonly Line[];
  readonly height: number;
}

/** No card shows more rows than this, however large the screen: more would be a list, not a picture. */
const MOST_ROWS = 24;

export const entryId = (t: TableModel, index: number): EntityId =>
  t.side === 'guest' ? guestEntry(t.frame, index) : shadowEntry(t.frame, index);

/** How much an entry deserves a row of its own. Above `HOT` it matters at this very moment. */
export const HOT = 60;

export function rank(
  t: TableModel,
  index: number,
  keep: ReadonlySet<EntityId>,
  twin: ReadonlySet<number>,
): number {
  const note = t.notes.get(index);
  if (keep.has(entryId(t, index))) return 100;
  if (note?.wrong !== undefined) return 95;
  if (note?.walk === 'reading') return 90;
  if (note?.changed) return 88;
  if (note?.stale) return 80;
  if (note?.walk === 'path') return 70;
  if (t.cast.has(index)) return twin.has(index) ? 45 : 40;
  return twin.has(index) ? 15 : 10;
}

/** Indices that could have a row: entries that are not zero, and those there is something to say about; ascending. */
export function candidates(t: TableModel): number[] {
  if (t.notes.size === 0) return [...t.used];
  return [...new Set([...t.used, ...t.notes.keys()])].sort((a, b) => a - b);
}

/**
 * Rows of the entries chosen (places in `all`, ascending), with folds where others are left out. Folds over nothing but
 * empties only on request.
 */
function linesFor(t: TableModel, all: readonly number[], shown: readonly number[], empties: boolean): Line[] {
  if (all.length === 0) return [{ kind: 'fold', text: '· empty ·' }];
  const lines: Line[] = [];
  let before = -1;
  const fold = (next: number): void => {
    const hidden = next - before - 1;
    if (hidden > 0) lines.push({ kind: 'fold', text: `· ${hidden} more ·` });
    else if (empties && before >= 0 && next < all.length) {
      const empty = (all[next] as number) - (all[before] as number) - 1;
      if (empty >= 8) lines.push({ kind: 'fold', text: `· ${empty} empty ·` });
    }
  };
  for (const place of shown) {
    fold(place);
    const index = all[place] as number;
    lines.push({ kind: 'entry', id: entryId(t, index), index });
    before = place;
  }
  fold(all.length);
  return lines;
}

/** The same rows with all that is left out said once, at the foot: for a card with no room for a fold in each place. */
function merged(lines: readonly Line[]): Line[] {
  const rows = lines.filter((line) => line.kind === 'entry');
  const hidden = lines.reduce(
    (sum, line) => sum + (line.kind === 'fold' ? Number.parseInt(line.text.slice(2), 10) || 0 : 0),
    0,
  );
  return hidden === 0 ? rows : [...rows, { kind: 'fold', text: `· ${hidden} more ·` }];
}

const heightOf = (lines: readonly Line[], m: Metrics): number =>
  lines.reduce((sum, line) => sum + (line.kind === 'entry' ? m.rowH : m.gapH), 0);

/** The lines a card would have if it had the room. */
export function allLines(
  t: TableModel,
  keep: ReadonlySet<EntityId>,
  twin: ReadonlySet<number>,
  m: Metrics,
): Lines {
  return chooseLines(t, Number.POSITIVE_INFINITY, keep, twin, m);
}

/** The best lines for a height: entries by rank, each added only if it and the folds it needs still fit. */
export function chooseLines(
  t: TableModel,
  room: number,
  keep: ReadonlySet<EntityId>,
  twin: ReadonlySet<number>,
  m: Metrics,
): Lines {
  const all = candidates(t);
  const byRank = all
    .map((index, place) => ({ place, rank: rank(t, index, keep, twin) }))
    .sort((a, b) => b.rank - a.rank || a.place - b.place)
    .slice(0, MOST_ROWS);
  let shown: number[] = [];
  let lines = linesFor(t, all, shown, false);
  if (heightOf(lines, m) > room) return { lines: [], height: 0 };
  for (const { place } of byRank) {
    const more = [...shown, place].sort((a, b) => a - b);
    const inPlace = linesFor(t, all, more, false);
    const longer = heightOf(inPlace, m) <= room ? inPlace : merged(inPlace);
    if (heightOf(longer, m) > room) break;
    shown = more;
    lines = longer;
  }
  const airy = linesFor(t, all, shown, true);
  if (heightOf(airy, m) <= room) lines = airy;
  return { lines, height: heightOf(lines, m) };
}

/** How many lines matter at this very moment: a card is not made smaller than they need. */
export function hotHeight(t: TableModel, keep: ReadonlySet<EntityId>, m: Metrics): number {
  const none = new Set<number>();
  const all = candidates(t);
  const hot: number[] = [];
  for (let place = 0; place < all.length && hot.length < 3; place++)
    if (rank(t, all[place] as number, keep, none) >= HOT) hot.push(place);
  if (hot.length === 0) return 0;
  return heightOf(merged(linesFor(t, all, hot, false)), m);
}
