import type { Run } from '../../engine';
import { BACKLINK_BYTES, SPTE_BYTES } from './space';

/** What a whole run has cost, counted by it. */
export interface Tally {
  readonly name: string;
  readonly value: number;
  readonly unit?: 'bytes';
  readonly says: string;
}

/** Counted over a recorded run from its first step to its last. Bytes are entries read, times the size of what is read. */
export function tallyOf(run: Run): readonly Tally[] {
  const counts = run.peek(run.length, () => run.world.counters.all());
  const of = (name: string): number => counts[name] ?? 0;
  const visits = of('chain_visits') + of('large_visits');
  const reads = of('linear_reads');
  return [
    {
      name: 'entries read to find mappings',
      value: visits + reads,
      says: 'Visits along chains, and entries read by linear searches.',
    },
    {
      name: 'bytes read for it',
      value: visits * (SPTE_BYTES + BACKLINK_BYTES) + reads * SPTE_BYTES,
      unit: 'bytes',
      says: `A visit reads ${SPTE_BYTES} bytes of entry and ${BACKLINK_BYTES} of backlink; a search reads ${SPTE_BYTES} bytes of each entry.`,
    },
    {
      name: 'backlinks put in',
      value: of('bl_insert'),
      says: 'Each costs a few stores, whoever needs it or not.',
    },
    {
      name: 'backlinks taken out',
      value: of('bl_remove'),
      says: 'At most two neighbours are touched for each.',
    },
    { name: 'page faults', value: of('page_faults'), says: 'Faults that XI handled.' },
    { name: 'shadows recycled', value: of('spti_recycle'), says: 'Torn down to make room.' },
    { name: 'shadows made again', value: of('refaults'), says: 'That had been recycled before.' },
    {
      name: 'pages zeroed while waiting',
      value: of('pages_zeroed'),
      says: 'On the critical path of a fault.',
    },
    { name: 'TLB flushes', value: of('tlb_flushes'), says: 'Of all vCPUs of the domain.' },
    { name: 'guest stores emulated', value: of('emulated'), says: 'Performed by XI for the guest.' },
  ];
}
