import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, PFEC_P, PFEC_RSVD, PFEC_W, sayIndex, sayVa } from '../../machine';
import * as c from './constants';
import { KvmFastPageFault } from './events';
import { gfnOfEntry, isLast } from './link';
import { beginReading, endReading, standOn } from './locklessWalk';
import { sptePointer } from './pteList';
import { markDirty } from './setSpte';
import { shadowIndex, shadowTop } from './shadowWalk';
import type { Kvm } from './state';

/**
 * fast_page_fault as merged (3.6) and as it is in 6.1: a store that faults on a write-protected spte of a linear mapping is let
 * through without mmu_lock, if the spte itself says that nothing but dirty logging forbids it. Source: sheet 6.2.
 */

const L = slots(
  ...(['vaHi', 'vaLo', 'error', 'gfn'] as const),
  ...(['sfn', 'level', 'index', 'hi', 'lo', 'newLo', 'result', 'tries', 'found'] as const),
);

/** What a step came to, for its caption. */
const BELOW = 1;
const GONE = 2;
const WRITABLE = 3;
const FORBIDDEN = 4;
const OPEN = 5;
const LARGE = 6;
const CHANGED = 7;

const TRIES = 5;

/** page_fault_can_be_fast: a store that found the page mapped. Without A and D bits of the processor there would be more. */
export function canBeFast(error: number): boolean {
  const wanted = PFEC_P | PFEC_W;
  return (error & (wanted | PFEC_RSVD)) === wanted;
}

/** Where the spte of the leaf was found, as people say it. */
const place = (t: Thread, k: Kvm): string =>
  `entry ${sayIndex(t.get(L.index))} of ${k.describe(t.get(L.sfn))}`;

function stand(t: Thread, k: Kvm, sfn: number, level: number): void {
  t.set(L.sfn, sfn);
  t.set(L.level, level);
  if (level > 0) t.set(L.index, shadowIndex(k, t.actor, level, t.get(L.vaHi), t.get(L.vaLo)));
  standOn(k, t.actor, sfn);
}

/** The leaf, or the place where there is none, has been read. */
function judge(t: Thread, k: Kvm): void {
  const lo = t.get(L.lo);
  const gone = (found: number, result: number): void => {
    t.set(L.found, found);
    t.set(L.result, result);
    t.goto('trace');
  };
  const once = k.profile.fastPath === 'once';
  if ((lo & c.SPTE_MMU_PRESENT) === 0) {
    // 3.6 lets the processor fault again; 6.1 goes the slow way at once.
    gone(GONE, once ? c.RET_PF_RETRY : c.RET_PF_INVALID);
    return;
  }
  if ((lo & c.SPTE_W) !== 0) {
    gone(WRITABLE, c.RET_PF_SPURIOUS);
    return;
  }
  const both = c.SPTE_MMU_WRITABLE | c.SPTE_HOST_WRITABLE;
  if ((lo & both) !== both) {
    gone(FORBIDDEN, c.RET_PF_INVALID);
    return;
  }
  // Only its first 4 KiB would be marked in the log (2014).
  if (!once && t.get(L.level) > 1 && k.slots.logsDirty(k.slots.of(t.get(L.gfn)))) {
    gone(LARGE, c.RET_PF_INVALID);
    return;
  }
  t.set(L.found, OPEN);
  t.set(L.newLo, lo | c.SPTE_W);
}

/** fast_pf_fix_direct_spte: one compare-and-exchange of the whole spte. */
function exchange(t: Thread, k: Kvm): void {
  const sfn = t.get(L.sfn);
  const index = t.get(L.index);
  if (k.hi(sfn, index) === t.get(L.hi) && k.lo(sfn, index) === t.get(L.lo)) {
    k.memory.write64(sfn, index, t.get(L.hi), t.get(L.newLo));
    t.set(L.result, c.RET_PF_FIXED);
    if (k.on('dirty-after-open')) k.vcpu(t.actor).set('toLog', sptePointer(sfn, index));
    t.goto(k.on('dirty-after-open') ? 'log' : 'trace');
    return;
  }
  t.set(L.found, CHANGED);
  t.set(L.tries, t.get(L.tries) + 1);
  if (k.profile.fastPath === 'once') {
    t.set(L.result, c.RET_PF_RETRY);
    t.goto('trace');
  } else if (t.get(L.tries) === TRIES) t.goto('trace');
  else t.goto('top');
}

function sayJudge(t: Thread, k: Kvm): string {
  switch (t.get(L.found)) {
    case GONE:
      return 'There is no mapping any more: somebody was faster.';
    case WRITABLE:
      return `${place(t, k)} lets the page be written already. There was nothing to fix.`;
    case FORBIDDEN:
      return `${place(t, k)} is not MMU-writable: the page is a table, or the host forbids writing. That is for the slow way.`;
    case LARGE:
      return 'It maps a large page, of which the dirty log would note the first 4 KiB only. That is for the slow way.';
    default:
      return `${place(t, k)} is MMU-writable: only dirty logging took W away. It can be given back without the lock.`;
  }
}

/**
 * fast_page_fault. Arguments: va, halves; the hardware's error code; the gfn that the access is for. Returns RET_PF_*:
 * RET_PF_INVALID to go the slow way. Takes no lock.
 */
export const kvmFastPageFault = procedure<Kvm>({
  name: 'fast_page_fault',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'Gives W back to an spte that only dirty logging has write-protected, without mmu_lock (sheet 6.2).',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'fast_page_fault(va, error): interrupts off; mode = READING_SHADOW_PAGE_TABLES; smp_mb',
      touch: 'racy',
      run: (t, k) => {
        t.set(L.result, c.RET_PF_INVALID);
        const top = shadowTop(k, t.actor, k.vcpu(t.actor).get('root'), t.get(L.vaLo));
        beginReading(k, t.actor, top.sfn);
      },
      say: (t, k) =>
        k.on('walk-guard')
          ? `vCPU ${t.actor} will read shadow tables without mmu_lock. Its interrupts are off, and it says so: whoever frees a table has to wait for it.`
          : `vCPU ${t.actor} will read shadow tables without mmu_lock. Nothing tells those who free tables.`,
    },
    {
      label: 'top',
      line: '  table = root',
      touch: 'racy',
      run: (t, k) => {
        const top = shadowTop(k, t.actor, k.vcpu(t.actor).get('root'), t.get(L.vaLo));
        stand(t, k, top.sfn, top.level);
        t.set(L.lo, 0);
        t.set(L.hi, 0);
        if (top.level === 0) t.goto('judge');
      },
      say: (t, k) =>
        t.get(L.found) === CHANGED
          ? `The spte was changed since it was read. The walk begins again at ${k.describe(t.get(L.sfn))}.`
          : `The walk begins at ${k.describe(t.get(L.sfn))}.`,
    },
    {
      label: 'read',
      line: '  spte = READ_ONCE(table[index]); names a table: go on in it',
      touch: 'racy',
      run: (t, k) => {
        const sfn = t.get(L.sfn);
        const index = t.get(L.index);
        const hi = k.hi(sfn, index);
        const lo = k.lo(sfn, index);
        t.set(L.hi, hi);
        t.set(L.lo, lo);
        if ((lo & c.SPTE_MMU_PRESENT) === 0 || isLast(lo, t.get(L.level))) {
          t.set(L.found, (lo & c.SPTE_MMU_PRESENT) === 0 ? GONE : OPEN);
          // 3.6 asks the page which frame the spte maps; 6.1 goes by the fault's. For linear mappings that is the same.
          if (t.get(L.found) === OPEN && k.profile.fastPath === 'once')
            t.set(L.gfn, gfnOfEntry(k, sfn, index));
          return;
        }
        t.set(L.found, BELOW);
        stand(t, k, frameOf(hi, lo), t.get(L.level) - 1);
        t.goto('read');
      },
      say: (t, k) =>
        t.get(L.found) === BELOW
          ? `The entry names ${k.describe(t.get(L.sfn))}: the walk goes on there.`
          : t.get(L.found) === GONE
            ? `${place(t, k)} is empty.`
            : `${place(t, k)} maps a page. What it holds now may be different a moment later.`,
    },
    {
      label: 'judge',
      line: '  gone: leave; W: spurious; not (Host- and MMU-writable): slow; large and logged: slow; new = spte | W',
      touch: 'private',
      run: (t, k) => {
        judge(t, k);
        if (t.get(L.found) === OPEN) t.goto(k.on('dirty-after-open') ? 'exchange' : 'log-early');
      },
      say: sayJudge,
    },
    {
      label: 'log-early',
      line: '  (mark the gfn in the dirty log too early)',
      touch: 'racy',
      beat: true,
      run: (t, k) => markDirty(k, t.get(L.gfn)),
      say: (t, k) =>
        `Frame ${k.name(t.get(L.gfn))} is marked as dirty before it can be written. A harvest in between takes the mark.`,
    },
    {
      label: 'exchange',
      line: '  cmpxchg(sptep, spte, new); changed meanwhile: 3.6 lets it fault again, 6.1 reads again, five times at most',
      touch: 'racy',
      beat: true,
      // A locked instruction leaves the processor behind its own stores.
      when: (t, k) => k.machine.storeBuffers.empty(t.actor),
      run: exchange,
      say: (t, k) =>
        t.get(L.result) === c.RET_PF_FIXED
          ? `One compare-and-exchange: ${place(t, k)} is writable now. No lock was taken.`
          : `${place(t, k)} is not what was read: the exchange fails, and nothing is changed.`,
    },
    {
      label: 'log',
      line: '  mark the gfn in the dirty log',
      touch: 'racy',
      run: (t, k) => {
        markDirty(k, t.get(L.gfn));
        k.vcpu(t.actor).set('toLog', 0);
      },
      say: (t, k) =>
        `Frame ${k.name(t.get(L.gfn))} is marked in the dirty log, after its spte was opened: a harvest that takes the mark finds W set, and clears it.`,
    },
    {
      label: 'trace',
      line: '  trace fast_page_fault',
      touch: 'racy',
      run: (t, k) => {
        const sfn = t.get(L.sfn);
        const index = t.get(L.index);
        const result = t.get(L.result);
        const known = t.get(L.level) > 0;
        k.world.emit(
          KvmFastPageFault,
          ...([t.actor, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error), sfn, index] as const),
          ...([t.get(L.hi), t.get(L.lo)] as const),
          ...([known ? k.hi(sfn, index) : 0, known ? k.lo(sfn, index) : 0] as const),
          result === c.RET_PF_SPURIOUS ? 1 : 0,
          result === c.RET_PF_FIXED ? 1 : 0,
        );
      },
      say: (t) => {
        switch (t.get(L.result)) {
          case c.RET_PF_FIXED:
            return 'The fault is fixed.';
          case c.RET_PF_SPURIOUS:
            return 'The fault was spurious.';
          case c.RET_PF_RETRY:
            return 'The processor may try again: if something is still wrong it will fault again.';
          default:
            return 'The fast way does not serve: the slow one must.';
        }
      },
    },
    {
      label: 'end',
      line: '  smp_mb; mode = OUTSIDE_GUEST_MODE; interrupts on',
      touch: 'racy',
      run: (t, k) => {
        endReading(k, t.actor);
        const result = t.get(L.result);
        if (result === c.RET_PF_FIXED || result === c.RET_PF_SPURIOUS) k.world.count('pf_fast');
        t.ret(result);
      },
      say: (t, k) =>
        `vCPU ${t.actor} stands on no shadow table any more${k.on('walk-guard') ? ': tables can be freed again' : ''}. The access was at ${sayVa(k.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))}.`,
    },
  ],
});
