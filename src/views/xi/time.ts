import { figure } from '../../base';
import { BACKLINK_BYTES, ENTRIES, SPTE_BYTES } from './space';

/** Unit costs. Nobody has published any: they are knobs, in whatever unit one likes, and say nothing about a real machine. */
export interface UnitCosts {
  /** c: looking at one entry in a linear search. */
  readonly entry: number;
  /** d: one visit in a chain. */
  readonly visit: number;
  /** t: what one installed entry costs more because it has a backlink. */
  readonly tax: number;
}

/** The example of the sheet (section 8). */
export const EXAMPLE_COSTS: UnitCosts = { entry: 1, visit: 3, tax: 6 };

/** What finding all mappings of one page would read. */
export interface SearchCost {
  readonly means: 'chain' | 'half' | 'linear';
  readonly name: string;
  readonly letter: string;
  readonly reads: number;
  readonly bytes: number;
  readonly formula: string;
  readonly says: string;
}

/**
 * The cost model of sheet 8: reads of shadow entries, and bytes read.
 * @param tables leaf shadow tables in use (S)
 * @param mappings mappings of the page, read-only ones too: the length of its chain (k)
 */
export function searchCosts(tables: number, mappings: number): readonly SearchCost[] {
  const all = ENTRIES * tables;
  const half = all / 2;
  return [
    {
      means: 'chain',
      name: 'Chain',
      letter: 'C',
      reads: mappings,
      bytes: mappings * (SPTE_BYTES + BACKLINK_BYTES),
      formula: `k: ${figure(mappings)} ${mappings === 1 ? 'visit' : 'visits'}, each reads ${SPTE_BYTES} bytes of entry and ${BACKLINK_BYTES} of backlink`,
      says: 'From the head along the backlinks: one visit for each mapping, read-only ones too.',
    },
    {
      means: 'half',
      name: 'Linear, counting',
      letter: 'H',
      reads: half,
      bytes: half * SPTE_BYTES,
      formula: `512 × ${figure(tables)} ÷ 2 entries of ${SPTE_BYTES} bytes`,
      says: 'It knows how many mappings there are and stops at the last: with one, about half on average.',
    },
    {
      means: 'linear',
      name: 'Linear, all',
      letter: 'L',
      reads: all,
      bytes: all * SPTE_BYTES,
      formula: `512 × ${figure(tables)} entries of ${SPTE_BYTES} bytes`,
      says: 'Every entry of every leaf shadow table.',
    },
  ];
}

/** The two sides of a promotion: a page found to be in use as a page table, and what was paid for it since the last. */
export interface Balance {
  /** `256·S·c`: the search that counts, on average. */
  readonly linear: number;
  /** `k·d + i·t`: the walk, and the backlinks of all entries installed since. */
  readonly chain: number;
  /** Installs per promotion at which both cost the same; chains win below. Never less than 0. */
  readonly breakEven: number;
}

/**
 * What sheet 8 weighs: chains win while `256·S·c − k·d > i·t`.
 * @param installs entries installed between two promotions (i)
 */
export function balance(tables: number, mappings: number, installs: number, costs: UnitCosts): Balance {
  const linear = (ENTRIES / 2) * tables * costs.entry;
  const walk = mappings * costs.visit;
  return {
    linear,
    chain: walk + installs * costs.tax,
    breakEven: costs.tax === 0 ? Number.POSITIVE_INFINITY : Math.max(0, (linear - walk) / costs.tax),
  };
}

/** Numbers of leaf tables that plots go through: powers of two, to the full pool of the largest domain and beyond. */
export const poolSizes = (): readonly number[] => Array.from({ length: 17 }, (_, i) => 2 ** i);

/** What else a chain costs and where else it helps, in entries touched (sheet 8). */
export interface OperationCost {
  readonly name: string;
  readonly touches: string;
}

export const OTHER_COSTS: readonly OperationCost[] = [
  { name: 'install an entry', touches: '2 backlink words, the head, at most 1 neighbour' },
  { name: 'remove an entry', touches: 'at most 2 neighbours, from anywhere in the chain' },
  { name: 'recycle a table', touches: '512 slots, one unlink for each entry, its parents, 4 pages to zero' },
  { name: 'divide a large page', touches: '512 installs' },
  { name: 'turn logging on', touches: 'every installed leaf entry once' },
];
