import { word } from '../../../base';
import { procedure, slots } from '../../../kernel';
import { beginInstruction, endInstruction, guestAccess, sayVa, WRITE } from '../../../machine';
import type { Xen } from '../state';

const L = slots('vaHi', 'vaLo', 'outcome');

/** RFLAGS of a guest that takes interrupts: the first word of what is pushed here. */
const FLAGS = word(0, 0x202);

/**
 * hvm_inject_vector, and what the processor does then: it pushes onto the guest's stack, in kernel mode, before the first
 * instruction of the handler. A fault of that push is no instruction's, so nothing can be emulated. One word stands for the
 * whole frame. Argument: where the stack pointer is. Source: sheet 2.7, step d.
 */
export const hvmInjectInterrupt = procedure<Xen>({
  name: 'hvm_inject_interrupt',
  part: 'xen',
  lane: 'guest',
  about: 'Delivers an interrupt to the guest: the processor pushes onto the guest’s stack.',
  slots: L,
  steps: [
    {
      label: 'push',
      line: 'hvm_inject_interrupt(): the processor pushes at the stack pointer',
      touch: 'private',
      run: (t, x) => {
        const va = word(t.get(L.vaHi), t.get(L.vaLo));
        const r = x.machine.vcpu(t.actor);
        r.set('inHypervisor', 0);
        x.vcpu(t.actor).set('eventPending', 1);
        beginInstruction(
          x.machine,
          t.actor,
          WRITE,
          va,
          x.machine.guestMode(t.actor).name === '64' ? 8 : 4,
          FLAGS,
        );
        t.call(guestAccess, [], L.outcome);
      },
      say: (t, x) =>
        `An interrupt for vCPU ${t.actor}: the processor pushes what it will return to at ${sayVa(x.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))}.`,
    },
    {
      label: 'delivered',
      line: '  the handler of the guest begins',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        x.vcpu(t.actor).set('eventPending', 0);
        endInstruction(x.machine, t.actor);
        t.ret();
      },
      say: (t) =>
        t.get(L.outcome) === 0
          ? 'The interrupt is delivered.'
          : 'The push faulted in the guest: on a real machine that is a double fault.',
    },
  ],
});
