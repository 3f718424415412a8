import { procedure } from '../../kernel';
import { emulateSteps } from './faultEmulate';
import { extraSteps } from './faultExtra';
import { fastSteps } from './faultFast';
import { installSteps } from './faultInstall';
import { F } from './faultSlots';
import { walkSteps } from './faultWalk';
import type { Xen } from './state';

/** sh_page_fault, in the order of sheet 2: the exit for every page fault of the guest. */
export const shPageFault = procedure<Xen>({
  name: 'sh_page_fault',
  part: 'xen',
  lane: 'hypervisor',
  about:
    'Why could the processor not translate the address? The shadow lacks something, or the fault is the guest’s own.',
  slots: F,
  steps: [...fastSteps, ...walkSteps, ...installSteps, ...emulateSteps, ...extraSteps],
});
