import { line } from 'd3-shape';
import { figure } from '../../base';

/** What the price of finding writable mappings depends on. */
export interface Geometry {
  /** L1 and splintered L1 shadows alive. */
  readonly shadows: number;
  /** Entries that a search reads in each. */
  readonly entries: number;
  /** Levels that one guess reads through the linear map. */
  readonly levels: number;
  /** Places that are guessed for this guest at most. */
  readonly guesses: number;
  /** Writable mappings there are to find. */
  readonly writers: number;
  /** How many of them are recorded as fixups. */
  readonly fixups: number;
  /** A shadow is remembered in which a search has found a writer. */
  readonly hint: boolean;
}

export type CostMeans = 'fixup' | 'guess' | 'hint' | 'search' | 'backlink';

/** What one means would cost: reads of shadow entries, at least and at most. */
export interface Cost {
  readonly means: CostMeans;
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** The formula, with this world's figures in it. */
  readonly formula: string;
  readonly says: string;
  /** It cannot be used for this page now: why. */
  readonly not?: string;
}

/**
 * The cost model of sheet 4.2, and beside it XI's backlink array, which Xen does not have: one read for each mapping,
 * whatever else there is. Computed from the geometry; nothing is searched.
 */
export function costs(g: Geometry): readonly Cost[] {
  const each = Math.max(1, g.writers);
  return [
    {
      means: 'fixup',
      name: 'Fixups',
      least: Math.max(1, g.fixups),
      most: Math.max(1, g.fixups),
      formula: `${count(g.fixups, 'recorded mapping')} × 1`,
      says: 'Where an out-of-sync table was mapped writable is remembered: one read each.',
      ...(g.fixups === 0 ? { not: 'none recorded' } : {}),
    },
    {
      means: 'guess',
      name: 'Guesses',
      least: g.levels,
      most: Math.max(1, g.guesses) * g.levels,
      formula: `up to ${count(g.guesses, 'guess', 'guesses')} × ${g.levels} levels`,
      says: 'Known kernels map all memory at known addresses: each guess reads one path of the loaded tables.',
      ...(g.guesses === 0 ? { not: 'none made' } : {}),
    },
    {
      means: 'hint',
      name: 'Last hint',
      least: 1,
      most: g.entries,
      formula: `up to ${figure(g.entries)} entries of one shadow`,
      says: 'The shadow in which the last full search found a mapping is read through first.',
      ...(g.hint ? {} : { not: 'none remembered' }),
    },
    {
      means: 'search',
      name: 'Full search',
      least: 1,
      most: g.shadows * g.entries,
      formula: `up to ${count(g.shadows, 'shadow')} × ${figure(g.entries)} entries`,
      says: 'Brute force: every entry of every L1 shadow in the hash, until the type count is 0.',
    },
    {
      means: 'backlink',
      name: 'Backlinks (XI)',
      least: each,
      most: each,
      formula: `${count(each, 'mapping')} × 1`,
      says: 'XI keeps a list of all entries that map a page: one read each. Computed; Xen has no such list.',
    },
  ];
}

const count = (n: number, one: string, more = `${one}s`): string => `${figure(n)} ${n === 1 ? one : more}`;

/** Most reads of each means when there were `shadows` L1 shadows: only the full search depends on it. */
export function mostReads(g: Geometry, shadows: number): ReadonlyMap<CostMeans, number> {
  return new Map(
    costs({ ...g, shadows, hint: true, fixups: Math.max(1, g.fixups) }).map((c) => [c.means, c.most]),
  );
}

/** Numbers of L1 shadows the plot goes through: powers of two. */
export const SHADOW_COUNTS: readonly number[] = Array.from({ length: 11 }, (_, i) => 2 ** i);

/** Place of a value on an axis that doubles evenly: 0 at `from`, 1 at `to`. */
export const onLog = (value: number, from: number, to: number): number =>
  Math.log(Math.max(from, value) / from) / Math.log(to / from);

/** The SVG path of a means' most reads through the numbers of shadows, given the axes. */
export function pathOfMost(
  g: Geometry,
  means: CostMeans,
  x: (shadows: number) => number,
  y: (reads: number) => number,
): string {
  const curve = line<number>()
    .x(x)
    .y((shadows) => y(mostReads(g, shadows).get(means) ?? 1));
  return curve(SHADOW_COUNTS) ?? '';
}
