import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { A, D, OUTCOME_REFUSED, present, sayIndex } from '../../machine';
import { EntryUpdated, Hypercall, UpdateCompared, UpdateRefused } from './events';
import { SET_KEEPING_MARKS } from './queue';
import type { Pv } from './state';
import { NO_TABLE, OK, refusal, sayReason } from './validate';

const L = slots(
  ...(['nth', 'count', 'kind', 'table', 'index', 'hi', 'lo'] as const),
  ...(['oldHi', 'oldLo', 'attempts', 'reason', 'frame', 'refused'] as const),
);

/**
 * HYPERVISOR_multicall with mmu_update requests: per request the table's page lock, validation of the new value, and the loop
 * that keeps A and D (P2). No TLB is flushed: the guest asks for that. Source: sheet P6.
 */
export const multicall = procedure<Pv>({
  name: 'pv_do_mmu_update',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'Xen carries out what waits in the vCPU’s multicall buffer (mod_l1_entry, update_intpte).',
  slots: L,
  steps: [
    {
      label: 'call',
      line: 'mmu_update(requests): one entry into Xen',
      touch: 'private',
      run: (t, pv) => {
        const { count } = pv.queue(t.actor);
        t.set(L.count, count);
        if (count === 0) {
          t.ret();
          return;
        }
        pv.world.count('hypercalls');
        pv.world.emit(Hypercall, t.actor, count);
      },
      say: (t) => `One hypercall takes ${t.get(L.count)} updates to Xen.`,
    },
    {
      label: 'request',
      line: '  for each request: page_lock(table)',
      touch: 'racy',
      when: (t, pv) => {
        const nth = t.get(L.nth);
        return nth === t.get(L.count) || pv.pageLock(pv.queue(t.actor).at(nth).table) < 0;
      },
      run: (t, pv) => {
        const nth = t.get(L.nth);
        if (nth === t.get(L.count)) {
          t.goto('leave');
          return;
        }
        const u = pv.queue(t.actor).at(nth);
        pv.queue(t.actor).deliver(nth);
        t.set(L.kind, u.kind);
        t.set(L.table, u.table);
        t.set(L.index, u.index);
        t.set(L.hi, u.hi);
        t.set(L.lo, u.lo);
        t.set(L.attempts, 0);
        pv.setPageLock(u.table, t.actor);
      },
      say: (t) =>
        t.get(L.nth) === t.get(L.count)
          ? 'All requests are done.'
          : `Request ${t.get(L.nth) + 1}: Xen locks table ${frameName(t.get(L.table))}.`,
    },
    {
      label: 'validate',
      line: '    validate the new value',
      touch: 'private',
      run: (t, pv) => {
        const table = t.get(L.table);
        const level = pv.type(table);
        const why =
          level === 0 && pv.on('validation')
            ? { reason: NO_TABLE, frame: table }
            : refusal(pv, t.actor, Math.max(1, level), t.get(L.hi), t.get(L.lo));
        t.set(L.reason, why.reason);
        t.set(L.frame, why.frame);
        if (why.reason === OK) return;
        pv.world.emit(UpdateRefused, t.actor, table, t.get(L.index), why.reason);
        t.set(L.refused, 1);
        t.goto('unlock');
      },
      say: (t) =>
        t.get(L.reason) === OK
          ? 'The new value is allowed.'
          : `Refused: ${sayReason(t.get(L.reason), t.get(L.frame))}.`,
    },
    {
      label: 'read',
      line: '    old = *pte',
      touch: 'racy',
      run: (t, pv) => {
        const { hi, lo } = pv.entry(t.actor, t.get(L.table), t.get(L.index));
        t.set(L.oldHi, hi);
        t.set(L.oldLo, lo);
      },
      say: (t) => `Xen reads the entry${(t.get(L.oldLo) & D) === 0 ? '' : ': it is dirty'}.`,
    },
    {
      label: 'cmpxchg',
      line: '    cmpxchg(pte, old, keeping marks? new | old & (A | D) : new), or read again',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const [table, index] = [t.get(L.table), t.get(L.index)];
        const now = pv.entry(t.actor, table, index);
        const equal = now.hi === t.get(L.oldHi) && now.lo === t.get(L.oldLo);
        t.set(L.attempts, t.get(L.attempts) + 1);
        pv.world.emit(UpdateCompared, t.actor, table, index, equal ? 1 : 0, t.get(L.attempts));
        if (t.get(L.attempts) > pv.flags.get('attempts')) pv.flags.set('attempts', t.get(L.attempts));
        if (!equal) {
          if (((now.lo ^ t.get(L.oldLo)) & ~(A | D)) !== 0) pv.flags.set('foreignChange', 1);
          t.goto('read');
          return;
        }
        const keeps = t.get(L.kind) === SET_KEEPING_MARKS;
        const marks = keeps ? now.lo & (A | D) : 0;
        if (marks !== 0 && !present(t.get(L.lo))) pv.flags.set('marksInSwap', 1);
        pv.writeEntry(t.actor, table, index, t.get(L.hi), t.get(L.lo) | marks);
        pv.world.emit(EntryUpdated, t.actor, table, index, t.get(L.hi), t.get(L.lo) | marks);
      },
      say: (t, pv) =>
        pv.entry(t.actor, t.get(L.table), t.get(L.index)).hi === t.get(L.hi) &&
        ((pv.entry(t.actor, t.get(L.table), t.get(L.index)).lo ^ t.get(L.lo)) & ~(A | D)) === 0
          ? `Entry ${sayIndex(t.get(L.index))} has its new value${t.get(L.kind) === SET_KEEPING_MARKS ? ', with the marks that were in the table' : ', marks of the moment overwritten'}.`
          : 'The processor marked the entry in between: once more.',
    },
    {
      label: 'unlock',
      line: '    page_unlock(table)',
      touch: 'racy',
      run: (t, pv) => {
        pv.setPageLock(t.get(L.table), -1);
        t.set(L.nth, t.get(L.nth) + 1);
        t.goto('request');
      },
      say: 'Xen releases the table.',
    },
    {
      label: 'leave',
      line: '  back to the guest; a request failed? the kernel stops (BUG)',
      touch: 'private',
      run: (t, pv) => {
        pv.queue(t.actor).clear();
        if (t.get(L.refused) !== 0) pv.machine.vcpu(t.actor).set('outcome', OUTCOME_REFUSED);
        t.ret();
      },
      say: (t) =>
        t.get(L.refused) === 0
          ? 'Back to the guest.'
          : 'A request was refused: a real kernel stops here, with a BUG.',
    },
  ],
});
