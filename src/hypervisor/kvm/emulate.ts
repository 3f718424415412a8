import { procedure } from '../../kernel';
import { decideSteps } from './emulateDecide';
import { performSteps } from './emulatePerform';
import { L } from './emulateSlots';
import type { Kvm } from './state';

/**
 * x86_emulate_instruction for the memory instruction in flight. Arguments: the address that faulted, halves; whether the shadow may be given
 * up instead. Returns FAULT_DONE, FAULT_RETRY or FAULT_INJECT with the error code and the page it is for. Source: sheet 4.2.
 */
export const kvmEmulate = procedure<Kvm>({
  name: 'kvm_emulate',
  part: 'kvm',
  lane: 'hypervisor',
  about:
    'Performs the guest’s instruction for it, or gives the shadow up and lets the guest try again (sheet 4.2).',
  slots: L,
  steps: [...decideSteps, ...performSteps],
});
