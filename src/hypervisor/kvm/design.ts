import { ensure } from '../../base';
import { frameOf } from '../../machine';
import type { Design } from '../design';
import { kvmBoot } from './boot';
import { pagesPerHpage } from './constants';
import { COUNTERS } from './counters';
import { describeKvm } from './describe';
import { kvmPageFault } from './fault';
import { KVM_OPERATIONS, kvmOperations } from './hostOps';
import { kvmInvariants } from './invariants';
import { kvmInvlpg, kvmSetCr0, kvmSetCr3, kvmSetCr4, kvmSetEfer } from './privileged';
import { LINUX_6_1, PROFILES, profileNamed } from './profiles';
import { watchBuffers } from './racyWords';
import { Kvm } from './state';
import { SWITCHES } from './switches';

/** KVM's shadow MMU: sptes under one lock, tables that go unsync, and what the real Linux 6.1 was recorded doing. */
export const kvm: Design = {
  name: 'kvm',
  title: 'KVM',
  about:
    'Shadow pages by guest table and role: level-1 tables may go unsync until the guest flushes (Linux 6.1).',
  profiles: PROFILES,
  switches: SWITCHES,
  counters: COUNTERS,
  invariants: kvmInvariants,
  operations: KVM_OPERATIONS,
  knobs: [
    {
      name: 'mmu-pages',
      says: 'How many shadow pages the VM may have (KVM_SET_NR_MMU_PAGES). If not said, as many as there are frames for.',
    },
  ],
  poolFrames: (vcpus, guestFrames) => vcpus + Math.max(64, Math.ceil(guestFrames / 50)),
  build: (world, machine, options) => {
    const profile = profileNamed(options.profile === '' ? LINUX_6_1 : options.profile);
    ensure(profile !== undefined, `kvm has a profile named ${options.profile}`);
    const k = new Kvm(world, machine, profile, options);
    world.addPart('kvm', k);
    watchBuffers(k);
    machine.gfnToMfn = (gfn) => k.slots.mfn(gfn);
    machine.dirtied = (frame, index) => {
      const first = frameOf(k.hi(frame, index), k.lo(frame, index));
      for (let i = 0; i < pagesPerHpage(k.pages.level(frame)); i++) k.slots.setWritten(first + i);
    };
    machine.nameFrame = (frame) => k.name(frame);
    machine.nameTable = (frame, level) =>
      k.pages.owns(frame) ? k.describe(frame) : `the L${level} table ${k.name(frame)}`;
    return {
      exits: {
        pageFault: kvmPageFault,
        loadCr3: kvmSetCr3,
        invlpg: kvmInvlpg,
        setCr0: kvmSetCr0,
        setCr4: kvmSetCr4,
        setEfer: kvmSetEfer,
        operations: kvmOperations,
      },
      boot: kvmBoot,
      describe: describeKvm(k),
      atRest: () => k.lock.free,
      switchOn: (name) => k.on(name),
      setSwitch: (name, on) => k.switches.set(name, on),
    };
  },
  panels: ['counters', 'switches', 'chosen', 'kvmVcpus', 'kvmPages', 'kvmMemory', 'kvmTrace'],
};
