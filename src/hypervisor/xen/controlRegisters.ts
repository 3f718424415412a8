import { procedure, type Step, slots, type Thread } from '../../kernel';
import {
  ControlRegisterLoaded,
  CR0_PG,
  CR4_PAE,
  CR4_PGE,
  CR4_PSE,
  frameOf,
  REGISTER_EFER,
  refuseCr0,
  refuseCr4,
  refuseEfer,
  sayValue,
  withLma,
} from '../../machine';
import { DomainCrashed } from './events';
import { hardwareRegisters } from './hardware';
import { shUpdatePagingModes } from './pagingModes';
import type { Xen } from './state';

const L = slots('value', 'refused', 'changed');

/** What slot `refused` says. */
const GENERAL_PROTECTION = 1;
const NO_MEMORY = 2;

/** The end of MOV CR0 and CR4 where the paging mode may have changed; `which` names the register. */
const modeSteps = (which: 'CR0' | 'CR4'): readonly Step<Xen>[] => [
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
    say: (t) => `The guest on vCPU ${t.actor} believes that ${which} is ${sayValue(0, t.get(L.value))}.`,
  },
];

/** Paging goes on: CR3, which was only remembered so far, must name memory. Whether it does. */
function findTopTable(t: Thread, x: Xen): boolean {
  const r = x.machine.vcpu(t.actor);
  const hi = x.machine.guestMode(t.actor).name === '64' ? r.get('cr3Hi') : 0;
  const mfn = x.p2m.mfn(frameOf(hi, r.get('cr3Lo')));
  if (!x.mfnValid(mfn)) {
    t.set(L.refused, NO_MEMORY);
    x.domain.set('crashed', 1);
    x.world.emit(DomainCrashed, mfn);
    return false;
  }
  x.vcpu(t.actor).set('guestTable', mfn + 1);
  return true;
}

/** hvm_set_cr0: WP makes no difference to the shadow; a change of PG is a change of mode (sheet 5.12). */
export const shSetCr0 = procedure<Xen>({
  name: 'hvm_set_cr0',
  part: 'xen',
  lane: 'hypervisor',
  about: 'MOV CR0 by the guest: the processor keeps PG and WP set, Xen remembers what the guest wants.',
  slots: L,
  steps: [
    {
      label: 'set',
      line: 'hvm_set_cr0(value): not allowed? #GP; guest_cr[0] = value; hardware CR0 keeps PG and WP',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        const r = x.machine.vcpu(t.actor);
        const value = t.get(L.value);
        if (refuseCr0(value, r.get('cr4'), r.get('efer')) !== undefined) {
          t.set(L.refused, GENERAL_PROTECTION);
          x.machine.generalProtection(t.actor);
          t.ret();
          return;
        }
        const changed = ((r.get('cr0') ^ value) & CR0_PG) !== 0;
        t.set(L.changed, changed ? 1 : 0);
        r.set('cr0', value);
        r.set('efer', withLma(r.get('efer'), value));
        x.world.emit(ControlRegisterLoaded, t.actor, 0, 0, value);
        if (changed && (value & CR0_PG) !== 0 && !findTopTable(t, x)) {
          t.ret();
          return;
        }
        if (changed) return;
        hardwareRegisters(x, t.actor);
        t.ret();
      },
      say: (t) => {
        const v = t.actor;
        if (t.get(L.refused) === GENERAL_PROTECTION)
          return `vCPU ${v} gets a general protection fault: CR0 cannot be ${sayValue(0, t.get(L.value))} with this CR4 and EFER.`;
        if (t.get(L.refused) === NO_MEMORY)
          return `CR3 of vCPU ${v} names no memory of the guest. Xen crashes the domain.`;
        if (t.get(L.changed) === 1)
          return `The guest on vCPU ${v} switches paging ${(t.get(L.value) & CR0_PG) === 0 ? 'off' : 'on'}: it must be shadowed in another way.`;
        return `The guest on vCPU ${v} believes that CR0 is ${sayValue(0, t.get(L.value))}. The processor runs with WP set all the same.`;
      },
    },
    ...modeSteps('CR0'),
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
        if (refuseCr4(value, r.get('cr0'), r.get('efer')) !== undefined) {
          t.set(L.refused, GENERAL_PROTECTION);
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
        if (t.get(L.refused) === GENERAL_PROTECTION)
          return `vCPU ${t.actor} gets a general protection fault: CR4.PAE cannot be cleared while 4-level paging is in use.`;
        return t.get(L.changed) === 1
          ? `The guest on vCPU ${t.actor} changes a paging bit of CR4: for the guest that is a flush.`
          : `The guest on vCPU ${t.actor} believes that CR4 is ${sayValue(0, t.get(L.value))}.`;
      },
    },
    ...modeSteps('CR4'),
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
          t.set(L.refused, GENERAL_PROTECTION);
          x.machine.generalProtection(t.actor);
        } else {
          r.set('efer', withLma(t.get(L.value), r.get('cr0')));
          hardwareRegisters(x, t.actor);
          x.world.emit(ControlRegisterLoaded, t.actor, REGISTER_EFER, 0, r.get('efer'));
        }
        t.ret();
      },
      say: (t) =>
        t.get(L.refused) === GENERAL_PROTECTION
          ? `vCPU ${t.actor} gets a general protection fault: EFER.LME cannot change while paging is on.`
          : `The guest on vCPU ${t.actor} has set EFER.`,
    },
  ],
});
