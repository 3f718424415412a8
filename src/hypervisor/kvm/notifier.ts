import { frameName } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { sayIndex } from '../../machine';
import * as c from './constants';
import { settle } from './flush';
import { discardContents, zapLarge } from './host';
import { dropSpte, flushRemote } from './link';
import { pointerIndex, pointerTable } from './pteList';
import { HOST_PRESENT } from './slots';
import type { Kvm } from './state';

/**
 * The host takes pages away, in the three parts that the MMU notifier has (sheet 1.6): it tells KVM, which zaps what maps them; it
 * does what it wanted to; it tells KVM that it is done. Faults that looked a page up before or in between must try again.
 */

const L = slots('gfn', 'other', 'table', 'index', 'hi', 'lo', 'any');

/** A host's large page goes in one piece. */
function splitLarge(k: Kvm, gfn: number): void {
  const mfn = k.slots.mfn(gfn);
  if (mfn >= 0 && k.slots.hostHuge(mfn)) zapLarge(k, mfn);
}

/** The first spte that maps a page behind one of the frames, through whatever frame. */
function nextSpte(k: Kvm, gfns: readonly number[]): { sfn: number; index: number } | undefined {
  for (const gfn of gfns) {
    const mfn = k.slots.mfn(gfn);
    if (mfn < 0) continue;
    for (const alias of k.slots.gfnsOfFrame(mfn))
      for (let level = 1; level <= c.MAX_HUGEPAGE_LEVEL; level++) {
        const pointer = k.lists.first(k.slots.rmap(alias, level));
        if (pointer !== 0) return { sfn: pointerTable(pointer), index: pointerIndex(pointer) };
      }
  }
  return undefined;
}

/** spte_has_volatile_bits: whether an spte can change without mmu_lock: by the fast path, or by a processor that sets A or D. */
function mayChange(k: Kvm, lo: number): boolean {
  const closed = (lo & (c.SPTE_W | c.SPTE_MMU_WRITABLE)) === c.SPTE_MMU_WRITABLE;
  if (closed && k.on('volatile-exchange')) return true;
  return (lo & c.SPTE_A) === 0 || (lo & (c.SPTE_W | c.SPTE_D)) === c.SPTE_W;
}

const place = (t: Thread, k: Kvm): string =>
  `Entry ${sayIndex(t.get(L.index))} of ${k.describe(t.get(L.table))}`;

interface Taking {
  readonly name: string;
  readonly about: string;
  /** The frames that are taken away, of the arguments given. */
  readonly frames: (t: Thread) => readonly number[];
  readonly line: string;
  readonly act: (t: Thread, k: Kvm) => void;
  readonly said: (t: Thread, k: Kvm) => string;
}

function takingAway({ name, about, frames, line, act, said }: Taking) {
  return procedure<Kvm>({
    name,
    part: 'kvm',
    lane: 'hypervisor',
    about,
    slots: L,
    steps: [
      {
        label: 'lock',
        line: 'invalidate_range_start: lock mmu_lock',
        touch: 'racy',
        when: (_, k) => k.lock.free,
        run: (t, k) => k.lock.take(t),
        say: (t) =>
          `The host wants to take pages away, the first one behind frame ${frameName(t.get(L.gfn))}. It tells KVM first.`,
      },
      {
        label: 'start',
        line: '  mmu_invalidate_in_progress++',
        touch: 'locked',
        run: (t, k) => {
          const gfns = frames(t);
          k.vm.set('invalidating', k.vm.get('invalidating') + 1);
          k.vm.set('invalidateFirst', Math.min(...gfns));
          k.vm.set('invalidateLast', Math.max(...gfns));
          for (const gfn of gfns) splitLarge(k, gfn);
        },
        say: 'From now on, whoever looks one of these pages up must try again.',
      },
      {
        label: 'look',
        line: '  for each spte that maps one of them: old = spte',
        touch: 'racy',
        run: (t, k) => {
          const next = nextSpte(k, frames(t));
          t.set(L.table, next === undefined ? 0 : next.sfn);
          if (next === undefined) {
            if (t.get(L.any) !== 0) flushRemote(k);
            settle(t, k, 'unlock');
            return;
          }
          t.set(L.index, next.index);
          t.set(L.hi, k.hi(next.sfn, next.index));
          t.set(L.lo, k.lo(next.sfn, next.index));
        },
        say: (t, k) =>
          t.get(L.table) === 0
            ? 'No spte maps them any more. All TLBs are flushed.'
            : `${place(t, k)} maps one of them. ${mayChange(k, t.get(L.lo)) ? 'It could change without mmu_lock: it must be taken away by an exchange.' : 'It cannot change, KVM thinks: a plain store will do.'}`,
      },
      {
        label: 'drop',
        line: '    could change without mmu_lock: old = xchg(spte, 0); else spte = 0; old.D: the host page is dirty',
        touch: 'racy',
        beat: true,
        run: (t, k) => {
          const [table, index] = [t.get(L.table), t.get(L.index)];
          // By an exchange what counts is what came out, by a plain store what was read before.
          if (mayChange(k, t.get(L.lo))) t.set(L.lo, k.lo(table, index));
          dropSpte(k, table, index, t.get(L.lo));
          t.set(L.any, 1);
          t.goto('look');
        },
        say: (t, k) =>
          `${place(t, k)} is empty. ${(t.get(L.lo) & c.SPTE_D) === 0 ? 'Its D bit was clear: the page was not written through it, it seems.' : 'Its D bit was set: the host learns that the page is dirty.'}`,
      },
      {
        label: 'unlock',
        line: '  unlock mmu_lock',
        touch: 'racy',
        run: (t, k) => k.lock.release(t),
        say: 'mmu_lock is released.',
      },
      {
        label: 'act',
        line,
        touch: 'racy',
        beat: true,
        run: (t, k) => act(t, k),
        say: said,
      },
      {
        label: 'relock',
        line: 'invalidate_range_end: lock mmu_lock',
        touch: 'racy',
        when: (_, k) => k.lock.free,
        run: (t, k) => k.lock.take(t),
        say: 'The host is done, and tells KVM.',
      },
      {
        label: 'end',
        line: '  mmu_invalidate_seq++; smp_wmb; mmu_invalidate_in_progress--',
        touch: 'locked',
        run: (_, k) => {
          k.vm.set('invalidateSeq', k.vm.get('invalidateSeq') + 1);
          const running = k.vm.get('invalidating') - 1;
          k.vm.set('invalidating', running);
          if (running > 0) return;
          k.vm.set('invalidateFirst', 0);
          k.vm.set('invalidateLast', 0);
        },
        say: 'Whoever looked a page up before this moment will see another number, and try again.',
      },
      {
        label: 'unlock-end',
        line: '  unlock mmu_lock',
        touch: 'racy',
        run: (t, k) => {
          k.lock.release(t);
          t.ret();
        },
        say: 'mmu_lock is released.',
      },
    ],
  });
}

const range = (t: Thread): number[] => Array.from({ length: t.get(L.other) }, (_, i) => t.get(L.gfn) + i);

/** MADV_DONTNEED by the VMM. Arguments: first gfn, pages. A host's large page is split, and its whole range unmapped. */
export const kvmDontNeed = takingAway({
  name: 'kvm_host_dontneed',
  about: 'The VMM gives memory up: its next use brings zeros (sheet 1.6).',
  frames: range,
  line: '  the pages go; their next use brings zeros',
  act: (t, k) => {
    for (const gfn of range(t)) {
      const mfn = k.slots.mfn(gfn);
      if (mfn >= 0) discardContents(k, mfn);
    }
  },
  said: (t) =>
    t.get(L.other) === 1
      ? `The page behind frame ${frameName(t.get(L.gfn))} is gone.`
      : `The pages behind ${t.get(L.other)} frames from ${frameName(t.get(L.gfn))} on are gone.`,
});

/**
 * The host exchanges the pages behind two frames, contents and all, as when one is written to swap and the other read back into its
 * place. Arguments: two gfns of one size of page.
 */
export const kvmSwapPages = takingAway({
  name: 'kvm_host_swap-pages',
  about: 'The host exchanges the pages behind two guest frames; the guest must not notice (sheet 6.3).',
  frames: (t) => [t.get(L.gfn), t.get(L.other)],
  line: '  each page goes behind the other frame, with what the guest has stored there',
  act: (t, k) => {
    const [a, b] = [t.get(L.gfn), t.get(L.other)];
    const [first, second] = [k.slots.mfn(a), k.slots.mfn(b)];
    k.slots.setBacking(a, second);
    k.slots.setBacking(b, first);
    for (const mfn of [first, second]) k.slots.setHostState(mfn, HOST_PRESENT);
    for (let i = 0; i < 1024; i++) {
      const word = k.memory.read32(first, i);
      k.memory.write32(first, i, k.memory.read32(second, i));
      k.memory.write32(second, i, word);
    }
  },
  said: (t, k) =>
    `Frame ${frameName(t.get(L.gfn))} is backed by page ${k.name(k.slots.mfn(t.get(L.gfn)))} now, and frame ${frameName(t.get(L.other))} by page ${k.name(k.slots.mfn(t.get(L.other)))}.`,
});
