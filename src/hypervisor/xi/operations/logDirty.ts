import { procedure, slots } from '../../../kernel';
import { slotOf } from '../backlinks';
import { TO_LARGE, TO_PAGE } from '../constants';
import { DIVIDE, xiEachLarge } from '../eachLarge';
import { TAKE_WRITE, xiEachMapping } from '../eachMapping';
import { DirtyRead, DirtyRound, LinearRead, LogdirtyOff, LogdirtyOn } from '../events';
import { xiFlush } from '../flush';
import { takeWrite, writable } from '../spte';
import type { Xi } from '../state';
import { xiUnlock } from '../unlock';
import { who } from '../who';

const L = slots('page', 'slot', 'visited', 'changed', 'before', 'kit', 'index');

/** The next guest page from a number on that something maps, or -1. */
const nextMapped = (x: Xi, from: number): number =>
  x.pages.known().find((gfn) => gfn >= from && x.pages.get(gfn, 'chainHead') !== 0) ?? -1;

/** The next guest page from a number on at which a large mapping begins, or -1. */
function nextLarge(x: Xi, from: number): number {
  let best = -1;
  for (const kit of x.kits.used()) {
    if (x.kits.get(kit, 'level') !== 2) continue;
    for (let i = 0; i < x.shapeOf(kit).entries; i++) {
      const slot = slotOf(kit, i);
      const gfn = x.what(slot) === TO_LARGE ? x.gfnOf(slot) : -1;
      if (gfn >= from && (best < 0 || gfn < best)) best = gfn;
    }
  }
  return best;
}

const nextLeaf = (x: Xi, from: number): number =>
  x.kits.used().find((kit) => kit >= from && x.kits.get(kit, 'level') === 1) ?? -1;

/** Makes every mapping read-only, and notes writes from then on (sheet 5.6). */
export const xiLogDirtyOn = procedure<Xi>({
  name: 'xi_logdirty_on',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Dirty logging for a live migration begins: all guest pages become read-only.',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'logdirty_on: lock; clear all dirty bits',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.lock.take(t);
        for (const gfn of x.pages.known()) x.pages.set(gfn, 'dirty', 0);
        x.logging = true;
      },
      say: (t, x) => `${who(x, t.actor)} turns the dirty log on. It is empty.`,
    },
    {
      label: 'large',
      line: '  for each page: divide large mappings: a dirty bit is for 4 KiB',
      touch: 'locked',
      run: (t, x) => {
        const gfn = nextLarge(x, t.get(L.page));
        t.set(L.page, gfn + 1);
        if (gfn >= 0) t.callThen('large', xiEachLarge, [gfn, DIVIDE], L.before);
        else t.goto(x.on('chain-walk') && !x.tablesOnly ? 'each' : 'sweep');
      },
      say: (t, x) =>
        t.get(L.page) === 0
          ? 'No large mapping is left.'
          : `The large page at ${x.name(t.get(L.page) - 1)} is mapped as one.`,
    },
    {
      label: 'each',
      line: '  for each page: walk its chain, take W',
      touch: 'locked',
      run: (t, x) => {
        const gfn = nextMapped(x, t.get(L.page));
        t.set(L.page, gfn + 1);
        if (gfn < 0) {
          t.goto('flush');
          return;
        }
        t.set(L.visited, t.get(L.visited) + x.backlinks.from(x.pages.get(gfn, 'chainHead') - 1).length);
        t.callThen('each', xiEachMapping, [gfn, TAKE_WRITE], L.changed);
      },
      say: (t, x) =>
        t.get(L.page) === 0
          ? 'Every mapped page has been visited.'
          : `Page ${x.name(t.get(L.page) - 1)} is mapped.`,
    },
    {
      label: 'sweep',
      line: '  linear: for each entry of each leaf SPT: take W',
      touch: 'racy',
      run: (t, x) => {
        if (t.get(L.kit) === 0 && t.get(L.index) === 0) t.set(L.kit, nextLeaf(x, 0));
        const kit = t.get(L.kit);
        if (kit < 0) {
          t.goto('flush');
          return;
        }
        const slot = slotOf(kit, t.get(L.index));
        x.world.count('linear_reads');
        const hit = x.what(slot) === TO_PAGE;
        if (hit) {
          t.set(L.visited, t.get(L.visited) + 1);
          if (writable(x, slot)) takeWrite(x, slot, x.gfnOf(slot));
        }
        x.world.emit(LinearRead, kit, t.get(L.index), hit ? x.gfnOf(slot) : -1, hit ? 1 : 0);
        const last = t.get(L.index) + 1 === x.shapeOf(kit).entries;
        t.set(L.index, last ? 0 : t.get(L.index) + 1);
        if (last) t.set(L.kit, nextLeaf(x, kit + 1));
        t.goto(t.get(L.kit) < 0 ? 'flush' : 'sweep');
      },
      say: 'The next entry of the leaf shadows is read.',
    },
    {
      label: 'flush',
      line: '  one TLB flush',
      touch: 'locked',
      run: (t, x) => {
        x.world.emit(LogdirtyOn, t.get(L.visited));
        t.call(xiFlush, []);
      },
      say: (t) =>
        `${t.get(L.visited)} mappings were visited: all are read-only. One flush makes the TLBs forget what they knew as writable.`,
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'locked',
      run: (t) => t.call(xiUnlock, []),
      say: 'From now on the first write to each page faults, and is noted.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'The log is on.',
    },
  ],
});

const R = slots('page', 'pages', 'changed', 'any');

/** The next dirty page from a number on, or -1. */
const nextDirty = (x: Xi, from: number): number =>
  x.pages.known().find((gfn) => gfn >= from && x.pages.get(gfn, 'dirty') !== 0) ?? -1;

/** Gives out the dirty pages and makes their mappings read-only again: one round of a migration (sheet 5.6). */
export const xiLogDirtyRead = procedure<Xi>({
  name: 'xi_logdirty_read',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Reads and clears the dirty log: work for the mappings of dirty pages only.',
  slots: R,
  steps: [
    {
      label: 'lock',
      line: 'logdirty_read: lock; copy out the bits',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t, x) => `${who(x, t.actor)} asks which pages were written since the last time.`,
    },
    {
      label: 'each',
      line: '  for each page whose bit is 1: bit = 0; walk its chain, take W',
      touch: 'locked',
      run: (t, x) => {
        t.set(R.any, t.get(R.any) + t.get(R.changed));
        t.set(R.changed, 0);
        const gfn = nextDirty(x, t.get(R.page));
        t.set(R.page, gfn + 1);
        if (gfn < 0) return;
        t.set(R.pages, t.get(R.pages) + 1);
        x.pages.set(gfn, 'dirty', 0);
        x.world.emit(DirtyRead, gfn);
        if (x.logging) t.callThen('each', xiEachMapping, [gfn, TAKE_WRITE], R.changed);
        else t.goto('each');
      },
      say: (t, x) =>
        t.get(R.page) === 0
          ? 'No other page was written.'
          : `Page ${x.name(t.get(R.page) - 1)} was written: it must be sent again, and the next write to it noted.`,
    },
    {
      label: 'flush',
      line: '  flush',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.world.emit(DirtyRound, t.get(R.pages));
        if (t.get(R.any) > 0) t.call(xiFlush, []);
      },
      say: (t) =>
        `${t.get(R.pages)} ${t.get(R.pages) === 1 ? 'page was' : 'pages were'} written. ${t.get(R.any) > 0 ? 'TLBs forget that they were writable.' : 'Nothing was writable, so no TLB is flushed.'}`,
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'locked',
      run: (t) => t.call(xiUnlock, []),
      say: 'The round is over.',
    },
    {
      label: 'done',
      line: '  return the pages',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'Their contents can be sent.',
    },
  ],
});

const F = slots('dirty');

export const xiLogDirtyOff = procedure<Xi>({
  name: 'xi_logdirty_off',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Dirty logging ends: mappings regain W at their next write fault.',
  slots: F,
  steps: [
    {
      label: 'off',
      line: 'logdirty_off: lock; no more logging; unlock',
      touch: 'racy',
      beat: true,
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.logging = false;
        for (const gfn of x.pages.known()) x.pages.set(gfn, 'dirty', 0);
        x.world.emit(LogdirtyOff);
        t.ret();
      },
      say: 'The log is off. What is read-only because of it becomes writable when it is next written.',
    },
  ],
});
