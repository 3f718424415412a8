import { procedure, slots } from '../../kernel';
import { frameOf } from '../../machine';
import { OPT_LINUX_L3_TOPLEVEL } from './domain';
import { allocateSnapshots } from './oos/snapshot';
import { everybodyPages, settleMode } from './ownTables';
import { typeTables } from './pv';
import type { Xen } from './state';
import { updateCr3 } from './updateCr3';

const L = slots('v');

/** The builder of a PV domain has had every table of the guest validated before it runs. */
function bringUpPv(x: Xen, v: number): void {
  const { name } = x.machine.guestMode(v);
  if (name !== '64')
    throw new Error(
      `vCPU ${v} of a PV guest starts in paging mode \`${name}\`. Only 64-bit PV guests (\`paging x86-64\`) are modelled`,
    );
  typeTables(x, x.vcpu(v).guestTop, 4);
}

/** Brings the domain up: every vCPU has its snapshot pages, and walks the shadow of the top table it has loaded. */
export const xenBoot = procedure<Xen>({
  name: 'xen_boot',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Shadow paging is switched on for each vCPU of the domain (shadow_enable, sh_update_paging_modes).',
  slots: L,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: allocate its snapshot pages; sh_update_cr3()',
      touch: 'private',
      run: (t, x) => {
        const v = t.get(L.v);
        const { machine } = x;
        x.domain.set('optFlags', x.l3TopLevel ? OPT_LINUX_L3_TOPLEVEL : 0);
        allocateSnapshots(x, v);
        const r = machine.vcpu(v);
        const hi = machine.guestMode(v).name === '64' ? r.get('cr3Hi') : 0;
        x.vcpu(v).set('guestTable', x.p2m.mfn(frameOf(hi, r.get('cr3Lo'))) + 1);
        settleMode(x, v);
        if (x.pv) bringUpPv(x, v);
        x.vcpu(v).set('ready', 1);
        t.call(updateCr3, [v]);
      },
      say: (t) => `Xen prepares the shadow of vCPU ${t.get(L.v)}.`,
    },
    {
      label: 'next',
      line: 'd->oos_active = every vCPU has paging on',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        const v = t.get(L.v) + 1;
        t.set(L.v, v);
        if (v < x.vcpus.length) {
          t.goto('vcpu');
          return;
        }
        x.domain.set('oosActive', x.era.outOfSync && everybodyPages(x) ? 1 : 0);
        t.ret();
      },
      say: 'The vCPU is ready.',
    },
  ],
});
