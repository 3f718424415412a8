import { word } from '../../base';
import { CR0_PG } from '../../machine';
import {
  call,
  cr3,
  EMPTY,
  e,
  invlpg,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  type XenLab,
} from '../xenLab';
import { at, type Break, kernelHalf, otherPath, seen, T1, table } from './breaks';

const OLD = e(0x100, PUAD);
const NEW = e(0x101, PUAD);

/** P = 0x30 is used, and out of sync with v0 because entry 100 was written. */
function drift(lab: XenLab, index = 0): void {
  seen(lab, 0, 0x30);
  lab.run(0, load(vaOf(0x30, index)), setEntry(0x30, 100, EMPTY));
}

/** A store to P through an entry of table 0x31. */
const through = (index: number, cpl: 0 | 3 = 0) => {
  const { hi, lo } = vaOf(0x31, index);
  return store(word(hi, lo + 8 * 9), EMPTY, cpl);
};
const ALIASES = [0, 40, 80].map((index) => at(0x31, index, e(0x30, PWUAD)));

/** What keeps tables that are out of sync right (sheet 5, 6). */
export const OOS_BREAKS: readonly Break[] = [
  {
    without: 'snapshot-exchange',
    what: 'a punted page is compared with the copy of nothing (9.6)',
    options: { vcpus: 1, entries: [at(0x30, 7, e(0x700, PWUAD)), at(0x33, 9, e(0x701, PWUAD))] },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 7)), load(vaOf(0x33, 9)));
      seen(lab, 0, 0x30, 0x33);
      lab.run(0, setEntry(0x30, 7, EMPTY), setEntry(0x33, 9, EMPTY), cr3());
    },
  },
  {
    without: 'snapshot-update-fault',
    what: 'a value that comes and goes (9.14)',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      drift(lab);
      lab.run(0, setEntry(0x30, 7, NEW), invlpg(vaOf(0x30, 7)), load(vaOf(0x30, 7)));
      lab.run(0, setEntry(0x30, 7, EMPTY), cr3());
    },
  },
  {
    without: 'snapshot-update-prefetch',
    what: 'a value that comes and goes beside the one that is used',
    options: { vcpus: 1, entries: [at(0x30, 20, OLD)] },
    play: (lab) => {
      drift(lab, 20);
      lab.run(0, setEntry(0x30, 6, OLD), setEntry(0x30, 7, NEW), load(vaOf(0x30, 6)));
      lab.run(0, setEntry(0x30, 7, EMPTY), cr3());
    },
  },
  {
    without: 'snapshot-update-validate',
    what: 'an emulated store to a table that goes out of sync meanwhile',
    options: { switches: { 'out-of-sync': false }, entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 0)));
      lab.begin(0, setEntry(0x30, 0, NEW));
      lab.until(0, 'sh_x86_emulate_write.lock');
      lab.run(1, { kind: 'switch', name: 'out-of-sync', on: true }, setEntry(0x30, 1, EMPTY));
      lab.finish(0);
    },
  },
  {
    without: 'snapshot-update-resync',
    what: 'a CR3 load of v1 refreshes a table of v0',
    options: { entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      drift(lab);
      lab.run(0, setEntry(0x30, 0, NEW));
      lab.run(1, cr3());
    },
  },
  {
    without: 'only-l1',
    what: 'a store to a table that serves as an L1 and as an L2',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD), ...otherPath(0x20, 0x30, 8, 0x31), at(0x31, 0, OLD)] },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 0)), load(word(0x80, 8 << 21)));
      seen(lab, 0, 0x30);
      lab.run(0, setEntry(0x30, 100, EMPTY));
    },
  },
  {
    without: 'resync-promoted',
    what: 'v0 loads CR3 with a table that v1 has let go',
    options: { entries: [at(0x30, 0, OLD), kernelHalf(0x30)] },
    play: (lab) => {
      seen(lab, 1, 0x30);
      lab.run(1, load(vaOf(0x30, 0)), setEntry(0x30, 100, EMPTY));
      lab.run(0, cr3(0x30));
    },
  },
  {
    without: 'resync-linked',
    what: 'v1 gains a way to a table that its CR3 load had skipped, by an L2 entry',
    options: {
      l3TopLevel: false,
      entries: [
        at(0x30, 0, OLD),
        at(0x30, 50, OLD),
        at(0x31, 0, OLD),
        kernelHalf(T1),
        at(T1, 0xff, table(0x19)),
        at(0x19, 2, table(0x1a)),
        at(0x1a, 0x41, table(0x30)),
        at(0x1a, 0x42, table(0x31)),
      ],
    },
    play: (lab) => {
      lab.run(1, cr3(T1), load(vaOf(0x31, 0)));
      drift(lab);
      lab.run(0, setEntry(0x30, 0, EMPTY));
      lab.run(1, cr3(T1), load(vaOf(0x30, 50)));
    },
  },
  {
    without: 'resync-new-path',
    what: 'v1 gains a way to a table that its CR3 load had skipped, by an L3 table',
    options: {
      l3TopLevel: false,
      entries: [
        at(0x30, 0, OLD),
        at(0x31, 0, OLD),
        kernelHalf(T1),
        at(T1, 0xff, table(0x19)),
        at(0x19, 2, table(0x12)),
      ],
    },
    play: (lab) => {
      lab.run(0, load(vaOf(0x31, 0)));
      seen(lab, 1, 0x30);
      lab.run(1, cr3(T1));
      drift(lab);
      lab.run(0, setEntry(0x30, 0, EMPTY));
      lab.run(1, cr3(T1), load(vaOf(0x31, 0)));
    },
  },
  {
    without: 'cr3-resync-own',
    what: 'a CR3 load after a table was let go',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      drift(lab);
      lab.run(0, cr3());
    },
  },
  {
    without: 'cr3-refresh-others',
    what: 'v0 takes an entry away, v1 loads CR3',
    options: { entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      drift(lab);
      lab.run(0, setEntry(0x30, 0, EMPTY));
      lab.run(1, cr3());
    },
  },
  {
    without: 'one-parent',
    what: 'the table hangs in both address spaces, and v1 loads the second',
    options: {
      l3TopLevel: false,
      entries: [
        at(0x30, 0, OLD),
        kernelHalf(T1),
        at(T1, 0xff, table(0x19)),
        at(0x19, 2, table(0x1a)),
        at(0x1a, 0x41, table(0x30)),
      ],
    },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 0)));
      lab.run(1, cr3(T1), load(vaOf(0x30, 0)));
      drift(lab);
      lab.run(0, setEntry(0x30, 0, EMPTY));
      lab.run(1, cr3(T1));
    },
  },
  {
    without: 'invlpg-blanks',
    what: 'an entry is changed, and its address invalidated (9.9)',
    options: { vcpus: 1, entries: [at(0x30, 7, OLD)] },
    play: (lab) => {
      drift(lab, 7);
      lab.run(0, setEntry(0x30, 7, NEW), invlpg(vaOf(0x30, 7)));
    },
  },
  {
    without: 'crush-resync',
    what: 'three tables of one home (9.5)',
    options: { vcpus: 1, entries: [0x30, 0x33, 0x36].map((page) => at(page, 0, OLD)) },
    play: (lab) => {
      for (const page of [0x30, 0x33, 0x36]) lab.run(0, load(vaOf(page, 0)));
      seen(lab, 0, 0x30, 0x33, 0x36);
      for (const page of [0x30, 0x33, 0x36]) lab.run(0, setEntry(page, 100, EMPTY));
    },
  },
  {
    without: 'demote-slot',
    what: 'a table out of sync is given to a process, which writes it',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD), ...ALIASES] },
    play: (lab) => {
      drift(lab);
      lab.run(0, through(40, 3));
    },
  },
  {
    without: 'may-write-first',
    what: 'a table maps itself, and is brought in sync',
    options: { vcpus: 1, entries: [at(0x30, 7, e(0x200, PWUAD))] },
    play: (lab) => {
      drift(lab, 7);
      lab.run(0, setEntry(0x30, 7, e(0x30, PWUAD)), cr3());
    },
  },
  {
    without: 'unfindable-unshadows',
    what: 'another domain may write the table (9.22)',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      drift(lab);
      lab.run(1, call('grant', 0x30));
      lab.run(0, cr3());
    },
  },
  {
    without: 'fixup-eviction',
    what: 'three aliases of a table (9.20)',
    options: { era: 'A', vcpus: 1, entries: [at(0x30, 0, OLD), ...ALIASES] },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 0)), through(0), through(40), through(80));
    },
  },
  {
    without: 'resync-flush',
    what: 'v1 can write a table that v0 brings in sync (9.21)',
    options: { entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      drift(lab);
      lab.run(1, setEntry(0x30, 101, EMPTY));
      lab.run(0, cr3());
    },
  },
];

/** The 2-level guest's table page 0x40 is used and, with the direct map known, ready to go out of sync with v0. */
function narrowTable(lab: XenLab): void {
  const { guest } = lab;
  lab.run(0, load(guest.direct(0x40), 0), load(guest.vaOf(0x40, 0)));
}

/** What depends on the guest's paging mode. */
export const MODE_BREAKS: readonly Break[] = [
  {
    without: 'oos-gating',
    what: 'v1 switches paging off, then v0 stores to a table (9.24)',
    options: { mode: '32', entries: [at(0x40, 0, OLD)] },
    play: (lab) => {
      narrowTable(lab);
      lab.run(1, { kind: 'cr0', value: lab.guest.registers.cr0 & ~CR0_PG });
      lab.run(0, lab.setEntry(0x40, 100, EMPTY));
    },
  },
  {
    without: 'first-of-four',
    what: 'v1 loads the CR3 it has, and its table hangs in the second page of the L2 shadow',
    options: { mode: '32', entries: [at(0x40, 0, OLD)] },
    play: (lab) => {
      narrowTable(lab);
      lab.run(0, lab.setEntry(0x40, 0, EMPTY));
      lab.run(1, cr3(lab.guest.root));
    },
  },
];

/** What came later than June 2008, of the rest. */
export const LATER_BREAKS: readonly Break[] = [
  {
    without: 'user-store',
    what: 'a process writes what was a table (9.16)',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD), ...ALIASES] },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 0)), through(0, 3));
    },
  },
  {
    without: 'fixup-first',
    what: 'three vCPUs store through one mapping at once, and the third evicts what it is about to write',
    options: { era: 'A', vcpus: 3, entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 0)));
      seen(lab, 0, 0x30);
      for (const v of [0, 1, 2]) {
        lab.begin(v, setEntry(0x30, 100 + v, EMPTY));
        lab.until(v, 'sh_page_fault.lock');
      }
      for (const v of [0, 1, 2]) lab.finish(v);
    },
  },
  {
    without: 'fl1-fixups',
    what: 'three aliases of a table, the first of them in a large page',
    options: {
      era: 'A',
      vcpus: 1,
      entries: [at(0x30, 0, OLD), at(0x12, 0x50, e(0, PWUAD | 0x80)), ...ALIASES],
    },
    play: (lab) => {
      lab.run(0, load(vaOf(0x30, 0)));
      const large = store(word(0x7f80, (0x8a00_0000 + 0x30_000 + 8 * 9) | 0), EMPTY, 0);
      lab.run(0, large, through(0), through(40));
    },
  },
];
