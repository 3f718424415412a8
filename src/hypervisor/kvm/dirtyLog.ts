import { hex } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { KvmDirty } from './events';
import { kvmFlushRemoteTlbs, settle } from './flush';
import { flushRemote, logSpte } from './link';
import { pointerIndex, pointerTable } from './pteList';
import type { Kvm } from './state';

/** Bits of one word of the bitmap. */
const WORD = 64;

const L = slots(
  ...(['slot', 'from', 'lo', 'hi', 'gfn', 'nth', 'flush'] as const),
  ...(['table', 'index', 'was'] as const),
);

/** What is left of the word just taken: one bit per gfn. */
const left = (t: Thread, bit: number): boolean =>
  ((bit < 32 ? t.get(L.lo) >>> bit : t.get(L.hi) >>> (bit - 32)) & 1) !== 0;

function nextLeft(t: Thread, from: number): number {
  for (let bit = from; bit < WORD; bit++) if (left(t, bit)) return bit;
  return -1;
}

/** Takes and clears the next word that has a bit. Says whether there was one. */
function takeWord(t: Thread, k: Kvm): boolean {
  const slot = t.get(L.slot);
  const pages = k.slots.pages(slot);
  const base = k.slots.base(slot);
  for (let from = t.get(L.from); from < pages; from += WORD) {
    let lo = 0;
    let hi = 0;
    for (let bit = 0; bit < WORD && from + bit < pages; bit++) {
      const gfn = base + from + bit;
      if (!k.slots.dirty(gfn)) continue;
      k.slots.setDirty(gfn, false);
      k.world.emit(KvmDirty, slot, gfn);
      if (bit < 32) lo |= 1 << bit;
      else hi |= 1 << (bit - 32);
    }
    if ((lo | hi) === 0) continue;
    t.set(L.from, from);
    t.set(L.lo, lo);
    t.set(L.hi, hi);
    return true;
  }
  return false;
}

/** Goes to the next frame of the word; to the next word behind the last one. */
function nextFrame(t: Thread, k: Kvm, from: number): void {
  const bit = nextLeft(t, from);
  t.set(L.nth, 0);
  if (bit >= 0) {
    t.set(L.gfn, k.slots.base(t.get(L.slot)) + t.get(L.from) + bit);
    t.goto('protect');
    return;
  }
  t.set(L.from, t.get(L.from) + WORD);
  t.goto('word');
}

/**
 * KVM_GET_DIRTY_LOG: the frames of a slot that were written since the last time, which are write-protected again. Argument: the slot. A
 * word of the bitmap is taken and cleared first, then its frames are protected: a store in between is reported the next time.
 * Source: sheet 6.5, 6.6.
 */
export const kvmGetDirtyLog = procedure<Kvm>({
  name: 'kvm_host_get-dirty-log',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'The VMM takes the dirty log: which frames were written since the last time (sheet 6.5).',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'get_dirty_log(slot): lock mmu_lock',
      touch: 'racy',
      when: (_, k) => k.lock.free,
      run: (t, k) => k.lock.take(t),
      say: (t) => `The VMM takes the dirty log of slot ${t.get(L.slot)}.`,
    },
    {
      label: 'word',
      line: '  for each word of the bitmap: xchg(word, 0)',
      touch: 'racy',
      beat: true,
      run: (t, k) => {
        if (takeWord(t, k)) nextFrame(t, k, 0);
        else t.goto('flush');
      },
      say: (t, k) =>
        (t.get(L.lo) | t.get(L.hi)) === 0
          ? 'No bit of the log is set any more.'
          : `64 bits are taken and cleared in one. The first frame among them: ${k.name(t.get(L.gfn))}.`,
    },
    {
      label: 'protect',
      line: '    for each frame of it, each spte that maps it: W = 0',
      touch: 'racy',
      run: (t, k) => {
        const gfn = t.get(L.gfn);
        const all = k.lists.all(k.slots.rmap(gfn, 1));
        const pointer = all[t.get(L.nth)];
        t.set(L.table, 0);
        if (pointer === undefined) {
          nextFrame(t, k, gfn - k.slots.base(t.get(L.slot)) - t.get(L.from) + 1);
          return;
        }
        const [table, index] = [pointerTable(pointer), pointerIndex(pointer)];
        t.set(L.table, table);
        t.set(L.index, index);
        t.set(L.was, k.lo(table, index));
        t.set(L.nth, t.get(L.nth) + 1);
        if (logSpte(k, table, index)) t.set(L.flush, 1);
        t.goto('protect');
      },
      say: (t, k) =>
        t.get(L.table) === 0
          ? 'Every spte that maps the frame has been looked at.'
          : `Entry ${hex(t.get(L.index), 3)} of ${k.describe(t.get(L.table))} cannot be written through now: the next store will fault, and be logged.`,
    },
    {
      label: 'flush',
      line: '  flush all TLBs (3.6: under mmu_lock)',
      touch: 'private',
      run: (t, k) => {
        if (t.get(L.flush) === 0 || !k.on('harvest-flush-locked')) return;
        flushRemote(k);
        t.set(L.flush, 0);
        settle(t, k);
      },
      say: (t, k) =>
        k.on('harvest-flush-locked')
          ? 'No TLB may let a frame be written that was just protected.'
          : t.get(L.flush) === 0
            ? 'Nothing was writable: there is nothing to flush.'
            : 'TLBs may still let these frames be written. They are flushed when mmu_lock is released.',
    },
    {
      label: 'unlock',
      line: '  unlock mmu_lock',
      touch: 'racy',
      run: (t, k) => k.lock.release(t),
      say: 'mmu_lock is released.',
    },
    {
      label: 'late',
      line: '  flush all TLBs (6.1: not before)',
      touch: 'private',
      run: (t, k) => {
        if (t.get(L.flush) === 0) return;
        k.world.count('remote_tlb_flush_requests');
        t.call(kvmFlushRemoteTlbs, [1]);
      },
      say: (t) =>
        t.get(L.flush) === 0
          ? 'No flush is left to be made.'
          : 'Only now are the TLBs flushed: until then a processor could go on writing without anybody’s noticing.',
    },
    {
      label: 'done',
      line: '  give the log to the VMM',
      touch: 'private',
      beat: true,
      run: (t) => t.ret(),
      say: 'The VMM has the log. What is written from now on is logged anew.',
    },
  ],
});
