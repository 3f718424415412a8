import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { sayIndex } from '../../machine';
import { setShadow } from './derive';
import { beginQueue, endQueue } from './emptyQueue';
import { EntryUpdated, Hypercall } from './events';
import type { Pv } from './state';

const L = slots('nth', 'count', 'table', 'index', 'hi', 'lo');

/**
 * KVM_HC_MMU_OP: the hypervisor carries out the records of a vCPU's buffer, each a new value for an entry: it writes the guest's
 * table, and brings the shadow in line at once, for it knows what changed. Source: sheet P10.
 */
export const mmuOp = procedure<Pv>({
  name: 'kvm_pv_mmu_op',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'KVM writes the guest’s tables for it: the records of a buffer, one after the other.',
  slots: L,
  steps: [
    beginQueue({
      line: 'mmu_op(records): one call for all of them; lock the shadow',
      count: L.count,
      event: Hypercall,
      say: (records) =>
        `One hypercall takes ${records} ${records === 1 ? 'record' : 'records'} to the hypervisor.`,
    }),
    {
      label: 'write',
      line: '  for each record: the guest’s entry = value',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const queue = pv.queue(t.actor);
        const { table, index, hi, lo } = queue.at(t.get(L.nth));
        queue.deliver(t.get(L.nth));
        t.set(L.table, table);
        t.set(L.index, index);
        t.set(L.hi, hi);
        t.set(L.lo, lo);
        pv.writeEntry(t.actor, table, index, hi, lo);
        pv.world.emit(EntryUpdated, t.actor, table, index, hi, lo);
      },
      say: (t) =>
        `The hypervisor writes entry ${sayIndex(t.get(L.index))} of table ${frameName(t.get(L.table))}: for it the table is memory like any other.`,
    },
    {
      label: 'shadow',
      line: '    shadow entry = derive(value)',
      touch: 'racy',
      run: (t, pv) => {
        setShadow(pv, t.actor, t.get(L.table), t.get(L.index), { hi: t.get(L.hi), lo: t.get(L.lo) });
        t.set(L.nth, t.get(L.nth) + 1);
        if (t.get(L.nth) < t.get(L.count)) t.goto('write');
      },
      say: (t, pv) =>
        pv.shadows.of(t.get(L.table)) < 0
          ? `Table ${frameName(t.get(L.table))} has no shadow: nothing more to do.`
          : 'And the shadow says the same at once: no fault need find out.',
    },
    endQueue('  the buffer is empty; unlock', 'All records are carried out.'),
  ],
});
