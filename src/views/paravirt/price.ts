import type { Run } from '../../engine';
import {
  type Circumstances,
  countedIn,
  type Price,
  priceOf,
  UNIT_COSTS,
  weighed,
} from '../../hypervisor/paravirt/costs';
import { SCHEMES } from '../../hypervisor/paravirt/schemes';
import type { Pv } from '../../hypervisor/paravirt/state';

/** Pages of an mprotect that the sheet's table has, and powers of two between them for the plot. */
export const PAGES: readonly number[] = Array.from({ length: 11 }, (_, i) => 2 ** i);

/** Schemes in which something leaves the guest, with the letter of their line. */
export const LINES = [
  { scheme: 'trap', letter: 'T' },
  { scheme: 'trap-queued', letter: 'Q' },
  { scheme: 'preserve-ad', letter: 'P' },
  { scheme: 'lguest', letter: 'L' },
  { scheme: 'vmi', letter: 'V' },
  { scheme: 'mmu-op', letter: 'M' },
  { scheme: 'unsync', letter: 'U' },
] as const;

/** 64-bit tables, lazy mode, the queue that each scheme has. */
const usual = (queue: number): Circumstances => ({ perTable: 512, queue, lazy: true, twoWords: false });

export interface PriceRow {
  readonly scheme: string;
  readonly says: string;
  readonly price: Price;
  /** Times that the guest is left for its entries: traps and calls. */
  readonly entries: number;
  /** With unit costs that nobody measured: for illustration. */
  readonly units: number;
}

/** What every scheme pays for an mprotect of so many aligned pages, by the formulas. */
export const priceRows = (pages: number): PriceRow[] =>
  SCHEMES.map((scheme) => {
    const price = priceOf(scheme, pages, usual(scheme.queue));
    return {
      scheme: scheme.name,
      says: scheme.says,
      price,
      entries: price.traps + price.calls,
      units: weighed(price),
    };
  });

export interface Counted {
  readonly scheme: string;
  readonly price: Price;
  /** Pages of the mprotects begun so far. */
  readonly pages: number;
}

/** What the run on stage has paid up to a cursor, counted from its events; undefined for other designs. */
export function countedSoFar(run: Run, cursor: number): Counted | undefined {
  if (run.built.design.name !== 'paravirt') return undefined;
  const events = run.eventsIn(0, cursor);
  const pages = events.reduce((n, e) => n + (e.kind === 'MprotectStarted' ? Number(e.pages) : 0), 0);
  return { scheme: (run.world.part('paravirt') as Pv).scheme.name, price: countedIn(events), pages };
}

/** Where a count stands on an axis that doubles evenly, 0 to 1; a count of 0 stands at 0. */
export const onDoubling = (count: number, most: number): number =>
  count < 1 ? 0 : (1 + Math.log2(count)) / (1 + Math.log2(most));

/** The unit costs in words. */
export const UNITS = `Illustrative, not measured: ${Object.entries(UNIT_COSTS)
  .map(([name, cost]) => `${name} ${cost}`)
  .join(', ')}.`;
