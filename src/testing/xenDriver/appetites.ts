import type { Appetite } from './settings';

/** Guests that let tables go and take them back all the time. */
const OUT_OF_SYNC: Appetite = { eras: ['U', 'A'], on: ['out-of-sync'] };

/** Entries that the guest has not present are magic. */
const MAGIC: Appetite = { on: ['fast-fault-path', 'out-of-sync'], off: ['no-gnp'] };

/** Snapshots are kept and asked. */
const SNAPSHOTS: Appetite = {
  ...{ eras: ['U', 'A'], on: ['out-of-sync', 'snapshots', 'prefetch'] },
};

/** Few entries of few tables, so that vCPUs meet. */
const NARROW: Appetite = { pages: [0, 1], indices: [1, 2], vcpus: [2, 3], tlb: [0, 4] };

/** Schedules that leave vCPUs behind in the midst of things. */
const RACY: Appetite = { paces: ['fine', 'mixed', 'stalls'], only: true };

/** Nothing happens above level 1. */
const LOW = {
  ...{ flushTlbs: 0, interrupt: 0, upper: 0, top: 0, zeros: 0, superpage: 0, pagingOff: 0, otherMode: 0 },
  ...{ mapTable: 0, rootStore: 0, visit: 0, oddRoot: 0, through: 0 },
} as const;

/** L1 tables never go out of sync: every store to one is emulated. */
const EMULATED: readonly string[] = ['F', 'B', 'T', 'S'];

/** Two address spaces that share tables, of which a CR3 load may skip some: L3 tables are not pinned. */
const SKIPPING: Appetite = {
  ...{ ...OUT_OF_SYNC, l3TopLevel: false, roots: [0, 1], vcpus: [2, 3], only: true },
  ...{ pages: [0, 1, 2], indices: [1, 2], pools: ['plenty'], hostOperations: 0 },
};

/** A table that is an L1 here and an L2 there. */
const TWO_LEVELS: Appetite = {
  ...{ ...OUT_OF_SYNC, pages: [0, 5], only: true, operations: 120, hostOperations: 0 },
  mix: { load: 20, setEntry: 30, through: 15, cr3: 5, zeros: 3 },
};

/** Tables seen through tables, by processors that remember what they saw. */
const ALIASED: Appetite = { ...OUT_OF_SYNC, tlb: [64], vcpus: [2, 3], only: true, hostOperations: 0 };

/**
 * For each protection the kind of guest, domain and schedule under which its absence shows. One without an entry is hunted for in
 * worlds of all kinds.
 */
const APPETITES: Readonly<Record<string, Appetite>> = {
  recheck: { ...NARROW, eras: EMULATED, mix: LOW },
  'bump-on-removal': {
    ...{ ...NARROW, ...RACY, pauses: ['sh_page_fault.lock'], hostOperations: 0 },
    mix: { load: 30, storeData: 10, setEntry: 25, zeros: 8, partial: 8, aliasStore: 8 },
  },
  'bump-on-emulation': {
    ...{ ...NARROW, ...RACY, eras: EMULATED, pauses: ['sh_page_fault.lock'], hostOperations: 0 },
    mix: { load: 30, storeData: 10, setEntry: 30 },
  },
  // 3.7: one flushes processor after processor, one stores by what it remembers, one has seen the new version already.
  'flush-before-bump': {
    ...{ eras: ['F'], paces: ['fine', 'mixed', 'stalls'], only: true, vcpus: [3, 4], tlb: [64] },
    ...{ pages: [0], indices: [1, 2], pools: ['plenty'], hostOperations: 0 },
    pauses: ['flush_tlb_mask.cpu', 'sh_page_fault.lock'],
    mix: { load: 40, setEntry: 40, partial: 15 },
  },
  'snapshot-exchange': SNAPSHOTS,
  'snapshot-update-fault': SNAPSHOTS,
  'snapshot-update-prefetch': SNAPSHOTS,
  'snapshot-update-validate': SNAPSHOTS,
  'snapshot-update-resync': { ...SNAPSHOTS, vcpus: [2, 3] },
  'resync-flush': { ...OUT_OF_SYNC, tlb: [64], vcpus: [2, 3] },
  // 9.12: one walks, one stores to the table, one loads CR3.
  'late-recheck': {
    ...{ ...NARROW, ...OUT_OF_SYNC, ...RACY, vcpus: [3, 4] },
    mix: { load: 30, storeData: 20, setEntry: 30, cr3: 15, invlpg: 10 },
  },
  // The table is brought in sync between the look at the entry and the question whether it is.
  'oos-before-magic': {
    ...{ ...NARROW, eras: ['U', 'A'], ...MAGIC, ...RACY, vcpus: [3, 4], pauses: ['sh_page_fault.table'] },
    mix: { load: 30, storeData: 10, setEntry: 30, cr3: 20 },
  },
  'magic-in-sync': {
    ...{ ...NARROW, eras: ['U', 'A'], ...MAGIC, only: true },
    mix: { load: 30, storeData: 10, setEntry: 30, cr3: 5 },
  },
  // 9.18: a table out of sync has come to map a table of another address space that has no shadow yet.
  'late-resync': {
    ...{
      ...OUT_OF_SYNC,
      modes: ['64'],
      only: true,
      vcpus: [2, 3],
      pools: ['tight', 'small'],
      off: ['snapshots'],
    },
    mix: { load: 10, setEntry: 15, mapTable: 10, cr3: 5, visit: 15, top: 3 },
  },
  // An upper table of the walk has gone out of sync as an L1, and has come to map the one above it.
  'walk-again': {
    ...{
      ...TWO_LEVELS,
      modes: ['64'],
      pages: [0, 5, 5],
      indices: [3, 31],
      operations: 60,
      off: ['no-gnp', 'snapshots'],
    },
    ...{ vcpus: [1, 2], roots: [0, 1], on: ['out-of-sync', 'fast-fault-path', 'prefetch'] },
    mix: { load: 20, setEntry: 20, mapTable: 30, through: 20, cr3: 15 },
  },
  // 9.19: making room takes the shadow of the very table that the fault goes through.
  'prealloc-first': {
    ...{ ...OUT_OF_SYNC, modes: ['64'], pools: ['tight'], only: true, vcpus: [2, 3] },
    mix: { load: 10, setEntry: 10, visit: 20, top: 3 },
  },
  'skip-verify-locked': { ...NARROW, eras: EMULATED, mix: LOW, on: ['skip-verify'] },
  // A root that another processor has just written is loaded for the first time.
  'cr3-flush': {
    ...{
      tlb: [64],
      vcpus: [2, 3],
      only: true,
      operations: 60,
      pools: ['tight', 'small'],
      roots: [0, 1, 2, 3],
    },
    mix: { load: 10, rootStore: 30, cr3: 20 },
  },
  'validate-flush': {
    ...{ ...ALIASED, eras: ['U'], pages: [0, 1, 2] },
    mix: { load: 10, aliasStore: 50, upper: 20, cr3: 6 },
  },
  'unshadow-flush': {
    ...{ ...ALIASED, eras: ['U'], pages: [0, 1, 2] },
    mix: { load: 10, aliasStore: 60, cr3: 6, setEntry: 5 },
  },
  'oos-gating': {
    ...{ ...OUT_OF_SYNC, only: true, vcpus: [2, 3], hostOperations: 0 },
    mix: { load: 20, setEntry: 30, pagingOff: 20 },
  },
  'only-l1': TWO_LEVELS,
  // A root is the one table that is promoted without having been walked through.
  'resync-promoted': {
    ...{ ...OUT_OF_SYNC, only: true, operations: 120, hostOperations: 0 },
    mix: { load: 20, setEntry: 30, oddRoot: 10 },
  },
  'resync-linked': {
    ...{ ...SKIPPING, modes: ['64', 'pae'], pages: [0, 1, 2], indices: [1, 2], vcpus: [2, 3], loyal: true },
    mix: { load: 30, setEntry: 30, cr3: 15, upper: 10 },
  },
  'resync-new-path': {
    ...{ ...SKIPPING, modes: ['64'], pages: [0, 1] },
    mix: { load: 20, storeData: 10, setEntry: 25, cr3: 20, top: 12 },
  },
  'first-of-four': { ...SKIPPING, modes: ['32'], mix: { load: 30, storeData: 10, setEntry: 25, cr3: 20 } },
  'one-parent': { ...SKIPPING, mix: { load: 30, storeData: 10, setEntry: 25, cr3: 20 } },
  'cr3-refresh-others': { ...OUT_OF_SYNC, vcpus: [2, 3] },
  'cr3-resync-own': OUT_OF_SYNC,
  'invlpg-blanks': OUT_OF_SYNC,
  'crush-resync': OUT_OF_SYNC,
  'demote-slot': OUT_OF_SYNC,
  // A table that maps itself, and is derived anew as a whole.
  'may-write-first': {
    ...{ eras: ['U'], on: ['out-of-sync'], off: ['snapshots'], only: true },
    mix: { load: 10, setEntry: 20, aliasStore: 40, cr3: 15 },
  },
  'unfindable-unshadows': {
    ...{ ...OUT_OF_SYNC, only: true, hostOperations: 40, host: ['grant', 'revoke'] },
    mix: { load: 20, setEntry: 30, cr3: 20 },
  },
  'fixup-eviction': { ...OUT_OF_SYNC, eras: ['A'] },
  'fixup-first': {
    ...{ eras: ['A'], on: ['out-of-sync', 'fixups'], off: ['fixup-no-duplicates'], only: true },
    ...{ pages: [0, 1], hostOperations: 0 },
    mix: { load: 5, setEntry: 15, aliasStore: 40, invlpg: 30 },
  },
  'fl1-fixups': {
    ...{ eras: ['A'], on: ['out-of-sync', 'fixups'], only: true, hostOperations: 0 },
    mix: { load: 10, setEntry: 20, superpage: 8, largeAccess: 40, aliasStore: 20 },
  },
  'user-store': OUT_OF_SYNC,
};

export function appetiteFor(protection: string): Appetite {
  return APPETITES[protection] ?? {};
}

export const appetiteNames = (): readonly string[] => Object.keys(APPETITES);
