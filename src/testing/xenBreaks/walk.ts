import { word } from '../../base';
import {
  cr3,
  direct,
  EMPTY,
  e,
  invlpg,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  type XenLab,
} from '../xenLab';
import { at, type Break, kernelHalf, otherPath, seen, T1, table } from './breaks';

const L2 = 0x12;
const OLD = e(0x100, PUAD);
const NEW = e(0x101, PUAD);
/** What the path of `otherPath` translates, by the index of its L2 entry. */
const otherVa = (index: number) => word(0x80, index << 21);

/** Sheet 3.4: v0 has walked through a table that is not shadowed yet; v1 changes the entry, and no fault sees it. */
function removalRace(lab: XenLab): void {
  seen(lab, 1, 0x30);
  lab.begin(0, load(vaOf(0x30, 5)));
  lab.until(0, 'sh_page_fault.lock');
  lab.run(1, setEntry(0x30, 5, NEW), invlpg(vaOf(0x30, 5)));
  lab.finish(0);
}

/** Sheet 3.5: the table is shadowed, so that v1's store is emulated between v0's walk and v0's lock. */
function emulationRace(lab: XenLab): void {
  seen(lab, 1, 0x30);
  lab.run(1, load(vaOf(0x30, 100)));
  lab.begin(0, load(vaOf(0x30, 5)));
  lab.until(0, 'sh_page_fault.lock');
  lab.run(1, setEntry(0x30, 5, NEW));
  lab.finish(0);
}

/** A process writes frame 0x30 through the first entry of table 0x31. */
const writePage = store(word(vaOf(0x31, 0).hi, vaOf(0x31, 0).lo + 8 * 9), EMPTY);

/** The walk, what it leads through, and the TLBs (sheet 2, 3). Without the last look of 2010, which would notice too. */
export const WALK_BREAKS: readonly Break[] = [
  {
    without: 'recheck',
    what: 'a store between walk and lock, seen by nobody',
    options: { switches: { 'late-recheck': false }, entries: [at(0x30, 5, OLD)] },
    play: removalRace,
  },
  {
    without: 'bump-on-removal',
    what: 'a store between walk and lock, seen by nobody',
    options: { switches: { 'late-recheck': false }, entries: [at(0x30, 5, OLD)] },
    play: removalRace,
  },
  {
    without: 'bump-on-emulation',
    what: 'an emulated store between walk and lock',
    options: {
      switches: { 'late-recheck': false, 'out-of-sync': false },
      entries: [at(0x30, 5, OLD), at(0x30, 100, OLD)],
    },
    play: emulationRace,
  },
  {
    without: 'flush-before-bump',
    what: 'v1 stores by what its TLB remembers after v2 has seen the new version (3.7)',
    options: { vcpus: 3, switches: { 'late-recheck': false }, entries: [at(0x30, 0, OLD), at(0x30, 5, OLD)] },
    play: (lab) => {
      lab.run(1, setEntry(0x30, 9, EMPTY));
      lab.begin(0, load(vaOf(0x30, 0)));
      lab.until(0, 'flush_tlb_mask.cpu');
      lab.step(0);
      lab.begin(2, load(vaOf(0x30, 5)));
      lab.until(2, 'sh_page_fault.lock');
      lab.run(1, setEntry(0x30, 5, NEW));
      lab.finish(0);
      lab.finish(2);
    },
  },
  {
    without: 'protect-path',
    what: 'a table is shadowed that the kernel can write',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 0)));
    },
  },
  {
    without: 'walk-again',
    what: 'the L2 table of a walk was out of sync, and its resync maps the L3 table writable',
    options: {
      vcpus: 1,
      entries: [at(0x30, 7, e(0x200, PWUAD)), ...otherPath(0x20, 0x30, 8, 0x31), at(0x31, 0, OLD)],
    },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 7)), setEntry(0x30, 7, e(0x20, PWUAD)), load(otherVa(8)));
    },
  },
  {
    without: 'present-bit',
    what: 'a store to a page that the guest maps read-only and the shadow does not know',
    options: { vcpus: 1, entries: [at(0x30, 0, OLD)] },
    play: (lab) => lab.run(0, store(vaOf(0x30, 0), word(0, 1))),
  },
  {
    without: 'magic-in-sync',
    what: 'the first use of an entry written while the table is out of sync (9.3)',
    options: { entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 0)), setEntry(0x30, 7, NEW));
      lab.run(1, load(vaOf(0x30, 7)));
    },
  },
  {
    without: 'oos-before-magic',
    what: 'a resync between reading the magic entry and asking about its table',
    options: { entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 0)), setEntry(0x30, 7, NEW));
      lab.begin(1, load(vaOf(0x30, 7)));
      lab.until(1, 'sh_page_fault.reserved');
      lab.step(1);
      lab.step(1);
      if (lab.where(1) === 'sh_page_fault.table') lab.run(0, cr3());
      lab.finish(1);
    },
  },
  {
    without: 'removal-flush',
    what: 'another vCPU has just written the page that becomes a table',
    options: { entries: [at(0x30, 0, OLD)] },
    play: (lab) => {
      lab.run(1, setEntry(0x30, 9, EMPTY));
      lab.run(0, load(vaOf(0x30, 0)));
    },
  },
  {
    without: 'cr3-flush',
    what: 'another vCPU has just written the new top table',
    options: { entries: [kernelHalf(T1)] },
    play: (lab) => {
      lab.run(1, setEntry(T1, 9, EMPTY));
      lab.run(0, cr3(T1));
    },
  },
  {
    without: 'validate-flush',
    what: 'the shadow through which v1 writes a page goes with its L2 entry; then the page becomes a table',
    // No neighbour, or the direct map's entry for the page would be there, and would have to be removed.
    options: { switches: { prefetch: false }, entries: [at(0x31, 0, e(0x30, PWUAD)), at(0x30, 0, OLD)] },
    play: (lab) => {
      lab.run(1, writePage);
      lab.run(0, store(direct(L2, 0x42), table(0x33), 0), load(vaOf(0x30, 0)));
    },
  },
  {
    without: 'unshadow-flush',
    what: 'the table through which v1 writes a page is unshadowed; then the page becomes a table',
    options: {
      switches: { 'out-of-sync': false },
      entries: [at(0x31, 0, e(0x30, PWUAD)), at(0x30, 0, OLD)],
    },
    play: (lab) => {
      lab.run(1, writePage);
      const { hi, lo } = direct(0x31, 9);
      lab.run(0, store(word(hi, lo + 4), EMPTY, 0), load(vaOf(0x30, 0)));
    },
  },
  {
    without: 'skip-verify-locked',
    what: 'a store between asking whether the entry was present and the lock',
    options: { switches: { 'out-of-sync': false }, entries: [at(0x30, 1, OLD)] },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 1)));
      lab.begin(0, setEntry(0x30, 7, word(0, 0x200)));
      lab.until(0, 'sh_x86_emulate_write.lock');
      lab.run(1, setEntry(0x30, 7, NEW));
      lab.finish(0);
    },
  },
  {
    without: 'late-resync',
    what: 'a resync in the middle of a new path maps one of its tables writable (9.18)',
    options: {
      vcpus: 1,
      entries: [at(0x30, 1, e(0x200, PWUAD)), ...otherPath(0x20, 0x22, 0, 0x23), at(0x23, 0, OLD)],
    },
    play: (lab) => {
      seen(lab, 0, 0x30);
      lab.run(0, load(vaOf(0x30, 1)), setEntry(0x30, 7, e(0x22, PWUAD)), load(otherVa(0)));
    },
  },
  {
    without: 'prealloc-first',
    what: 'making room unshadows a table out of sync, which was left writable (9.19)',
    options: {
      pool: 20,
      entries: [
        at(0x30, 1, OLD),
        at(0x30, 200, NEW),
        kernelHalf(T1),
        at(T1, 0xff, table(0x19)),
        at(0x19, 2, table(0x1a)),
        at(0x1a, 0x42, table(0x31)),
        at(0x1a, 0x43, table(0x32)),
        at(0x31, 0, OLD),
        at(0x32, 0, OLD),
      ],
    },
    play: (lab) => {
      lab.run(1, cr3(T1), load(vaOf(0x31, 0)));
      lab.run(0, cr3(T), load(vaOf(0x30, 1)));
      seen(lab, 0, 0x30);
      seen(lab, 1, 0x30);
      lab.run(0, setEntry(0x30, 9, EMPTY));
      lab.run(1, load(vaOf(0x32, 0)));
      lab.run(0, load(vaOf(0x30, 200)));
    },
  },
];

/** Sheet 9.12: v2 owns the table; v0 has walked, v1 takes the right away, v2 resyncs, v0 installs. */
export const READ_TO_USE: Break = {
  without: 'late-recheck',
  what: 'a store and a resync between walk and use, without a trace',
  options: { vcpus: 3, entries: [at(0x30, 0, OLD)] },
  play: (lab) => {
    seen(lab, 2, 0x30);
    lab.run(2, load(vaOf(0x30, 0)), setEntry(0x30, 100, e(0x200, PWUAD)));
    lab.begin(0, store(vaOf(0x30, 100), OLD));
    lab.until(0, 'sh_page_fault.lock');
    lab.run(1, setEntry(0x30, 100, e(0x200, PUAD)));
    lab.run(2, cr3());
    lab.finish(0);
  },
};
