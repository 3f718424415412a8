/** What stands on a side: a scenario of the library, perhaps under something else than its text says. */
export interface PresetSide {
  readonly library: string;
  readonly design?: string;
  readonly profile?: string;
  readonly switches?: Readonly<Record<string, boolean>>;
}

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** One sentence: what to look at. */
  readonly says: string;
  readonly left: PresetSide;
  readonly right: PresetSide;
}

const same = (library: string, other: Omit<PresetSide, 'library'>): Pick<Preset, 'left' | 'right'> => ({
  left: { library },
  right: { library, ...other },
});

/** Pairs that are worth a look: each answers a question that people ask. */
export const PRESETS: readonly Preset[] = [
  {
    id: 'process-creation',
    title: 'A process is created: shadow or nested',
    says: 'The same stores to the same tables: who has to leave the guest for them, and how much does a walk read?',
    ...same('process-creation-shadow', { design: 'nested' }),
  },
  {
    id: 'tlb-miss',
    title: 'A TLB miss: 4 reads or 24',
    says: 'The one thing at which a shadow is better.',
    ...same('tlb-miss-shadow', { design: 'nested' }),
  },
  {
    id: 'unsync',
    title: 'Xen: each store emulated, or out of sync',
    says: 'The first store to a protected table opens it; what do the others cost with that, and without?',
    ...same('unsync', { switches: { 'out-of-sync': false } }),
  },
  {
    id: 'eras',
    title: 'Xen before and after June 2008',
    says: 'The guest that a series of four patches was written for, under the version before the first of them: there no table drifts, and each store is emulated.',
    ...same('a-page-table-may-drift', { profile: 'F' }),
  },
  {
    id: 'mprotect',
    title: 'mprotect on Xen: a trap per store, or a batch that keeps the marks',
    says: 'Eight traps against one hypercall. What is different in the tables at the end?',
    ...same('trap-per-store', { profile: 'preserve-ad' }),
  },
  {
    id: 'two-shadows',
    title: 'mprotect over a shadow: VMI’s queue or lguest’s ring',
    says: 'Both are told of every change; one of them throws away what it was told.',
    ...same('vmi-queue', { profile: 'lguest' }),
  },
  {
    id: 'late-flush',
    title: 'The queue flushed before the unlock, and after it',
    says: 'The two runs part at one unlock. Look at the meter of outdated translations.',
    left: { library: 'flush-before-unlock' },
    right: { library: 'flush-after-unlock' },
  },
  {
    id: 'chain',
    title: 'XI: a chain of backlinks, or a search of all shadows',
    says: 'Who maps this page? The same answer, at two prices.',
    ...same('xi-data-becomes-a-table', { switches: { 'chain-walk': false } }),
  },
  {
    id: 'drift',
    title: 'A page table may drift: Xen and KVM',
    says: 'The same guest lets the same table go out of sync in two hypervisors. Who remembers what?',
    ...same('a-page-table-may-drift', { design: 'kvm' }),
  },
];

/** What the page shows before anybody has chosen: one guest, two hypervisors. */
export const EXAMPLE = 'drift';
