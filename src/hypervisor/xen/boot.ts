import { procedure, slots } from '../../kernel';
import { CR0_WP, CR4_PAE, CR4_PGE, EFER_NXE, frameOf } from '../../machine';
import { OPT_LINUX_L3_TOPLEVEL } from './domain';
import { allocateSnapshots } from './oos/snapshot';
import type { Xen } from './state';
import { updateCr3 } from './updateCr3';

/**
 * What the processor itself runs with while the shadow is walked: WP set whatever the guest says, NX on; of CR4 only what
 * selects the format, for SMEP and SMAP are younger than this code, and no shadow entry is ever global.
 */
export function hardwareRegisters(x: Xen, v: number): void {
  const r = x.machine.vcpu(v);
  r.set('hwCr0', r.get('cr0') | CR0_WP);
  r.set('hwCr4', CR4_PAE | (r.get('cr4') & CR4_PGE));
  r.set('hwEfer', r.get('efer') | EFER_NXE);
}

const L = slots('v');

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
        const mode = machine.guestMode(v).name;
        if (mode !== '64')
          throw new Error(
            `vCPU ${v} of a guest of Xen starts in paging mode \`${mode}\`. Only 64-bit guests (\`paging x86-64\`) can be shadowed so far`,
          );
        x.domain.set('optFlags', x.l3TopLevel ? OPT_LINUX_L3_TOPLEVEL : 0);
        hardwareRegisters(x, v);
        allocateSnapshots(x, v);
        const r = machine.vcpu(v);
        x.vcpu(v).set('guestTable', x.p2m.mfn(frameOf(r.get('cr3Hi'), r.get('cr3Lo'))) + 1);
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
        x.domain.set('oosActive', x.era.outOfSync ? 1 : 0);
        t.ret();
      },
      say: 'The vCPU is ready.',
    },
  ],
});
