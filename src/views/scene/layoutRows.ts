import { type EntityId, guestEntry, ownerOf, parseEntity, shadowEntry } from './entity';
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

const entryId = (t: TableModel, index: number): EntityId =>
  t.side === 'guest' ? guestEntry(t.frame, index) : shadowEntry(t.frame, index);

/** How much an entry deserves a row of its own. Above `HOT` it matters at this very moment; the focus comes before all. */
const HOT = 60;
const FOCUS = 100;
/** The other half of the pair shows it: then both do. */
const TWIN = 5;

function rank(t: TableModel, index: number): number {
  const note = t.notes.get(index);
  if (note?.wrong !== undefined) return 95;
  if (note?.walk === 'reading') return 90;
  if (note?.changed) return 88;
  if (note?.stale) return 80;
  if (note?.walk === 'path') return 70;
  return t.cast.has(index) ? 40 : 10;
}

/** What a table's rows are chosen from, whoever asks. */
interface Ranked {
  /** Indices that could have a row: entries that are not zero, and those there is something to say about; ascending. */
  readonly all: readonly number[];
  /** Places in `all` of the best of them, best first. */
  readonly best: readonly number[];
  readonly ranks: readonly number[];
}

const known = new WeakMap<TableModel, Ranked>();

/** Worked out once per table: models never change. */
function ranked(t: TableModel): Ranked {
  const before = known.get(t);
  if (before !== undefined) return before;
  const missing = [...t.notes.keys()].filter((index) => !t.used.includes(index));
  const all = missing.length === 0 ? t.used : [...t.used, ...missing].sort((a, b) => a - b);
  const ranks = all.map((index) => rank(t, index));
  const places = all.map((_, place) => place);
  const special = places.filter((place) => (ranks[place] as number) > 10);
  special.sort((a, b) => (ranks[b] as number) - (ranks[a] as number) || a - b);
  const plain = places.filter((place) => ranks[place] === 10).slice(0, MOST_ROWS);
  const made = { all, ranks, best: [...special, ...plain].slice(0, MOST_ROWS) };
  known.set(t, made);
  return made;
}

/** Places of the best rows, best first, with what is in focus and what the other half shows brought forward. */
function bestPlaces(t: TableModel, keep: ReadonlySet<EntityId>, twin: ReadonlySet<number>): number[] {
  const { all, best, ranks } = ranked(t);
  const focus = focused(t, keep);
  if (focus < 0 && twin.size === 0) return [...best];
  const score = (place: number): number => {
    const index = all[place] as number;
    return index === focus ? FOCUS : (ranks[place] as number) + (twin.has(index) ? TWIN : 0);
  };
  const wanted = new Set(best);
  for (const index of [...twin, focus]) {
    const place = all.indexOf(index);
    if (place >= 0) wanted.add(place);
  }
  return [...wanted].sort((a, b) => score(b) - score(a) || a - b).slice(0, MOST_ROWS);
}

/** Index of the table's entry that is in focus, or -1. */
function focused(t: TableModel, keep: ReadonlySet<EntityId>): number {
  for (const id of keep) if (ownerOf(id) === t.id) return parseEntity(id)?.index ?? -1;
  return -1;
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
  const { all, ranks } = ranked(t);
  if (t.gone === true)
    return m.gapH <= room ? { lines: [{ kind: 'fold', text: '· destroyed ·' }], height: m.gapH } : NO_LINES;
  if (all.length === 0)
    return m.gapH <= room ? { lines: linesFor(t, all, [], false), height: m.gapH } : NO_LINES;
  let shown: number[] = [];
  let folds = 1;
  if (m.gapH > room) return NO_LINES;
  const best = bestPlaces(t, keep, twin);
  for (const place of best) {
    const more = [...shown, place].sort((a, b) => a - b);
    const rows = more.length * m.rowH;
    const inPlace = foldsFor(more, all.length);
    // Folds stand where they belong if there is room for them; else one at the foot says all.
    const fits = [inPlace, Math.min(1, inPlace)].find((n) => rows + n * m.gapH <= room);
    if (fits === undefined) break;
    shown = more;
    folds = fits;
  }
  const first = best[0];
  // Where one line is all there is, what is read or written now goes before how many others there are: the minimap tells of them.
  if (
    shown.length === 0 &&
    first !== undefined &&
    m.rowH <= room &&
    (all[first] === focused(t, keep) || (ranks[first] as number) >= HOT)
  ) {
    const index = all[first] as number;
    return { lines: [{ kind: 'entry', id: entryId(t, index), index }], height: m.rowH };
  }
  const airy = linesFor(t, all, shown, true);
  const height = heightOf(airy, m);
  if (height <= room) return { lines: airy, height };
  const plain = linesFor(t, all, shown, false);
  const lines = folds < foldsFor(shown, all.length) ? merged(plain) : plain;
  return { lines, height: heightOf(lines, m) };
}

const NO_LINES: Lines = { lines: [], height: 0 };

/** In how many places something is left out. */
function foldsFor(shown: readonly number[], total: number): number {
  let folds = 0;
  let before = -1;
  for (const place of shown) {
    if (place > before + 1) folds++;
    before = place;
  }
  return before < total - 1 ? folds + 1 : folds;
}

/** The height of the lines that matter at this very moment: a card is not made smaller than they need. */
export function hotHeight(t: TableModel, keep: ReadonlySet<EntityId>, m: Metrics): number {
  if (t.gone === true) return 0;
  const { all, best, ranks } = ranked(t);
  const focus = all.indexOf(focused(t, keep));
  const hot = best.filter((place) => (ranks[place] as number) >= HOT || place === focus);
  if (focus >= 0 && !hot.includes(focus)) hot.unshift(focus);
  if (hot.length === 0) return 0;
  const first = hot.slice(0, 3).sort((a, b) => a - b);
  return heightOf(merged(linesFor(t, all, first, false)), m);
}
