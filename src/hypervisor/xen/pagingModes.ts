import { assertNever } from '../../base';
import { procedure, slots } from '../../kernel';
import { shPutRef } from './destroy';
import { resyncAll } from './oos/resyncAll';
import { everybodyPages, ownPagesWanted, settleMode } from './ownTables';
import { shadowPrealloc } from './prealloc';
import type { Xen } from './state';
import { SH_MONITOR_TABLE } from './types';
import { updateCr3 } from './updateCr3';

const L = slots('v', 'wanted');

function sayMode(x: Xen, v: number): string {
  if (x.unpaged(v))
    return `The guest of vCPU ${v} has paging off: ${x.describe(x.vcpu(v).guestTop)}, of 4 MiB pages, stands for its tables.`;
  const { name } = x.geometry(v);
  switch (name) {
    case '32':
      return `The guest of vCPU ${v} has 2-level tables. Their entries become twice as wide in the shadow: an L1 takes two pages, an L2 four.`;
    case 'pae':
      return `The guest of vCPU ${v} has PAE tables. Their top four entries are read once, when CR3 is loaded.`;
    case '64':
      return `The guest of vCPU ${v} has 4-level tables.`;
    default:
      return assertNever(name, 'geometry');
  }
}

/**
 * sh_update_paging_modes(v): how v's tables are shadowed is settled anew. For the guest that is a flush of everything, so all that
 * is out of sync is brought in sync, whoever let it go. Argument: v. The caller holds the shadow lock. Source: sheet 5.12.
 */
export const shUpdatePagingModes = procedure<Xen>({
  name: 'sh_update_paging_modes',
  part: 'xen',
  lane: 'hypervisor',
  about:
    'Lets the shadow of a vCPU go, brings every table in sync, and sets the shadow up anew (sheet 5.12).',
  slots: L,
  steps: [
    {
      label: 'detach',
      line: 'sh_update_paging_modes(v): sh_detach_old_tables(v)',
      touch: 'locked',
      run: (t, x) => {
        const state = x.vcpu(t.get(L.v));
        for (let slot = 0; slot < 4; slot++) {
          const top = state.shadowTable(slot);
          state.setShadowTable(slot, -1);
          if (top >= 0) shPutRef(x, top);
        }
      },
      say: (t) => `vCPU ${t.get(L.v)} lets go of the shadow it has loaded.`,
    },
    {
      label: 'resync',
      line: '  shadow_resync_all(v, 0)',
      touch: 'locked',
      lane: 'resync',
      run: (t) => t.call(resyncAll, [t.get(L.v), 0, 1, 1, 0]),
      say: 'Every table that is out of sync is brought in sync, whoever let it go.',
    },
    {
      label: 'active',
      line: '  d->oos_active = every vCPU has paging on',
      touch: 'locked',
      run: (_, x) => x.domain.set('oosActive', x.era.outOfSync && everybodyPages(x) ? 1 : 0),
      say: (_, x) =>
        x.domain.get('oosActive') === 1
          ? 'Tables may go out of sync: every vCPU has paging on.'
          : x.era.outOfSync
            ? 'No table may go out of sync: some vCPU has paging off.'
            : 'Tables never go out of sync in this era.',
    },
    {
      label: 'room',
      line: '  v->arch.paging.mode = the mode of CR0, CR4, EFER; first use: shadow_prealloc()',
      touch: 'locked',
      run: (t, x) => {
        const wanted = ownPagesWanted(x, t.get(L.v));
        t.set(L.wanted, wanted);
        if (wanted > 0) t.call(shadowPrealloc, [wanted, 1]);
      },
      say: (t) =>
        t.get(L.wanted) > 0
          ? `vCPU ${t.get(L.v)} needs ${t.get(L.wanted) === 1 ? 'a table' : 'two tables'} of Xen's own for its new mode.`
          : `vCPU ${t.get(L.v)} has what it needs for its mode.`,
    },
    {
      label: 'mode',
      line: '    paging off: guest_table = unpaged_pagetable; make what is missing of the monitor table',
      touch: 'locked',
      when: (_, x) => x.pool.ready(SH_MONITOR_TABLE),
      run: (t, x) => settleMode(x, t.get(L.v)),
      say: (t, x) => sayMode(x, t.get(L.v)),
    },
    {
      label: 'cr3',
      line: '  update_cr3(v, 0)',
      touch: 'locked',
      run: (t) => t.call(updateCr3, [t.get(L.v), 1]),
      say: (t) => `The top-level shadow of vCPU ${t.get(L.v)} is set up anew.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'locked',
      beat: true,
      run: (t) => t.ret(),
      say: (t) => `vCPU ${t.get(L.v)} is ready for its new mode.`,
    },
  ],
});
