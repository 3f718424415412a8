import { ensure } from '../../base';
import type { Design } from '../design';
import { describeMachine } from '../native/describe';
import { nativeBoot, nativeExits } from '../native/exits';
import { skeletonPageFault } from './fault';
import { skeletonInvariants } from './invariants';
import { Skeleton } from './state';

const FAULT_LOCK = 'fault-lock';

/**
 * The design to copy: the smallest that has everything a design has. Copy the folder, follow the marks COPY 1 to COPY 5,
 * and add a row to registry.ts. It shadows nothing: what it does not do itself is bare hardware.
 */
export const skeleton: Design = {
  name: 'skeleton',
  title: 'Skeleton',
  about: 'A hypervisor that only counts its guest’s page faults: the one to copy.',
  profiles: [],
  // COPY 5: switches, counters and panels as data.
  switches: [
    {
      name: FAULT_LOCK,
      label: 'Lock around the count',
      says: 'Keeps two vCPUs from reading the same total; without it a fault can be lost.',
      default: true,
      protects: 'S1',
    },
  ],
  counters: [{ name: 'faults', says: 'Page faults the guests have had.' }],
  invariants: skeletonInvariants,
  poolFrames: () => 0,
  build: (world, machine, options) => {
    const state = new Skeleton(world, machine, options.switches[FAULT_LOCK] ?? true);
    world.addPart('skeleton', state);
    const known = (name: string): void =>
      ensure(name === FAULT_LOCK, `the skeleton has the switch ${FAULT_LOCK} only, not ${name}`);
    return {
      exits: { ...nativeExits, pageFault: skeletonPageFault },
      boot: nativeBoot,
      describe: {
        ...describeMachine(machine),
        state: (what) => (what === 'faults' ? [state.total] : undefined),
        states: { faults: 'how many page faults were counted' },
        summary: () => [`page faults counted: ${state.total}`],
      },
      atRest: () => state.lock.free,
      switchOn: (name) => {
        known(name);
        return state.locked;
      },
      setSwitch: (name, on) => {
        known(name);
        state.locked = on;
      },
    };
  },
  panels: [],
};
