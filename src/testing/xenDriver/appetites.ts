import type { Appetite } from './settings';

/** Guests that let tables go and take them back all the time. */
const OUT_OF_SYNC: Appetite = { eras: ['U', 'A'], on: ['out-of-sync'] };

/** Snapshots are kept and asked. */
const SNAPSHOTS: Appetite = { ...OUT_OF_SYNC, on: ['out-of-sync', 'snapshots', 'prefetch'] };

/** Few entries of few tables, so that vCPUs meet. */
const NARROW: Appetite = { pages: [0, 1], indices: [1, 2], vcpus: [2, 3], tlb: [0, 4] };

/** Nothing happens above level 1. */
const LOW = {
  flushTlbs: 0,
  interrupt: 0,
  upper: 0,
  top: 0,
  zeros: 0,
  superpage: 0,
  pagingOff: 0,
  otherMode: 0,
} as const;

/** L1 tables never go out of sync: every store to one is emulated. */
const EMULATED: readonly string[] = ['F', 'B', 'T', 'S'];

/**
 * For each protection the kind of guest, domain and schedule under which its absence shows. One without an entry is hunted for in
 * worlds of all kinds.
 */
const APPETITES: Readonly<Record<string, Appetite>> = {
  recheck: { ...NARROW, eras: EMULATED, mix: LOW },
  'snapshot-exchange': SNAPSHOTS,
  'snapshot-update-fault': SNAPSHOTS,
  'snapshot-update-prefetch': SNAPSHOTS,
  'resync-flush': { ...OUT_OF_SYNC, tlb: [64], vcpus: [2, 3] },
  // 9.12: one walks, one stores to the table, one loads CR3.
  'late-recheck': {
    ...{ ...NARROW, ...OUT_OF_SYNC, vcpus: [3, 4], only: true, paces: ['fine', 'mixed', 'stalls'] },
    mix: { load: 30, storeData: 20, setEntry: 30, cr3: 15, invlpg: 10 },
  },
  // The table is brought in sync between the look at the entry and the question whether it is.
  'oos-before-magic': {
    ...{ ...NARROW, ...OUT_OF_SYNC, vcpus: [3, 4], only: true, paces: ['fine', 'mixed', 'stalls'] },
    on: ['out-of-sync', 'fast-fault-path'],
    pauses: ['sh_page_fault.table'],
    mix: { load: 30, storeData: 10, setEntry: 30, cr3: 20 },
  },
  // 9.18: a table out of sync has come to map a table of another address space that has no shadow yet.
  'late-resync': {
    ...{ ...OUT_OF_SYNC, only: true, vcpus: [2, 3], pools: ['tight', 'small'], off: ['snapshots'] },
    mix: { load: 10, setEntry: 15, mapTable: 10, cr3: 5, visit: 15, top: 3 },
  },
  // 9.19: making room takes the shadow of the very table that the fault goes through.
  'prealloc-first': {
    ...{ ...OUT_OF_SYNC, pools: ['tight'], only: true, vcpus: [2, 3] },
    mix: { load: 10, setEntry: 10, visit: 20, top: 3 },
  },
  'skip-verify-locked': {
    ...{ ...NARROW, eras: EMULATED, mix: LOW, on: ['skip-verify'] },
  },
};

export function appetiteFor(protection: string): Appetite {
  return APPETITES[protection] ?? {};
}

export const appetiteNames = (): readonly string[] => Object.keys(APPETITES);
