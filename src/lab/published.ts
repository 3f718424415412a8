import { figure } from '../base';
import { type LabConfig, usualConfig } from './config';
import type { LabResult } from './report';

/** A count of the simulation that stands beside a published figure. */
export interface Beside {
  /** What is divided by what, in words. */
  readonly says: string;
  /** The runs it is computed from. */
  readonly runs: readonly LabConfig[];
  /** What it comes to, in words: `4.1 % (30 of 731)`. */
  readonly value: (results: readonly LabResult[]) => string;
}

/** Something that a document says in figures. */
export interface PublishedFigure {
  readonly figure: string;
  /** What was measured, and on what, as far as the document says. */
  readonly of: string;
  /** Why nothing can stand beside it, where that is so. */
  readonly cannot?: string;
  readonly beside?: readonly Beside[];
}

/** One source document. */
export interface PublishedSource {
  readonly id: string;
  readonly title: string;
  /** Who, where, when. */
  readonly origin: string;
  /** Where the figures stand in it. */
  readonly place: string;
  /** What the simulation can and cannot say about it, in plain words. */
  readonly about: readonly string[];
  readonly figures: readonly PublishedFigure[];
  /** How what is counted moves with the knobs: each row is the same workload with one thing changed. */
  readonly moves?: {
    readonly says: string;
    readonly rows: readonly { readonly label: string; readonly beside: readonly Beside[] }[];
  };
}

const place = (result: LabResult, name: string): number =>
  result.totals[result.measures.findIndex((one) => one.name === name)] ?? 0;

const percent = (part: number, whole: number): string =>
  whole === 0
    ? 'nothing of the kind has happened'
    : `${Number(((100 * part) / whole).toPrecision(3))} % (${figure(part)} of ${figure(whole)})`;

const sum = (results: readonly LabResult[], name: string): number =>
  results.reduce((total, result) => total + place(result, name), 0);

/** A share of counters. */
const share = (says: string, of: string, per: string, run: LabConfig): Beside => ({
  says,
  runs: [run],
  value: (results) => percent(sum(results, of), sum(results, per)),
});

const each = (says: string, of: string, per: string, times: number, run: LabConfig): Beside => ({
  says,
  runs: [run],
  value: (results) => {
    const whole = sum(results, per);
    const part = sum(results, of);
    return whole === 0
      ? 'nothing of the kind has happened'
      : `${Number(((times * part) / whole).toPrecision(3))} (${figure(part)} of ${figure(whole)})`;
  },
});

/** The workload that stands in for a kernel build, on Xen as of February 2008. */
function build(change: Partial<LabConfig>, values: Readonly<Record<string, number>> = {}): LabConfig {
  const usual = usualConfig('compile', 'xen');
  return {
    ...usual,
    profile: 'F',
    vcpus: 2,
    frames: 8192,
    accesses: 400_000,
    ...change,
    values: { ...usual.values, ...values },
  };
}

const RECHECKED = ['shadow_check_gwalk', 'shadow_guest_walk'] as const;
const REMOVAL = ['shadow_rm_write_flush_tlb', 'shadow_check_gwalk'] as const;
const rechecked = (run: LabConfig): Beside =>
  share('shadow_check_gwalk of shadow_guest_walk', ...RECHECKED, run);
const removal = (run: LabConfig): Beside =>
  share('shadow_rm_write_flush_tlb of shadow_check_gwalk', ...REMOVAL, run);

const lockless: PublishedSource = {
  id: 'lockless-walk',
  title: 'x86 shadow: remove lock on first guest table walk',
  origin: 'Xen 948397ecb8, 28 February 2008 (Keir Fraser)',
  place: 'the text of the commit, “I made some experiment to sample perfc count”, and its last lines',
  about: [
    'The document samples Xen’s own counters during kernel builds in guests with several processors. Which counters form the ratios is the natural reading of the text: it does not name them.',
    'Beside them stands a made-up workload on the design as of that day: make, compilers and their page faults, two vCPUs whose faults are interleaved by chance. How often a walk must be checked again depends on how often tables are promoted and written, and on who is in the middle of a fault meanwhile: on the guest more than on the design. So the figures below need not agree, and where they agree it proves nothing.',
  ],
  figures: [
    {
      figure: '3.7 %',
      of: 'of the guest walks of a 64-bit guest are checked again',
      beside: [rechecked(build({}))],
    },
    {
      figure: '68 %',
      of: 'of these because write permission was removed, 64-bit guest',
      beside: [removal(build({}))],
    },
    {
      figure: '7.2 %',
      of: 'of the guest walks of a 32-bit PAE guest are checked again',
      beside: [rechecked(build({ paging: 'pae' }))],
    },
    {
      figure: '54.9 %',
      of: 'of these because write permission was removed, PAE guest',
      beside: [removal(build({ paging: 'pae' }))],
    },
    {
      figure: '1.1 %, 0.4 %, 0.5 %',
      of: 'gained on a kernel build, for a 32-bit, a PAE and a 64-bit guest on 64-bit Xen',
      cannot:
        'These are times of a real machine, and what they save is waiting for a lock. The simulation counts steps and measures no time; a wait in it lasts as long as the scheduler’s dice say.',
    },
  ],
  moves: {
    says: 'How the two shares move, 64-bit guest',
    rows: [
      { label: '1 vCPU: only its own removals can move the version', beside: both(build({ vcpus: 1 })) },
      { label: '4 vCPUs', beside: both(build({ vcpus: 4 })) },
      { label: 'Lives a fifth as long: more tables made', beside: both(build({}, { life: 8000 })) },
      { label: 'Lives twice as long', beside: both(build({}, { life: 80_000 })) },
      { label: 'Four compilers at a time on each vCPU', beside: both(build({}, { jobs: 4 })) },
      { label: 'Another seed', beside: both(build({ seed: 2 })) },
    ],
  },
};

function both(run: LabConfig): readonly Beside[] {
  return [
    { ...rechecked(run), says: 'checked again' },
    { ...removal(run), says: 'because of a removal' },
  ];
}

function exec(change: Partial<LabConfig>): LabConfig {
  return { ...usualConfig('exec', 'xi'), accesses: 200_000, frames: 2048, ...change };
}

const xi: PublishedSource = {
  id: 'xi',
  title: 'Page fault is 4 times faster with XI shadow mechanism',
  origin: 'xen-devel, July 2006 (Robert S. Phillips, Virtual Iron)',
  place: 'the subject of the thread; the letter itself gives the share of memory',
  about: [
    '“4 times faster” is the title of a thread. What was timed, on what machine, and against what, the letter does not say. No ratio of the simulation may bear that name, and none does here.',
    'What can be counted is what the letter’s design is about: how many shadow entries are looked at when all mappings of a page must be found, along the chain of its backlinks, and how many a search of all leaf shadows would have read for the same question.',
  ],
  figures: [
    {
      figure: '4 times',
      of: 'faster page faults, in the subject line',
      cannot:
        'A time, and not said of what. Counts of visits cannot be turned into it: whoever wants to, must invent what a visit and a fault cost.',
    },
    {
      figure: 'about 5 %',
      of: 'of memory is reserved for shadow pages, snapshots and backlinks',
      cannot:
        'It is a setting of the design, not a result: the pool of the simulation is 5 % because the letter says so. That this holds 6.4 leaf shadows for every 2 MiB of memory is arithmetic (512 entries of 32 bytes).',
    },
  ],
  moves: {
    says: 'Shadow entries visited when the mappings of a page are looked for',
    rows: [
      {
        label: 'Programs that come and go, along the chain',
        beside: [each('visits in 1,000 page faults', 'chain_visits', 'page_faults', 1000, exec({}))],
      },
      {
        label: 'The same questions, by a search of all leaf shadows',
        beside: [
          each(
            'reads it would take in 1,000 page faults',
            'linear_would_read',
            'page_faults',
            1000,
            exec({}),
          ),
        ],
      },
      {
        label: 'Fork and copy on write, along the chain',
        beside: [
          each('visits in 1,000 page faults', 'chain_visits', 'page_faults', 1000, {
            ...usualConfig('fork', 'xi'),
            accesses: 200_000,
          }),
        ],
      },
      {
        label: 'The price: backlinks put in, each install',
        beside: [each('in 1,000 page faults', 'bl_insert', 'page_faults', 1000, exec({}))],
      },
    ],
  },
};

function migration(change: Partial<LabConfig>, values: Readonly<Record<string, number>> = {}): LabConfig {
  const usual = usualConfig('migrate', 'kvm');
  return {
    ...usual,
    profile: 'proposal-2012',
    vcpus: 2,
    accesses: 400_000,
    ...change,
    values: { ...usual.values, ...values },
  };
}

const fast = (run: LabConfig): readonly Beside[] => [
  {
    says: 'page faults fixed without mmu_lock',
    runs: [run],
    value: (results) => {
      const without = sum(results, 'pf_fast');
      return percent(without, without + sum(results, 'pf_taken'));
    },
  },
];

const fpf: PublishedSource = {
  id: 'fast-page-fault',
  title: 'KVM: MMU: fast page fault',
  origin: 'kvm mailing list, 29 March 2012 (Xiao Guangrong)',
  place: 'the section “Performance” of the cover letter: x11perf, autotest migration, kernbench',
  about: [
    'The tables of the letter are operations in a second and times of a migration on two machines of 2012. What the proposal changes is that a page fault by write protection alone takes no lock; how much of a benchmark that is, only a machine can tell.',
    'What can be counted is how many page faults the proposal fixes without the lock, while the host takes the dirty log round after round and the guest writes on.',
  ],
  figures: [
    {
      figure: 'x11perf: 7060 to 7150 with EPT, 6980 to 7490 with shadow',
      of: 'composites of 500 by 500 pixels in a second, before and after (i5-2540M, 4 vCPUs)',
      cannot: 'Operations in a second of a real machine with a screen. There is neither in the simulation.',
    },
    {
      figure: 'migration with EPT: 309, 275, 289 to 295, 259, 271',
      of: 'three runs of autotest, before and after (Xeon X5690); no unit is given',
      cannot: 'Times. The letter gives no unit; autotest reports seconds.',
    },
    {
      figure: 'migration with shadow: 368, 292, 307 to 341, 289, 275',
      of: 'three runs, before and after; nearly all of the gain is in the part that dirties memory',
      cannot: 'Times, as above.',
      beside: fast(migration({})),
    },
    {
      figure: 'kernbench: no regression',
      of: 'a kernel build in text mode; no number is given',
      cannot: 'There is no figure to set anything beside.',
    },
  ],
  moves: {
    says: 'Faults fixed without mmu_lock, under the dirty log',
    rows: [
      { label: 'As proposed, a round every 20,000 accesses', beside: fast(migration({})) },
      { label: 'A round every 5,000', beside: fast(migration({}, { slice: 5000 })) },
      { label: 'A program of 32 pages', beside: fast(migration({}, { data: 32 })) },
      { label: 'Half of all accesses write', beside: fast(migration({}, { writes: 50 })) },
      {
        label: 'As merged in Linux 3.6, with guest tables: no fast way for them',
        beside: fast(migration({ profile: 'merged-3.6' })),
      },
    ],
  },
};

function forks(change: Partial<LabConfig>): LabConfig {
  return { ...usualConfig('fork', 'xen'), accesses: 200_000, ...change };
}

const derived = (run: LabConfig): readonly Beside[] => [
  each('entries derived again in a resync', 'entries derived again', 'shadow_resync', 1, run),
];

const snapshots: PublishedSource = {
  id: 'snapshots',
  title: 'Out-of-sync L1 shadows: snapshots',
  origin: 'Xen 047782fa01, 20 June 2008: the third of four patches',
  place: 'none, it is a patch',
  about: [
    'This mail gives no figures: it is code. What its snapshots save can be counted all the same: when a table that went out of sync is brought in sync, an entry that equals its snapshot need not be derived again.',
  ],
  figures: [],
  moves: {
    says: 'Entries derived again in resyncs, fork and copy on write',
    rows: [
      { label: 'With snapshots', beside: derived(forks({})) },
      { label: 'Without', beside: derived(forks({ switches: { snapshots: false } })) },
      {
        label: 'mmap and mprotect, with snapshots',
        beside: derived({ ...usualConfig('mprotect', 'xen'), accesses: 200_000 }),
      },
      {
        label: 'mmap and mprotect, without',
        beside: derived({
          ...usualConfig('mprotect', 'xen'),
          accesses: 200_000,
          switches: { snapshots: false },
        }),
      },
    ],
  },
};

/** The thread about mprotect is in `mprotectPrices.ts`: what it needs is no workload, but one call in each scheme. */
export const PUBLISHED: readonly PublishedSource[] = [lockless, xi, fpf, snapshots];

/** Every run that a source needs, each once. */
export function runsOf(source: PublishedSource): readonly LabConfig[] {
  const all = [
    ...source.figures.flatMap(({ beside }) => beside ?? []),
    ...(source.moves?.rows.flatMap(({ beside }) => beside) ?? []),
  ].flatMap(({ runs }) => runs);
  const seen = new Map(all.map((run) => [JSON.stringify(run), run]));
  return [...seen.values()];
}
