import { slots, type Thread } from '../../kernel';
import { type Instruction, instruction, PFEC_U } from '../../machine';
import type { Kvm } from './state';

/** What all steps of kvm_emulate share: its local variables, and the instruction that it is for. */

export const L = slots(
  ...(['vaHi', 'vaLo', 'mayRetry'] as const),
  ...(['error', 'part', 'gfn', 'write', 'found', 'fetchError', 'zapped'] as const),
);

export const insn = (t: Thread, k: Kvm): Instruction => {
  const found = instruction(k.machine, t.actor);
  if (found === undefined)
    throw new Error('broken promise: an instruction is emulated only while one is in flight');
  return found;
};

/** The bit of an error code that says that the guest's user was at work; 0 for its kernel. */
export const user = (t: Thread, k: Kvm): number => (k.machine.vcpu(t.actor).get('cpl') === 3 ? PFEC_U : 0);
