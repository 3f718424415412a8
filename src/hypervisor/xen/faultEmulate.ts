import type { Step, Thread } from '../../kernel';
import { FAULT_DONE, FAULT_INJECT, FAULT_RETRY } from '../../machine';
import { shX86EmulateWrite, X86EMUL_EXCEPTION, X86EMUL_OKAY, X86EMUL_UNHANDLEABLE } from './emulate';
import { unshadowCode } from './events';
import { beginExtra } from './faultExtra';
import { F, finish, isUser, targetOf } from './faultSlots';
import { shRemoveShadows } from './removeShadows';
import type { Xen } from './state';

/** What slot `how` says while an interrupt is being delivered; the steps before use smaller numbers. */
const DELIVERING = 16;

/** Fast emulation did not work out: the next fault on the page goes the long way. */
function giveUpFast(t: Thread, x: Xen): void {
  x.world.count('shadow_fault_fast_emulate_fail');
  x.vcpu(t.actor).set('lastWriteEmulOk', 0);
}

/** The emulating end of the fault handler (sheet 2.7). Fast emulation joins at `event`, without the lock. */
export const emulateSteps: readonly Step<Xen>[] = [
  {
    label: 'emulate-locked',
    line: '  emulate: not an HVM guest: return 0; user mode? sh_remove_shadows(gmfn), retry; shadow_unlock()',
    touch: 'racy',
    run: (t, x) => {
      if (x.pv) {
        finish(t, x, 'not-emulated', FAULT_INJECT, t.get(F.error));
        return;
      }
      if (isUser(t)) {
        x.world.count('shadow_fault_emulate_failed');
        t.callThen('unshadowed', shRemoveShadows, [targetOf(t), 0, 1, unshadowCode('user-store')]);
        return;
      }
      x.lock.release(t);
      t.goto('event');
    },
    say: (t, x) =>
      x.pv
        ? `The guest may not write its table ${x.name(targetOf(t))}, and the shadow code emulates for no PV guest: the fault is handed on. mmu-update is how such a guest changes its tables.`
        : isUser(t)
          ? `User programs do not write page tables: frame ${x.name(targetOf(t))} is none any more.`
          : `vCPU ${t.actor} gives the shadow lock back: finding out what the instruction does needs none.`,
  },
  {
    label: 'unshadowed',
    line: '    return 1',
    touch: 'racy',
    beat: true,
    run: (t, x) => finish(t, x, 'unshadowed', FAULT_RETRY),
    say: (t, x) => `The guest tries its store to ${x.name(targetOf(t))} again.`,
  },
  {
    label: 'event',
    line: '  an event is being delivered: sh_remove_shadows(gmfn), retry',
    touch: 'racy',
    run: (t, x) => {
      if (x.vcpu(t.actor).get('eventPending') === 0) {
        t.goto('emulate');
        return;
      }
      t.set(F.how, DELIVERING);
      if (t.get(F.fast) === 1) giveUpFast(t, x);
      t.callThen('unshadowed', shRemoveShadows, [targetOf(t), 0, 1, unshadowCode('event-injection')]);
    },
    say: (t, x) =>
      t.get(F.how) === DELIVERING
        ? `The processor was delivering an interrupt when it faulted: there is no instruction to emulate. Frame ${x.name(targetOf(t))} is a stack, and no page table any more.`
        : 'The fault comes from an instruction, which can be emulated.',
  },
  {
    label: 'emulate',
    line: '  r = x86_emulate(one instruction)',
    touch: 'private',
    run: (t) => t.call(shX86EmulateWrite, [t.get(F.fast)], F.rc),
    say: 'The instruction is carried out by the emulator.',
  },
  {
    label: 'emulated',
    line: '  UNHANDLEABLE: unshadow; EXCEPTION: to the guest; OKAY: remember the page',
    touch: 'racy',
    beat: true,
    run: (t, x) => {
      const vcpu = x.vcpu(t.actor);
      const fast = t.get(F.fast) === 1;
      const rc = t.get(F.rc);
      // Only an emulator that gives up is counted; but whatever did not end well is not trusted a second time.
      if (fast && rc !== X86EMUL_OKAY) vcpu.set('lastWriteEmulOk', 0);
      if (rc === X86EMUL_UNHANDLEABLE) {
        x.world.count('shadow_fault_emulate_failed');
        if (fast) giveUpFast(t, x);
        t.callThen('unshadowed', shRemoveShadows, [targetOf(t), 0, 1, unshadowCode('emulation-failed')]);
        return;
      }
      if (rc === X86EMUL_EXCEPTION) {
        finish(t, x, 'guest-fault', FAULT_INJECT, t.get(F.rcError), t.get(F.rcPage));
        return;
      }
      if (!x.isPageTable(targetOf(t))) {
        if (fast) vcpu.set('lastWriteEmulOk', 0);
      } else if (!fast) {
        vcpu.set('lastEmulatedFrameHi', t.get(F.vaHi));
        vcpu.set('lastEmulatedFrameLo', t.get(F.vaLo) & ~0xfff);
        vcpu.set('lastEmulatedMfn', targetOf(t) + 1);
        vcpu.set('lastWriteEmulOk', 1);
      }
      if (x.geometry(t.actor).name === 'pae') beginExtra(t, x);
      else finish(t, x, 'emulated', FAULT_DONE);
    },
    say: (t, x) => {
      switch (t.get(F.rc)) {
        case X86EMUL_UNHANDLEABLE:
          return `The emulator cannot do this instruction: frame ${x.name(targetOf(t))} is unshadowed, so that the guest can do it.`;
        case X86EMUL_EXCEPTION:
          return 'The emulator found that the guest’s tables no longer allow the store: the guest gets the fault.';
        default:
          return x.isPageTable(targetOf(t))
            ? `The store is done. A next one to ${x.name(targetOf(t))} through the same page is emulated without a walk.`
            : 'The store is done.';
      }
    },
  },
];
