import { word } from '../../base';
import { procedure, slots } from '../../kernel';
import { EntryUnreachable, findEntry, OUTCOME_IMPOSSIBLE, OUTCOME_REFUSED } from '../../machine';
import { changeOf } from './change';
import { delivery } from './deliver';
import { failed } from './edit';
import { LazyEntered, LazyLeft, MprotectStarted } from './events';
import { guestFlush } from './flushTlb';
import { freePtl, sayLocked, sayUnlocked, takePtl, unlockPtl } from './locks';
import { PROT_READ, type Pv } from './state';

const L = slots(
  ...(['vaHi', 'vaLo', 'pages', 'prot'] as const),
  ...(['table', 'index', 'here', 'nth', 'done'] as const),
  ...(['outcome', 'oldHi', 'oldLo', 'failed'] as const),
);

/** The address of the page that is next. */
export function pageVa(hi: number, lo: number, nth: number): ReturnType<typeof word> {
  const low = (lo >>> 0) + nth * 4096;
  return word(hi + Math.floor(low / 0x1_0000_0000), low);
}

/** Entries of a level-1 table. */
const entries = (pv: Pv, v: number): number => (pv.mode(v).indexMask[1] as number) + 1;

/**
 * mprotect of N pages (Linux 2.6.2x: sys_mprotect, change_protection, change_pte_range): a section per level-1 table, each with
 * its lock and its lazy mode, and one TLB flush after all of them. The same in every scheme. Source: sheet sections 4 and 7.
 */
export const mprotect = procedure<Pv>({
  name: 'sys_mprotect',
  part: 'paravirt',
  lane: 'guest',
  about:
    'Changes what a process may do with its pages: one transaction per entry, under the page-table lock (sheet section 4).',
  slots: L,
  steps: [
    {
      label: 'sem',
      line: 'mprotect(va, pages, prot): down_write(mmap_sem)',
      touch: 'racy',
      when: (_, pv) => pv.sem.get('writer') === 0 && pv.sem.get('readers') === 0,
      run: (t, pv) => {
        if ((t.get(L.prot) & PROT_READ) === 0 || t.get(L.prot) > 7 || t.get(L.pages) < 1) {
          pv.machine.vcpu(t.actor).set('outcome', OUTCOME_REFUSED);
          t.ret();
          return;
        }
        pv.sem.set('writer', t.actor + 1);
        pv.world.emit(MprotectStarted, t.actor, t.get(L.vaHi), t.get(L.vaLo), t.get(L.pages), t.get(L.prot));
      },
      say: (t, pv) =>
        pv.machine.vcpu(t.actor).get('outcome') === OUTCOME_REFUSED
          ? 'Refused: protections are 1 (read) with 2 (write) and 4 (execute) added, for one page or more.'
          : `vCPU ${t.actor} holds the map of the process for writing: no fault handler of this process gets past it.`,
    },
    {
      label: 'section',
      line: 'for each level-1 table: its entries; the map says prot from now on',
      touch: 'racy',
      run: (t, pv) => {
        const v = t.actor;
        const va = pageVa(t.get(L.vaHi), t.get(L.vaLo), t.get(L.done));
        const found = findEntry(pv.machine, v, va, 1);
        if (found.kind === 'none') {
          pv.machine.vcpu(v).set('outcome', OUTCOME_IMPOSSIBLE);
          pv.world.emit(EntryUnreachable, v, va.hi, va.lo, 1, found.reason);
          t.goto('sem-up');
          return;
        }
        t.set(L.table, found.gfn);
        t.set(L.index, found.index);
        t.set(L.nth, 0);
        t.set(L.here, Math.min(t.get(L.pages) - t.get(L.done), entries(pv, v) - found.index));
        for (let i = 0; i < t.get(L.here); i++) pv.setVma(found.gfn, found.index + i, t.get(L.prot));
      },
      say: (t, pv) =>
        pv.machine.vcpu(t.actor).get('outcome') === OUTCOME_IMPOSSIBLE
          ? 'There is no table for these pages: nothing to change.'
          : `${t.get(L.here)} of the pages have their entries in one table: a section of its own.`,
    },
    {
      label: 'lock',
      line: '  lock(ptl)',
      touch: 'racy',
      beat: true,
      when: (t, pv) => freePtl(pv, t.get(L.table)),
      run: (t, pv) => takePtl(t, pv, t.get(L.table)),
      say: (t, pv) => sayLocked(t, pv, t.get(L.table)),
    },
    {
      label: 'lazy',
      line: '  enter lazy mode',
      touch: 'private',
      run: (t, pv) => {
        if (!pv.scheme.lazy || !pv.on('lazy')) return;
        pv.vcpu(t.actor).set('lazy', 1);
        pv.world.emit(LazyEntered, t.actor);
      },
      say: (t, pv) =>
        pv.lazy(t.actor)
          ? 'From here on updates for the hypervisor may wait.'
          : 'There is no lazy mode here: nothing waits.',
    },
    {
      label: 'page',
      line: '  for each page: modify_prot_start, modify_prot_commit',
      touch: 'private',
      run: (t, pv) => {
        if (t.get(L.nth) === t.get(L.here)) t.goto('leave');
        else
          t.call(
            changeOf(pv, t.get(L.prot)),
            [t.get(L.table), t.get(L.index) + t.get(L.nth), t.get(L.prot)],
            L.outcome,
          );
      },
      say: (t) =>
        t.get(L.nth) === t.get(L.here)
          ? 'All entries of this table are done.'
          : `Page ${t.get(L.done) + 1} of ${t.get(L.pages)}.`,
    },
    {
      label: 'changed',
      line: '    next page',
      touch: 'private',
      run: (t, pv) => {
        const bad = failed(t.get(L.outcome)) || pv.machine.vcpu(t.actor).get('outcome') !== 0;
        if (bad) {
          t.set(L.failed, 1);
          t.goto('leave');
          return;
        }
        t.set(L.nth, t.get(L.nth) + 1);
        t.set(L.done, t.get(L.done) + 1);
        t.goto('page');
      },
      say: (t) =>
        t.get(L.failed) === 0
          ? 'This entry is done.'
          : 'The hypervisor did not let the kernel change its entry: it gives up.',
    },
    {
      label: 'leave',
      line: '  leave lazy mode: deliver what waits',
      touch: 'private',
      run: (t, pv) => {
        const v = t.actor;
        if (pv.lazy(v)) {
          pv.vcpu(v).set('lazy', 0);
          pv.world.emit(LazyLeft, v);
        }
        pv.vcpu(v).set('flushOwed', 1);
        if (pv.on('flush-before-unlock') && pv.queue(v).count > 0) t.call(delivery(pv), [], L.outcome);
      },
      say: (t, pv) =>
        pv.queue(t.actor).count === 0
          ? 'Nothing waits.'
          : pv.on('flush-before-unlock')
            ? `${pv.queue(t.actor).count} updates are delivered before the lock is released.`
            : `${pv.queue(t.actor).count} updates still wait, although the lock is about to be released.`,
    },
    {
      label: 'unlock',
      line: '  unlock(ptl)',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        unlockPtl(t, pv, t.get(L.table));
        if (t.get(L.failed) === 0 && t.get(L.done) < t.get(L.pages)) t.goto('section');
      },
      say: (t, pv) => sayUnlocked(t, pv, t.get(L.table)),
    },
    {
      label: 'tlb',
      line: 'flush the TLB for the range',
      touch: 'private',
      run: (t) => t.callThen('sem-up', guestFlush, [t.get(L.vaHi), t.get(L.vaLo), t.get(L.pages)], L.outcome),
      say: 'Only now, with the lock released: until the flush every processor may go by the old translations.',
    },
    {
      label: 'sem-up',
      line: 'up_write(mmap_sem)',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        pv.sem.set('writer', 0);
        pv.vcpu(t.actor).set('flushOwed', 0);
        t.ret();
      },
      say: 'mprotect is over: fault handlers of the process may go on.',
    },
  ],
});
