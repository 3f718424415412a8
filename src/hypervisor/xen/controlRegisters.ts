import { procedure, slots } from '../../kernel';
import {
  ControlRegisterLoaded,
  CR4_PAE,
  CR4_PGE,
  CR4_PSE,
  modeOf,
  REGISTER_EFER,
  refuseCr0,
  refuseCr4,
  refuseEfer,
  sayValue,
  withLma,
} from '../../machine';
import { hardwareRegisters } from './boot';
import { shUpdatePagingModes } from './pagingModes';
import type { Xen } from './state';

const L = slots('value', 'refused', 'changed');

/** Whether the registers still select 4-level paging: the one mode whose guests can be shadowed so far. */
const staysLong = (cr0: number, cr4: number, efer: number): boolean => modeOf(cr0, cr4, efer) === '64';

/** hvm_set_cr0: nothing but WP can change in a 64-bit guest, and the shadow is the same with WP or without. */
export const shSetCr0 = procedure<Xen>({
  name: 'hvm_set_cr0',
  part: 'xen',
  lane: 'hypervisor',
  about: 'MOV CR0 by the guest: the processor keeps WP set, Xen remembers what the guest wants.',
  slots: L,
  steps: [
    {
      label: 'set',
      line: 'hvm_set_cr0(value): not allowed? #GP; guest_cr[0] = value; hardware CR0 keeps WP',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        const r = x.machine.vcpu(t.actor);
        const value = t.get(L.value);
        const bad = refuseCr0(value, r.get('cr4'), r.get('efer')) !== undefined;
        if (bad || !staysLong(value, r.get('cr4'), r.get('efer'))) {
          t.set(L.refused, 1);
          x.machine.generalProtection(t.actor);
        } else {
          r.set('cr0', value);
          hardwareRegisters(x, t.actor);
          x.world.emit(ControlRegisterLoaded, t.actor, 0, 0, value);
        }
        t.ret();
      },
      say: (t) =>
        t.get(L.refused) === 1
          ? `vCPU ${t.actor} gets a general protection fault: its guest cannot leave 64-bit paging here.`
          : `The guest on vCPU ${t.actor} believes that CR0 is ${sayValue(0, t.get(L.value))}. The processor runs with WP set all the same.`,
    },
  ],
});

/** hvm_set_cr4 and sh_update_paging_modes: a change of PSE, PAE or PGE is a flush for the guest (sheet 5.12). */
export const shSetCr4 = procedure<Xen>({
  name: 'hvm_set_cr4',
  part: 'xen',
  lane: 'hypervisor',
  about: 'MOV CR4 by the guest: a change of the paging bits brings every table in sync.',
  slots: L,
  steps: [
    {
      label: 'set',
      line: 'hvm_set_cr4(value): not allowed? #GP; guest_cr[4] = value',
      touch: 'private',
      run: (t, x) => {
        const r = x.machine.vcpu(t.actor);
        const value = t.get(L.value);
        const bad = refuseCr4(value, r.get('cr0'), r.get('efer')) !== undefined;
        if (bad || !staysLong(r.get('cr0'), value, r.get('efer'))) {
          t.set(L.refused, 1);
          x.machine.generalProtection(t.actor);
          t.ret();
          return;
        }
        t.set(L.changed, ((r.get('cr4') ^ value) & (CR4_PSE | CR4_PAE | CR4_PGE)) === 0 ? 0 : 1);
        r.set('cr4', value);
        hardwareRegisters(x, t.actor);
        x.world.emit(ControlRegisterLoaded, t.actor, 4, 0, value);
        if (t.get(L.changed) === 0) t.ret();
      },
      say: (t) => {
        if (t.get(L.refused) === 1)
          return `vCPU ${t.actor} gets a general protection fault: its guest cannot leave 64-bit paging here.`;
        return t.get(L.changed) === 1
          ? `The guest on vCPU ${t.actor} changes a paging bit of CR4: for the guest that is a flush.`
          : `The guest on vCPU ${t.actor} believes that CR4 is ${sayValue(0, t.get(L.value))}.`;
      },
    },
    {
      label: 'lock',
      line: '  shadow_update_paging_modes(): shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t) => `vCPU ${t.actor} takes the shadow lock.`,
    },
    {
      label: 'modes',
      line: '    sh_update_paging_modes(v)',
      touch: 'locked',
      run: (t) => t.call(shUpdatePagingModes, [t.actor]),
      say: 'For the guest a change of mode is a flush of everything it knows.',
    },
    {
      label: 'unlock',
      line: '    shadow_unlock()',
      touch: 'racy',
      run: (t, x) => x.lock.release(t),
      say: (t) => `vCPU ${t.actor} gives the shadow lock back.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      beat: true,
      run: (t) => t.ret(),
      say: (t) => `The guest on vCPU ${t.actor} believes that CR4 is ${sayValue(0, t.get(L.value))}.`,
    },
  ],
});

/** hvm_set_efer. */
export const shSetEfer = procedure<Xen>({
  name: 'hvm_set_efer',
  part: 'xen',
  lane: 'hypervisor',
  about: 'WRMSR EFER by the guest: the processor keeps NX on.',
  slots: L,
  steps: [
    {
      label: 'set',
      line: 'hvm_set_efer(value): LME changed while paging is on? #GP',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        const r = x.machine.vcpu(t.actor);
        if (refuseEfer(t.get(L.value), r.get('efer'), r.get('cr0')) !== undefined) {
          t.set(L.refused, 1);
          x.machine.generalProtection(t.actor);
        } else {
          r.set('efer', withLma(t.get(L.value), r.get('cr0')));
          hardwareRegisters(x, t.actor);
          x.world.emit(ControlRegisterLoaded, t.actor, REGISTER_EFER, 0, r.get('efer'));
        }
        t.ret();
      },
      say: (t) =>
        t.get(L.refused) === 1
          ? `vCPU ${t.actor} gets a general protection fault: EFER.LME cannot change while paging is on.`
          : `The guest on vCPU ${t.actor} has set EFER.`,
    },
  ],
});
