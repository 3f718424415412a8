import type { LoggedEvent } from '../../kernel';
import type { Scheme } from './schemes';

/** What an mprotect costs beyond what it costs on bare hardware (sheet section 8), and its locked operations. */
export interface Price {
  /** Stores of the guest to its tables that trapped. */
  readonly traps: number;
  /** Calls into the hypervisor about entries. */
  readonly calls: number;
  /** Updates that waited in a queue. */
  readonly queued: number;
  /** Locked operations of the guest on its entries. */
  readonly locked: number;
  /** Entries that a resync compared. */
  readonly compares: number;
  /** Flushes of the TLB that the guest asked for. */
  readonly flushes: number;
}

export interface Circumstances {
  /** Entries of a level-1 table: 512, or 1,024 in 32-bit paging. */
  readonly perTable: number;
  /** Updates that a queue holds (Xen: 32, in later versions 31; lguest: 64). */
  readonly queue: number;
  /** Updates wait until lazy mode ends. */
  readonly lazy: boolean;
  /** Entries of two words on a processor of one (PAE): an exchange is two stores. */
  readonly twoWords: boolean;
}

/** Entries per level-1 table that a range of aligned pages falls into. */
export function sections(pages: number, perTable: number): number[] {
  const full = Math.floor(pages / perTable);
  const rest = pages % perTable;
  return [...Array.from({ length: full }, () => perTable), ...(rest === 0 ? [] : [rest])];
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * The price of an mprotect of so many aligned pages, nobody disturbing it, as a formula: sheet section 8. What a run counts must
 * be the same (tested for 1, 8, 64, 512 and 1,024 pages).
 */
export function priceOf(scheme: Scheme, pages: number, c: Circumstances): Price {
  const each = sections(pages, c.perTable);
  const none: Price = { traps: 0, calls: 0, queued: 0, locked: 0, compares: 0, flushes: 1 };
  const exchanges = { ...none, locked: pages };
  switch (scheme.name) {
    case 'naive':
      return none;
    case 'native':
    case 'cmpxchg':
    case 'xor':
      return exchanges;
    case 'trap':
      return { ...exchanges, traps: (c.twoWords ? 4 : 2) * pages };
    case 'trap-queued':
      return c.lazy
        ? {
            ...exchanges,
            traps: (c.twoWords ? 2 : 1) * pages,
            calls: sum(each.map((n) => Math.ceil(n / c.queue))),
            queued: pages,
          }
        : { ...exchanges, traps: (c.twoWords ? 4 : 2) * pages };
    case 'preserve-ad':
      return {
        ...none,
        calls: c.lazy ? sum(each.map((n) => Math.ceil(n / c.queue))) : pages,
        queued: pages,
      };
    case 'vmi':
      return { ...exchanges, calls: c.lazy ? each.length : 2 * pages, queued: 2 * pages };
    case 'lguest': {
      // The update that finds the ring full goes directly, and takes the others along; leaving lazy mode is one more call.
      const direct = sum(each.map((n) => Math.floor((2 * n) / (c.queue + 1))));
      return {
        ...exchanges,
        calls: c.lazy ? direct + each.length : 2 * pages,
        queued: c.lazy ? 2 * pages - direct : 2 * pages,
      };
    }
    case 'mmu-op':
      return {
        ...exchanges,
        traps: pages,
        calls: c.lazy ? sum(each.map((n) => Math.ceil(n / c.queue))) : pages,
        queued: pages,
      };
    case 'unsync':
      return { ...exchanges, traps: each.length, compares: c.perTable * each.length };
    default:
      throw new Error(`no formula for the scheme ${scheme.name}: give it one here`);
  }
}

/** The same, counted from what a run did. */
export function countedIn(events: Iterable<LoggedEvent>): Price {
  const price = { traps: 0, calls: 0, queued: 0, locked: 0, compares: 0, flushes: 0 };
  for (const event of events) {
    switch (event.kind) {
      case 'TrapEmulated':
      case 'TableUnsynced':
        price.traps++;
        break;
      case 'Hypercall':
      case 'QueueFlushed':
        price.calls++;
        break;
      case 'UpdateQueued':
        price.queued++;
        break;
      case 'PteCleared':
      case 'PteXored':
      case 'PteCompared':
        price.locked++;
        break;
      case 'TableSynced':
        price.compares += event.compared as number;
        break;
      case 'FlushAsked':
        price.flushes++;
        break;
      default:
        break;
    }
  }
  return price;
}

/** Unit costs are knobs, for illustration: nobody measured them. Sheet section 8. */
export const UNIT_COSTS = { trap: 10, call: 2, update: 1, queued: 0.1, compare: 0.02 } as const;

/** What a price comes to with given unit costs. Updates that a call carries out are validated one by one. */
export const weighed = (
  p: Price,
  unit: Readonly<Record<keyof typeof UNIT_COSTS, number>> = UNIT_COSTS,
): number =>
  p.traps * unit.trap +
  p.calls * unit.call +
  p.queued * (unit.update + unit.queued) +
  p.compares * unit.compare;
