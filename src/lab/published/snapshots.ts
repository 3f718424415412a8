import { type LabConfig, usualConfig } from '../config';
import { each, totalNamed } from './ratio';
import type { Beside, PublishedSource } from './source';

const run = (workload: string, snapshots: boolean): LabConfig => ({
  ...usualConfig(workload, 'xen'),
  accesses: 200_000,
  switches: snapshots ? {} : { snapshots: false },
});

const slice = (accesses: number, snapshots = true): LabConfig => {
  const usual = run('mprotect', snapshots);
  return { ...usual, values: { ...usual.values, slice: accesses } };
};

const derived = (config: LabConfig): readonly Beside[] => [
  each('entries derived again in a resync', 'entries derived again', 'shadow_resync', 1, config),
];

export const snapshots: PublishedSource = {
  id: 'snapshots',
  title: 'Out-of-sync L1 shadows: snapshots',
  origin: 'Xen 047782fa01, 20 June 2008: the third of four patches',
  place: 'none, it is a patch',
  about: [
    'This mail gives no figures: it is code. What its snapshots save can be counted all the same: when a table that went out of sync is brought in sync, an entry that equals its snapshot need not be derived again.',
  ],
  figures: [],
  moves: {
    says: 'Entries derived again in each resync',
    rows: [
      { label: 'Fork and copy on write, with snapshots', beside: derived(run('fork', true)) },
      { label: 'Fork and copy on write, without', beside: derived(run('fork', false)) },
      { label: 'mmap and mprotect, with snapshots', beside: derived(run('mprotect', true)) },
      { label: 'mmap and mprotect, without', beside: derived(run('mprotect', false)) },
    ],
  },
  sweep: {
    says: 'How many entries are derived again in a resync with snapshots, mmap and mprotect',
    times: 1,
    unit: '',
    knobs: [
      {
        name: 'range',
        label: 'Pages of an mprotect',
        values: [4, 8, 16, 32, 64],
        run: (range) => {
          const usual = run('mprotect', true);
          return { ...usual, values: { ...usual.values, range } };
        },
      },
      {
        name: 'slice',
        label: 'Accesses between two calls',
        values: [250, 500, 1000, 2000, 4000],
        run: (accesses) => slice(accesses),
      },
    ],
    lines: [
      {
        letter: 'D',
        name: 'entries derived again in a resync',
        parts: (result) => [totalNamed(result, 'entries derived again'), totalNamed(result, 'shadow_resync')],
      },
      {
        letter: 'E',
        name: 'entries compared in a resync',
        parts: (result) => [totalNamed(result, 'entries compared'), totalNamed(result, 'shadow_resync')],
      },
    ],
  },
};
