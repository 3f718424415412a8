import { type LabConfig, usualConfig } from '../config';
import { each, totalNamed } from './ratio';
import type { PublishedSource } from './source';

const exec = (values: Readonly<Record<string, number>> = {}): LabConfig => {
  const usual = usualConfig('exec', 'xi');
  return { ...usual, accesses: 200_000, frames: 2048, values: { ...usual.values, ...values } };
};

const forks = (): LabConfig => ({ ...usualConfig('fork', 'xi'), accesses: 200_000 });

const FAULTS = 'page_faults';

export const xi: PublishedSource = {
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
        'It is a setting of the design, not a result: the pool of the simulation is 5 % because the letter says so. That this holds enough leaf shadows to map all memory 6.4 times is arithmetic: a leaf shadow maps 2 MiB and takes 16 KiB with its snapshot and backlinks, 0.78 %.',
    },
  ],
  moves: {
    says: 'Shadow entries looked at to find the mappings of a page, for each 1,000 page faults',
    rows: [
      {
        label: 'Programs that come and go, along the chain',
        beside: [each('entries visited', 'chain_visits', FAULTS, 1000, exec())],
      },
      {
        label: 'The same questions, by a search of all leaf shadows',
        beside: [each('entries it would read', 'linear_would_read', FAULTS, 1000, exec())],
      },
      {
        label: 'Fork and copy on write, along the chain',
        beside: [each('entries visited', 'chain_visits', FAULTS, 1000, forks())],
      },
      {
        label: 'The same, by a search',
        beside: [each('entries it would read', 'linear_would_read', FAULTS, 1000, forks())],
      },
      {
        label: 'The price of the chain: a backlink put in at each install',
        beside: [each('backlinks put in', 'bl_insert', FAULTS, 1000, exec())],
      },
    ],
  },
  sweep: {
    says: 'How many entries are looked at for each page fault, with one knob',
    times: 1,
    unit: '',
    knobs: [
      {
        name: 'data',
        label: 'Pages a program may touch',
        values: [24, 48, 96, 192],
        run: (data) => exec({ data }),
      },
      {
        name: 'slice',
        label: 'Accesses of a program’s life',
        values: [2000, 4000, 8000, 16_000],
        run: (slice) => exec({ slice }),
      },
    ],
    lines: [
      {
        letter: 'B',
        name: 'along the backlinks',
        parts: (result) => [totalNamed(result, 'chain_visits'), totalNamed(result, FAULTS)],
      },
      {
        letter: 'S',
        name: 'a search of all leaf shadows would read',
        parts: (result) => [totalNamed(result, 'linear_would_read'), totalNamed(result, FAULTS)],
      },
    ],
  },
};
