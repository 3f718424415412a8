import { procedure, slots } from '../../kernel';
import { CR0_PG } from '../../machine';
import { shPutRef } from './destroy';
import { resyncAll } from './oos/resyncAll';
import type { Xen } from './state';
import { updateCr3 } from './updateCr3';

const L = slots('v');

/** Whether every vCPU of the domain has paging on: only then may tables go out of sync (sheet 5.2). */
const everybodyPages = (x: Xen): boolean =>
  x.vcpus.every((_, v) => (x.machine.vcpu(v).get('cr0') & CR0_PG) !== 0);

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
        const top = state.shadowTop;
        state.set('shadowTable0', 0);
        if (top >= 0) shPutRef(x, top);
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
