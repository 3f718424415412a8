import type { CounterSpec } from '../../kernel';

/** What the sheet's section 15 asks to be shown, and what its section 8 prices. */
export const COUNTERS: readonly CounterSpec[] = [
  { name: 'page_faults', says: 'Page faults that XI handled.' },
  { name: 'guest_faults', says: 'Page faults given to the guest.' },
  { name: 'spti_alloc', says: 'Kits taken from the pool.' },
  { name: 'spti_recycle', says: 'Shadows torn down to make room.' },
  { name: 'refaults', says: 'Shadows made again that had been recycled.' },
  { name: 'bl_insert', says: 'Backlinks put into a chain.' },
  { name: 'bl_remove', says: 'Backlinks taken out of a chain.' },
  { name: 'chain_visits', says: 'Shadow entries visited along the chain of the page that was looked for.' },
  { name: 'large_visits', says: 'Shadow entries visited along the chain of the first page of a large page.' },
  { name: 'linear_reads', says: 'Shadow entries read by linear searches.' },
  {
    name: 'linear_would_read',
    says: 'Shadow entries that linear searches would have read for the same questions: every entry of every leaf shadow, each time.',
  },
  { name: 'recycle_checks', says: 'Shadow entries looked at while recycling.' },
  { name: 'pages_zeroed', says: 'Pages zeroed while somebody waited for a kit.' },
  { name: 'pages_zeroed_idle', says: 'Pages zeroed by an idle processor.' },
  { name: 'resync_compares', says: 'Guest entries compared with their snapshots in resyncs.' },
  { name: 'resync_entries', says: 'Guest entries found to differ from their snapshots.' },
  { name: 'large_divided', says: 'Large pages divided.' },
  { name: 'tlb_flushes', says: 'Flushes of the TLBs of all vCPUs.' },
  { name: 'emulated', says: 'Guest instructions performed by XI.' },
];
