import { type LabConfig, usualConfig } from '../config';
import { percent, sumOf, totalNamed } from './ratio';
import type { Beside, PublishedSource, PublishedTable } from './source';

function migration(change: Partial<LabConfig>, values: Readonly<Record<string, number>> = {}): LabConfig {
  const usual = usualConfig('migrate', 'kvm');
  return {
    ...usual,
    profile: 'proposal-2012',
    vcpus: 2,
    accesses: 200_000,
    ...change,
    values: { ...usual.values, ...values },
  };
}

const fast = (run: LabConfig): readonly Beside[] => [
  {
    says: 'page faults fixed without mmu_lock',
    runs: [run],
    value: (results) => {
      const without = sumOf(results, 'pf_fast');
      return percent(without, without + sumOf(results, 'pf_taken'));
    },
  },
];

const X11PERF: PublishedTable = {
  caption:
    'x11perf -repeat 10 -comppixwin500: composites of 500 by 500 pixels in a second, more is better (i5-2540M, 4 processors; guest with 4 vCPUs)',
  columns: ['paging', 'before', 'after', 'change, computed'],
  rows: [
    ['EPT', '7,060', '7,150', '+1.3 %'],
    ['shadow', '6,980', '7,490', '+7.3 %'],
  ],
  says: 'With the proposal, shadow paging ends above EPT; the author says that runs repeated confirm it.',
};

const MIGRATION: PublishedTable = {
  caption:
    'autotest migration: plain / with dbench dirtying memory / in all. No unit is given; autotest reports seconds. Less is better (Xeon X5690, 12 processors; guest with 2 vCPUs)',
  columns: ['paging', 'run', 'before', 'after', 'change in all, computed'],
  rows: [
    ['EPT', '1', '102 / 204 / 309', '103 / 189 / 295', '−4.5 %'],
    ['EPT', '2', '68 / 203 / 275', '67 / 188 / 259', '−5.8 %'],
    ['EPT', '3', '67 / 218 / 289', '64 / 202 / 271', '−6.2 %'],
    ['shadow', '1', '102 / 262 / 368', '104 / 231 / 341', '−7.3 %'],
    ['shadow', '2', '68 / 220 / 292', '68 / 218 / 289', '−1.0 %'],
    ['shadow', '3', '68 / 234 / 307', '66 / 205 / 275', '−10.4 %'],
  ],
  says: 'The plain column hardly moves: the gain is in the load that dirties memory, −7.4 % of dbench’s mean with EPT, −8.7 % with shadow. Three runs, and the first is an outlier in each plain column.',
};

const LATER: PublishedTable = {
  caption:
    'Later versions of the series: time to go on after the dirty log was taken, in milliseconds, less is better',
  columns: ['series', 'before', 'after', 'change, computed'],
  rows: [
    ['version 5, May 2012', '512.5', '269.2', '−47.5 %'],
    ['version 7, June 2012', '538.2', '249.8', '−53.6 %'],
  ],
  says: 'Between these two the guest’s own tables left the proposal: version 7, and what was merged in Linux 3.6, is fast for a map that only the host keeps.',
};

export const fastPageFault: PublishedSource = {
  id: 'fast-page-fault',
  title: 'KVM: MMU: fast page fault',
  origin: 'kvm mailing list, 29 March 2012 (Xiao Guangrong)',
  place: 'the section “Performance” of the cover letter: x11perf, autotest migration, kernbench',
  about: [
    'The tables of the letter are operations in a second and times of a migration on two machines of 2012. What the proposal changes is that a page fault by write protection alone takes no lock; how much of a benchmark that is, only a machine can tell.',
    'What can be counted is how many page faults the proposal fixes without the lock, while the host takes the dirty log round after round and the guest writes on.',
  ],
  tables: [X11PERF, MIGRATION, LATER],
  figures: [
    {
      figure: 'x11perf +1.3 % with EPT, +7.3 % with shadow',
      of: 'computed from the first table',
      cannot: 'Operations in a second of a real machine with a screen. There is neither in the simulation.',
    },
    {
      figure: 'migration −5.5 % with EPT',
      of: 'mean of all three runs, computed from the second table',
      cannot: 'Times. The letter gives no unit; autotest reports seconds.',
    },
    {
      figure: 'migration −6.4 % with shadow',
      of: 'mean of all three runs; nearly all of the gain is in the part that dirties memory',
      cannot: 'Times, as above. Not the same thing, but what the gain comes from:',
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
      {
        label: 'As merged in Linux 3.6, with guest tables: no fast way for them',
        beside: fast(migration({ profile: 'merged-3.6' })),
      },
    ],
  },
  sweep: {
    says: 'How the share of faults fixed without mmu_lock moves with one knob',
    times: 100,
    unit: '%',
    knobs: [
      {
        name: 'slice',
        label: 'Accesses in a round of the dirty log',
        values: [2500, 5000, 10_000, 20_000, 40_000],
        run: (slice) => migration({}, { slice }),
      },
      {
        name: 'data',
        label: 'Pages of data',
        values: [32, 64, 128, 256, 512],
        run: (data) => migration({}, { data }),
      },
      {
        name: 'writes',
        label: 'Stores in 100 accesses',
        values: [5, 15, 30, 50, 80],
        run: (writes) => migration({}, { writes }),
      },
      { name: 'vcpus', label: 'vCPUs', values: [1, 2, 3, 4], run: (vcpus) => migration({ vcpus }) },
    ],
    lines: [
      {
        letter: 'F',
        name: 'faults fixed without mmu_lock',
        parts: (result) => {
          const without = totalNamed(result, 'pf_fast');
          return [without, without + totalNamed(result, 'pf_taken')];
        },
      },
    ],
  },
};
