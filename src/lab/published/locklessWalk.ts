import { type LabConfig, usualConfig } from '../config';
import { share, totalNamed } from './ratio';
import type { Beside, Knob, PublishedSource } from './source';

/** The workload that stands in for a kernel build, on Xen as of February 2008. */
function build(change: Partial<LabConfig>, values: Readonly<Record<string, number>> = {}): LabConfig {
  const usual = usualConfig('compile', 'xen');
  return {
    ...usual,
    profile: 'F',
    vcpus: 2,
    frames: 8192,
    accesses: 200_000,
    ...change,
    values: { ...usual.values, ...values },
  };
}

const CHECKED = 'shadow_check_gwalk';
const WALKS = 'shadow_guest_walk';
const REMOVED = 'shadow_rm_write_flush_tlb';

const rechecked = (run: LabConfig): Beside => share(`${CHECKED} of ${WALKS}`, CHECKED, WALKS, run);
const removal = (run: LabConfig): Beside => share(`${REMOVED} of ${CHECKED}`, REMOVED, CHECKED, run);

const both = (run: LabConfig): readonly Beside[] => [
  { ...rechecked(run), says: 'checked again' },
  { ...removal(run), says: 'because of a removal' },
];

const KNOBS: readonly Knob[] = [
  { name: 'vcpus', label: 'vCPUs', values: [1, 2, 3, 4], run: (vcpus) => build({ vcpus }) },
  {
    name: 'life',
    label: 'Accesses of a compiler’s life',
    values: [5000, 10_000, 20_000, 40_000, 80_000],
    run: (life) => build({}, { life }),
  },
  {
    name: 'jobs',
    label: 'Compilers at a time on each vCPU',
    values: [1, 2, 4, 8],
    run: (jobs) => build({}, { jobs }),
  },
  {
    name: 'data',
    label: 'Pages a compiler’s heap grows to',
    values: [48, 96, 192, 384],
    run: (data) => build({}, { data }),
  },
  { name: 'seed', label: 'Seed, nothing else', values: [1, 2, 3, 4, 5], run: (seed) => build({ seed }) },
];

export const locklessWalk: PublishedSource = {
  id: 'lockless-walk',
  title: 'x86 shadow: remove lock on first guest table walk',
  origin: 'Xen 948397ecb8, 28 February 2008 (Keir Fraser)',
  place: 'the text of the commit, “I made some experiment to sample perfc count”, and its last lines',
  about: [
    'The document samples Xen’s own counters during kernel builds in guests with several processors. Which counters form the ratios is the natural reading of the text: it does not name them. It says itself that of all shadow faults the shares would be smaller, because fast emulation skips the walk.',
    'Beside them stands a made-up workload on the design as of that day: make, compilers and their page faults, two vCPUs whose faults are interleaved by chance. How often a walk must be checked again depends on how often tables are promoted and written, and on who is in the middle of a fault meanwhile: on the guest more than on the design. So the figures below need not agree, and where they agree it proves nothing.',
    'What the design decides is this: whoever removes write access himself moves the version behind his own walk, and so always checks again. With one vCPU that is the only reason there is. With more, the version is one for the whole guest, and the others move it too. Here the dice change vCPUs every few steps, so the middle of a fault is a long time in which much of the others happens: more walks are checked again than on a machine, and fewer of them for a removal of their own. The published shares lie between one vCPU and two.',
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
    says: 'The same with another guest',
    rows: [
      { label: '1 vCPU: only its own removals can move the version', beside: both(build({ vcpus: 1 })) },
      { label: 'Fork and copy on write, 2 vCPUs', beside: both(forks()) },
    ],
  },
  sweep: {
    says: 'How the two shares move with one knob, 64-bit guest',
    times: 100,
    unit: '%',
    knobs: KNOBS,
    lines: [
      {
        letter: 'C',
        name: 'walks checked again',
        published: 3.7,
        parts: (result) => [totalNamed(result, CHECKED), totalNamed(result, WALKS)],
      },
      {
        letter: 'R',
        name: 'of these because of a removal',
        published: 68,
        parts: (result) => [totalNamed(result, REMOVED), totalNamed(result, CHECKED)],
      },
    ],
  },
};

function forks(): LabConfig {
  return { ...usualConfig('fork', 'xen'), profile: 'F', vcpus: 2, accesses: 200_000 };
}
