import type { Design } from '../design';
import { describeMachine } from './describe';
import { nativeBoot, nativeExits } from './exits';
import { nativeInvariants } from './invariants';

/** Bare hardware as a design: nobody between the guest and the processor. What a page walk is, is shown here first. */
export const native: Design = {
  name: 'native',
  title: 'Bare hardware',
  about: 'No hypervisor: the processor walks the guest’s own tables.',
  profiles: [],
  geometries: ['x86-64', 'pae', '32-bit'],
  switches: [],
  counters: [],
  invariants: nativeInvariants,
  poolFrames: () => 0,
  build: (_, machine) => ({
    exits: nativeExits,
    describe: describeMachine(machine),
    boot: nativeBoot,
    atRest: () => true,
    switchOn: (name) => {
      throw new Error(
        `bare hardware has no switch \`${name}\`. Choose a design that has one, or leave it out`,
      );
    },
    setSwitch: (name) => {
      throw new Error(
        `bare hardware has no switch \`${name}\`. Choose a design that has one, or leave it out`,
      );
    },
  }),
  panels: [],
};
