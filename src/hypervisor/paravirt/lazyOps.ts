import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { findEntry, OUTCOME_IMPOSSIBLE, OUTCOME_REFUSED, sayIndex, sayValue } from '../../machine';
import { delivery } from './deliver';
import { LazyEntered, LazyLeft, PteRead } from './events';
import { guestFlush } from './flushTlb';
import { freePtl, takePtl, unlockPtl } from './locks';
import { SET, SET_KEEPING_MARKS } from './queue';
import { S, setSteps } from './setEntry';
import type { Pv } from './state';

const E = slots('vaHi', 'vaLo', 'table', 'index');

/** Takes the lock of the table that maps an address, and enters lazy mode. Entering twice is a BUG (rule R3). */
export const lazyEnter = procedure<Pv>({
  name: 'enter_lazy_mmu_mode',
  part: 'paravirt',
  lane: 'guest',
  about: 'lock(ptl), arch_enter_lazy_mmu_mode: updates may wait from here on (sheet R1, R3).',
  slots: E,
  steps: [
    {
      label: 'lock',
      line: 'lock(ptl); already lazy? BUG',
      touch: 'racy',
      when: (t, pv) => {
        const found = findEntry(pv.machine, t.actor, { hi: t.get(E.vaHi), lo: t.get(E.vaLo) }, 1);
        return pv.lazy(t.actor) || found.kind === 'none' || freePtl(pv, found.gfn);
      },
      run: (t, pv) => {
        const r = pv.machine.vcpu(t.actor);
        const found = findEntry(pv.machine, t.actor, { hi: t.get(E.vaHi), lo: t.get(E.vaLo) }, 1);
        if (pv.lazy(t.actor) || found.kind === 'none') {
          r.set('outcome', pv.lazy(t.actor) ? OUTCOME_REFUSED : OUTCOME_IMPOSSIBLE);
          t.ret();
          return;
        }
        t.set(E.table, found.gfn);
        takePtl(t, pv, found.gfn);
      },
      say: (t, pv) =>
        pv.machine.vcpu(t.actor).get('outcome') === OUTCOME_REFUSED
          ? 'Refused: the kernel is in lazy mode already, and the mode does not nest. Leave it first.'
          : `vCPU ${t.actor} takes the lock of table ${frameName(t.get(E.table))}.`,
    },
    {
      label: 'enter',
      line: 'lazy = 1',
      touch: 'private',
      run: (t, pv) => {
        pv.vcpu(t.actor).set('lazy', 1);
        pv.world.emit(LazyEntered, t.actor);
        t.ret();
      },
      say: 'Updates may wait from here on.',
    },
  ],
});

const V = slots('table', 'r');

export const lazyLeave = procedure<Pv>({
  name: 'leave_lazy_mmu_mode',
  part: 'paravirt',
  lane: 'guest',
  about: 'arch_leave_lazy_mmu_mode, unlock(ptl): what waits is delivered before the lock goes (sheet R2).',
  slots: V,
  steps: [
    {
      label: 'leave',
      line: 'lazy = 0; deliver what waits',
      touch: 'private',
      run: (t, pv) => {
        if (pv.lazy(t.actor)) {
          pv.vcpu(t.actor).set('lazy', 0);
          pv.world.emit(LazyLeft, t.actor);
        }
        if (pv.on('flush-before-unlock') && pv.queue(t.actor).count > 0) t.call(delivery(pv), [], V.r);
      },
      say: (t, pv) => `${pv.queue(t.actor).count} updates wait.`,
    },
    {
      label: 'unlock',
      line: 'unlock(ptl)',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        for (const table of pv.lockedBy(t.actor)) unlockPtl(t, pv, table);
        t.ret();
      },
      say: 'The lock is free again.',
    },
  ],
});

/** set_pte, or the commit of a transaction, with a value that the scenario gives. */
const setEntry = (name: string, about: string, kind: number) =>
  procedure<Pv>({
    name,
    part: 'paravirt',
    lane: 'guest',
    about,
    slots: S,
    steps: [
      {
        label: 'find',
        line: 'pte = the entry for va',
        touch: 'racy',
        run: (t, pv) => {
          const found = findEntry(pv.machine, t.actor, { hi: t.get(S.vaHi), lo: t.get(S.vaLo) }, 1);
          if (found.kind === 'none') {
            pv.machine.vcpu(t.actor).set('outcome', OUTCOME_IMPOSSIBLE);
            t.ret();
            return;
          }
          t.set(S.table, found.gfn);
          t.set(S.index, found.index);
        },
        say: (t) => `The entry is ${sayIndex(t.get(S.index))} of table ${frameName(t.get(S.table))}.`,
      },
      ...setSteps(kind),
    ],
  });

export const setPte = setEntry('set_pte', 'The kernel gives an entry a new value.', SET);
export const commitPte = setEntry(
  'ptep_modify_prot_commit',
  'The second half of a transaction: a value that shall keep the marks of the moment.',
  SET_KEEPING_MARKS,
);

export const readPte = procedure<Pv>({
  name: 'read_pte',
  part: 'paravirt',
  lane: 'guest',
  about:
    'The kernel reads an entry through the raw pointer: what stands in the table, not what waits in a queue (Z4).',
  slots: E,
  steps: [
    {
      label: 'read',
      line: 'value = *pte',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const r = pv.machine.vcpu(t.actor);
        const found = findEntry(pv.machine, t.actor, { hi: t.get(E.vaHi), lo: t.get(E.vaLo) }, 1);
        if (found.kind === 'none') r.set('outcome', OUTCOME_IMPOSSIBLE);
        else {
          const { hi, lo } = pv.entry(t.actor, found.gfn, found.index);
          r.set('resultHi', hi);
          r.set('resultLo', lo);
          pv.world.emit(PteRead, t.actor, found.gfn, found.index, hi, lo);
        }
        t.ret();
      },
      say: (t, pv) => {
        const r = pv.machine.vcpu(t.actor);
        return `The table says ${sayValue(r.get('resultHi'), r.get('resultLo'))}${pv.queue(t.actor).count > 0 ? ', whatever still waits in the queue' : ''}.`;
      },
    },
  ],
});

const F = slots('vaHi', 'vaLo', 'r');

export const flushPage = procedure<Pv>({
  name: 'flush_tlb_page',
  part: 'paravirt',
  lane: 'guest',
  about: 'The kernel flushes one page from all TLBs.',
  slots: F,
  steps: [
    {
      label: 'flush',
      line: 'flush(va, one page)',
      touch: 'private',
      run: (t) => t.callThen('done', guestFlush, [t.get(F.vaHi), t.get(F.vaLo), 1], F.r),
      say: 'The kernel wants everybody to forget this page.',
    },
    { label: 'done', line: 'return', touch: 'private', run: (t) => t.ret(), say: 'Done.' },
  ],
});
