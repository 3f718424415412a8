import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { interruptible } from '../../machine';
import { setShadow } from './derive';
import { TableSynced } from './events';
import { guard } from './shadowFault';
import type { Pv } from './state';

const L = slots('table', 'index', 'changed', 'vcpu', 'guarded');

const firstUnsync = (pv: Pv): number =>
  pv.shadows.all().find(({ table, slot }) => slot === 0 && pv.shadows.unsync(table))?.table ?? -1;

/**
 * The guest flushes: every table that is out of sync is protected again, and each of its entries held against the shadow.
 * Source: sheet P9 (KVM: kvm_mmu_sync_roots).
 */
export const resyncAll = procedure<Pv>({
  name: 'pv_resync',
  part: 'paravirt',
  lane: 'resync',
  about: 'Brings the shadows of all tables that are out of sync in line with them.',
  slots: L,
  steps: [
    {
      label: 'table',
      line: 'for each table out of sync: lock; protect it again',
      touch: 'racy',
      beat: true,
      when: (t, pv) => pv.lock.free || pv.lock.owner === t.actor,
      run: (t, pv) => {
        const table = firstUnsync(pv);
        if (pv.lock.owner !== t.actor) pv.lock.take(t);
        t.set(L.table, table + 1);
        if (table < 0) {
          t.goto('unlock');
          return;
        }
        t.set(L.index, 0);
        t.set(L.changed, 0);
        t.set(L.vcpu, 0);
        pv.shadows.setUnsync(table, false);
        guard(pv, table);
      },
      say: (t) =>
        t.get(L.table) === 0
          ? 'No table is out of sync.'
          : `Table ${frameName(t.get(L.table) - 1)} was out of sync. It is protected again, before it is read.`,
    },
    {
      label: 'flush',
      line: '  flush every TLB: nobody may write it unseen',
      touch: 'racy',
      when: (t, pv) => t.get(L.vcpu) === t.actor || interruptible(pv.machine, t.get(L.vcpu)),
      run: (t, pv) => {
        const v = t.get(L.vcpu);
        pv.machine.tlb.flushAll(v, false);
        t.set(L.vcpu, v + 1);
        if (v + 1 < pv.machine.config.vcpus) t.goto('flush');
      },
      say: (t) => `vCPU ${t.get(L.vcpu) - 1} forgets its translations.`,
    },
    {
      label: 'compare',
      line: '  for i in table: differs from its shadow? derive it again',
      touch: 'racy',
      run: (t, pv) => {
        const table = t.get(L.table) - 1;
        const index = t.get(L.index);
        const last = pv.mode(t.actor).indexMask[1] as number;
        const frame = pv.shadows.of(table);
        pv.world.count('compares');
        // What the shadow never had, it need not have now: the next touch brings it in.
        if (
          pv.shadows.entry(frame, index).lo !== 0 &&
          setShadow(pv, t.actor, table, index, pv.entry(t.actor, table, index))
        )
          t.set(L.changed, t.get(L.changed) + 1);
        t.set(L.index, index + 1);
        if (index < last) {
          t.goto('compare');
          return;
        }
        pv.world.emit(TableSynced, t.actor, table, last + 1, t.get(L.changed));
        t.goto('table');
      },
      say: (t) => `${t.get(L.index)} entries compared, ${t.get(L.changed)} of them derived again.`,
    },
    {
      label: 'unlock',
      line: 'unlock',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        pv.lock.release(t);
        t.ret();
      },
      say: 'Every shadow is in line with its table.',
    },
  ],
});
