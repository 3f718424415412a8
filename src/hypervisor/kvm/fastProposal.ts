import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, type Halves, PFEC_I, PFEC_P, PFEC_RSVD, PFEC_U, PFEC_W, sayIndex } from '../../machine';
import * as c from './constants';
import { KvmFastPageFault } from './events';
import { gfnOfEntry } from './link';
import { sptePointer, WRITE_PROTECT } from './pteList';
import {
  drained,
  plainStore,
  readRmapWord,
  readSpte,
  roomLeft,
  spteReady,
  storeSpte,
  storeTopByte,
} from './racyWords';
import { markDirty } from './setSpte';
import { shadowIndex, shadowTop } from './shadowWalk';
import type { Kvm } from './state';

const L = slots(
  ...(['vaHi', 'vaLo', 'error', 'sfn', 'level', 'index'] as const),
  // The spte as read, and as it is expected to be at the exchange.
  ...(['hi', 'lo', 'wantHi', 'gfn', 'result', 'aborted'] as const),
);

const spte: Halves = { hi: 0, lo: 0 };

/**
 * Whether a fault is one that more rights in the spte alone could end: a store, everything present, no reserved bit. Only where the
 * processor walks in the 4-level mode: in PAE mode bits 52 to 62 of an entry are reserved, an identification left behind would fault.
 */
export const mayBeFast = (k: Kvm, v: number, error: number): boolean =>
  k.profile.fastPath === 'identification' &&
  k.machine.hwMode(v).name === '64' &&
  (error & (PFEC_P | PFEC_W | PFEC_RSVD | PFEC_I)) === (PFEC_P | PFEC_W);

/** What a vCPU leaves in the spte; 0: none (or a vCPU beyond what seven bits can tell apart, which is not fast). */
export function identification(k: Kvm, v: number): number {
  if (!k.on('identification')) return 0;
  return k.on('unique-id') ? v + 1 : 1;
}

const idOf = (hi: number): number => (hi & c.SPTE_ID_HI) >>> c.SPTE_ID_SHIFT_HI;
const place = (t: Thread, k: Kvm): string =>
  `entry ${sayIndex(t.get(L.index))} of ${k.describe(t.get(L.sfn))}`;
const buffered = (k: Kvm): boolean => k.machine.storeBuffers.depth > 0;
const who = (t: Thread): string => `vCPU ${t.actor}`;

/** F3 as an operation that is visible at once. */
const atOnce = (k: Kvm): boolean => k.on('id-locked') || k.on('id-cmpxchg');

/** Changes the spte if it still is what was read, at once; says whether it was. */
function exchange(k: Kvm, t: Thread, expectedHi: number, hi: number, lo: number): boolean {
  const [sfn, index] = [t.get(L.sfn), t.get(L.index)];
  if (k.hi(sfn, index) !== expectedHi || k.lo(sfn, index) !== t.get(L.lo)) return false;
  k.memory.write64(sfn, index, hi, lo);
  return true;
}

/** Stores an identification in the form that the switches say: F3, and an abort that clears it. */
function storeId(t: Thread, k: Kvm, hi: number): void {
  const [sfn, index] = [t.get(L.sfn), t.get(L.index)];
  if (k.on('id-locked'))
    k.memory.write32(sfn, 2 * index + 1, (k.hi(sfn, index) & 0xff_ffff) | (hi & ~0xff_ffff));
  else if (k.on('id-whole-word')) storeSpte(t, k, sfn, index, hi, t.get(L.lo));
  else storeTopByte(t, k, sfn, index, hi >>> 24);
}

/** fast_page_fault, as the later tracepoint tells it: the spte before and after, and what came of it. */
function trace(t: Thread, k: Kvm, oldHi: number, oldLo: number, newHi: number, newLo: number): void {
  const result = t.get(L.result);
  k.world.emit(
    KvmFastPageFault,
    ...([t.actor, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error), t.get(L.sfn), t.get(L.index)] as const),
    ...([oldHi, oldLo, newHi, newLo] as const),
    ...([result === c.RET_PF_SPURIOUS ? 1 : 0, result === c.RET_PF_FIXED ? 1 : 0] as const),
  );
}

/** Nothing has been changed, and nothing will be. */
function leave(t: Thread, k: Kvm, result: number): void {
  t.set(L.result, result);
  trace(t, k, t.get(L.hi), t.get(L.lo), t.get(L.hi), t.get(L.lo));
  t.goto('end');
}

const slow = (t: Thread, k: Kvm): void => leave(t, k, c.RET_PF_INVALID);

/** Which frame the spte maps, as its page remembers it: read without the lock. */
function readGfn(t: Thread, k: Kvm): void {
  t.set(L.gfn, gfnOfEntry(k, t.get(L.sfn), t.get(L.index)));
}

function log(t: Thread, k: Kvm): void {
  markDirty(k, t.get(L.gfn));
}

const sayGfn = (t: Thread, k: Kvm): string => `${place(t, k)} maps frame ${k.name(t.get(L.gfn))}.`;
const sayLog = (t: Thread, k: Kvm): string =>
  k.slots.logsDirty(k.slots.of(t.get(L.gfn)))
    ? `Frame ${k.name(t.get(L.gfn))} is marked in the dirty log.`
    : 'The memory slot keeps no dirty log: there is nothing to mark.';

/**
 * The fast page fault as proposed in March 2012: a store that only a write-protected spte keeps from going through is let through without
 * mmu_lock. Arguments: address, halves; error code. Returns FIXED, SPURIOUS, or INVALID: go the slow way. Source: sheet 5.3, 5.11.
 */
export const fastPageFaultProposal = procedure<Kvm>({
  name: 'fast_page_fault_2012',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'Opens a write-protected spte without mmu_lock, as proposed in March 2012 (sheet 5.3).',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'fast_page_fault: begin to walk without the lock',
      touch: 'racy',
      run: (t, k) => {
        const vcpu = k.vcpu(t.actor);
        vcpu.set('rcuReader', 1);
        const { sfn, level } = shadowTop(k, t.actor, vcpu.get('root'), t.get(L.vaLo));
        t.set(L.sfn, sfn);
        t.set(L.level, level);
        t.set(L.result, c.RET_PF_INVALID);
        if (sfn === 0 || t.actor + 1 > c.MAX_ID) t.goto('end');
      },
      say: (t) =>
        `${who(t)} does not take mmu_lock. It says that it reads the shadow tables, so that none of them is freed under it.`,
    },
    {
      label: 'walk',
      line: '  walk to the last level',
      touch: 'racy',
      run: (t, k) => {
        const { level, sfn } = { level: t.get(L.level), sfn: t.get(L.sfn) };
        const index = shadowIndex(k, t.actor, level, t.get(L.vaHi), t.get(L.vaLo));
        t.set(L.index, index);
        if (level === 1) {
          t.goto('read');
          return;
        }
        const lo = k.lo(sfn, index);
        if ((lo & c.SPTE_MMU_PRESENT) === 0 || (lo & c.SPTE_PS) !== 0) {
          slow(t, k);
          return;
        }
        t.set(L.sfn, frameOf(k.hi(sfn, index), lo));
        t.set(L.level, level - 1);
        t.goto('walk');
      },
      say: (t, k) =>
        t.get(L.level) === 1
          ? `It goes down to ${k.describe(t.get(L.sfn))}.`
          : 'It goes down the shadow tables.',
    },
    {
      label: 'read',
      line: '  old = *spte; absent, or more is missing than W: slow; W set already: spurious',
      touch: 'racy',
      beat: true,
      when: (t, k) => spteReady(t, k, t.get(L.sfn), t.get(L.index)),
      run: (t, k) => {
        readSpte(t, k, t.get(L.sfn), t.get(L.index), spte);
        const { hi, lo } = spte;
        t.set(L.hi, hi);
        t.set(L.lo, lo);
        const user = (t.get(L.error) & PFEC_U) !== 0;
        const gate = !k.on('allow-write-gate') || (lo & c.SPTE_MMU_WRITABLE) !== 0;
        if ((lo & c.SPTE_MMU_PRESENT) === 0 || (user && (lo & c.SPTE_U) === 0) || !gate) slow(t, k);
        else if ((lo & c.SPTE_W) !== 0) {
          leave(t, k, c.RET_PF_SPURIOUS);
        } else {
          const id = identification(k, t.actor) << c.SPTE_ID_SHIFT_HI;
          t.set(L.wantHi, id === 0 ? hi : (hi & ~c.SPTE_ID_HI) | id);
          if (k.on('gfn-after-id')) t.goto(id === 0 ? 'gfn' : 'identify');
        }
      },
      say: (t, k) => {
        const lo = t.get(L.lo);
        if ((lo & c.SPTE_MMU_PRESENT) === 0) return `${place(t, k)} is gone meanwhile: the slow way.`;
        if ((lo & c.SPTE_W) !== 0)
          return `${place(t, k)} can be written already: somebody else was first, or the TLB was old.`;
        if (
          t.get(L.result) === c.RET_PF_INVALID &&
          k.on('allow-write-gate') &&
          (lo & c.SPTE_MMU_WRITABLE) === 0
        )
          return `${place(t, k)} is read-only because the guest or the host wants it so: the slow way.`;
        return `${who(t)} reads ${place(t, k)}: read-only, though guest and host let it be written. Setting W would be enough.`;
      },
    },
    {
      label: 'early_gfn',
      line: '  gfn of the spte (without the switch gfn-after-id)',
      touch: 'racy',
      run: (t, k) => {
        readGfn(t, k);
        if (identification(k, t.actor) === 0) t.goto('flag');
      },
      say: sayGfn,
    },
    {
      label: 'identify',
      line: '  id byte of *spte = my identification',
      touch: (t, k) => (atOnce(k) ? 'racy' : plainStore(t, k)),
      beat: true,
      when: (t, k) => (atOnce(k) ? drained(t, k) : roomLeft(t, k)),
      run: (t, k) => {
        if (!k.on('id-cmpxchg')) storeId(t, k, t.get(L.wantHi));
        else if (!exchange(k, t, t.get(L.hi), t.get(L.wantHi), t.get(L.lo))) slow(t, k);
      },
      say: (t, k) => {
        const id = idOf(t.get(L.wantHi));
        if (k.on('id-cmpxchg'))
          return t.get(L.wantHi) === k.hi(t.get(L.sfn), t.get(L.index))
            ? `${who(t)} exchanges the spte for one with its identification, ${id}. Everybody sees it at once.`
            : 'The spte is not what was read any more: no identification is left, the slow way.';
        const how = k.on('id-whole-word')
          ? `stores the whole spte as it was read, with its identification, ${id}, in the top byte`
          : `writes its identification, ${id}, into the top byte of the spte`;
        if (k.on('id-locked')) return `${who(t)} ${how}. The operation is locked: everybody sees it at once.`;
        return `${who(t)} ${how}.${buffered(k) ? ' The store waits in its buffer.' : ''}`;
      },
    },
    {
      label: 'barrier',
      line: '  smp_mb()',
      touch: 'private',
      when: (t, k) => !k.on('fast-barrier') || drained(t, k),
      run: (t, k) => {
        if (!k.on('gfn-after-id')) t.goto('flag');
      },
      say: (t, k) => {
        if (!k.on('fast-barrier'))
          return `There is no barrier here: ${who(t)} goes on while its identification may still be in its store buffer.`;
        return buffered(k)
          ? `The store buffer of ${who(t)} is empty: its identification is visible before it looks at the flag.`
          : 'The identification is visible before the flag is read.';
      },
    },
    {
      label: 'gfn',
      line: '  gfn of the spte: whoever makes it map another one erases the identification',
      touch: 'racy',
      run: readGfn,
      say: sayGfn,
    },
    {
      label: 'flag',
      line: '  if rmap[gfn] & WRITE_PROTECT: give up',
      touch: 'racy',
      beat: true,
      run: (t, k) => {
        const flagged = k.on('rmap-flag') && (readRmapWord(t, k, t.get(L.gfn)) & WRITE_PROTECT) !== 0;
        t.set(L.aborted, flagged ? 1 : 0);
        if (flagged) t.goto('abort');
        else if (k.on('dirty-after-open')) t.goto('exchange');
      },
      say: (t, k) => {
        if (!k.on('rmap-flag'))
          return 'There is no flag to look at: nothing tells whether somebody write-protects the frame.';
        return t.get(L.aborted) !== 0
          ? `The rmap of frame ${k.name(t.get(L.gfn))} says that it is write-protected: ${who(t)} gives up and goes the slow way.`
          : `The rmap of frame ${k.name(t.get(L.gfn))} has no write-protect mark.`;
      },
    },
    {
      label: 'early_log',
      line: '  mark_page_dirty(gfn) (without the switch dirty-after-open)',
      touch: 'racy',
      run: log,
      say: sayLog,
    },
    {
      label: 'exchange',
      line: '  lock cmpxchg(spte, old with my identification, old with W)',
      touch: 'racy',
      beat: true,
      when: drained,
      run: (t, k) => {
        const wantHi = t.get(L.wantHi);
        const [sfn, index] = [t.get(L.sfn), t.get(L.index)];
        const hi = identification(k, t.actor) === 0 ? wantHi : wantHi & ~c.SPTE_ID_HI;
        const lo = t.get(L.lo) | c.SPTE_W;
        const [wasHi, wasLo] = [k.hi(sfn, index), k.lo(sfn, index)];
        let done = true;
        if (k.on('compare-exchange')) done = exchange(k, t, wantHi, hi, lo);
        else k.memory.write64(sfn, index, hi, lo);
        t.set(L.result, done ? c.RET_PF_FIXED : c.RET_PF_INVALID);
        trace(t, k, wasHi, wasLo, k.hi(sfn, index), k.lo(sfn, index));
        // I19: an exchange that succeeds changes nothing but W and the identification.
        if (done)
          k.vcpu(t.actor).set(
            'exchangedMore',
            ((wasHi ^ hi) & ~c.SPTE_ID_HI) !== 0 || ((wasLo ^ lo) & ~c.SPTE_W) !== 0 ? 1 : 0,
          );
        if (!done || !k.on('dirty-after-open')) t.goto('end');
        else k.vcpu(t.actor).set('toLog', sptePointer(sfn, index));
      },
      say: (t, k) => {
        if (t.get(L.result) !== c.RET_PF_FIXED)
          return `${place(t, k)} is not what ${who(t)} left there: somebody has been at it. Nothing is changed, the slow way.`;
        return k.on('compare-exchange')
          ? `${place(t, k)} still is what ${who(t)} left there: W is set and the identification taken out, in one operation.`
          : `${who(t)} overwrites ${place(t, k)}, whatever it holds by now: W is set.`;
      },
    },
    {
      label: 'log',
      line: '  mark_page_dirty(gfn)',
      touch: 'racy',
      run: (t, k) => {
        log(t, k);
        k.vcpu(t.actor).set('toLog', 0);
        t.goto('end');
      },
      say: sayLog,
    },
    {
      label: 'abort',
      line: '  take the identification back, or leave it there',
      touch: (t, k) =>
        clears(k) === 'store' ? plainStore(t, k) : clears(k) === 'leave' ? 'private' : 'racy',
      when: (t, k) => (clears(k) === 'store' ? roomLeft(t, k) : clears(k) === 'leave' || drained(t, k)),
      run: (t, k) => {
        slow(t, k);
        const cleared = t.get(L.wantHi) & ~c.SPTE_ID_HI;
        const how = clears(k);
        if (how === 'exchange') exchange(k, t, t.get(L.wantHi), cleared, t.get(L.lo));
        else if (how !== 'leave') storeId(t, k, cleared);
      },
      say: (t, k) =>
        clears(k) === 'leave'
          ? 'Its identification stays in the spte: the next protector erases it, no harm is done.'
          : `${who(t)} takes its identification out of the spte.`,
    },
    {
      label: 'end',
      line: '  the walk without the lock is over',
      touch: 'racy',
      run: (t, k) => {
        k.vcpu(t.actor).set('rcuReader', 0);
        t.ret(t.get(L.result));
      },
      say: (t) => {
        switch (t.get(L.result)) {
          case c.RET_PF_FIXED:
            return `The fault is fixed, without mmu_lock: ${who(t)} tries its store again.`;
          case c.RET_PF_SPURIOUS:
            return `There is nothing to fix: ${who(t)} tries its store again.`;
          default:
            return 'Not fast: the fault goes the slow way, under mmu_lock.';
        }
      },
    },
  ],
});

/** What a fast path that gives up does with its identification (5.11 b). */
function clears(k: Kvm): 'leave' | 'exchange' | 'locked' | 'store' {
  if (!k.on('identification')) return 'leave';
  if (k.on('abort-exchanges')) return 'exchange';
  if (!k.on('abort-clears')) return 'leave';
  return atOnce(k) ? 'locked' : 'store';
}
