import { ensure } from '../../base';
import type { Design, Profile } from '../design';
import { xenBoot } from './boot';
import { COUNTERS } from './counters';
import { describeBare } from './describeBare';
import { DEFAULT_ERA, ERAS, eraNamed } from './eras';
import { shPageFault } from './fault';
import { xenInvariants } from './invariants';
import { shInvlpg } from './invlpg';
import { supplied } from './later';
import { Xen } from './state';
import { SWITCHES, SWITCHES_OF_2008 } from './switches';
import { P2M_TYPE_NAMES, p2mTypeNamed } from './types';
import { shUpdateCr3 } from './updateCr3';

/** The default era comes first: it is what a scenario gets that names no profile. */
const profiles: readonly Profile[] = [...ERAS]
  .sort((a, b) => Number(b.name === DEFAULT_ERA) - Number(a.name === DEFAULT_ERA))
  .map(({ name, says, userStoreUnshadows, repaired }) => ({
    name,
    says,
    switches: repaired ? {} : { ...SWITCHES_OF_2008, 'user-store': userStoreUnshadows },
  }));

/** Xen's shadow paging of 2008, as far as the first picture of the page needs it; `whole.ts` supplies the rest. */
export const xen: Design = {
  name: 'xen',
  title: 'Xen',
  about:
    'Shadow tables that follow the guest’s: lock-free first walk, out-of-sync L1s with snapshots (2008).',
  profiles,
  switches: SWITCHES,
  counters: COUNTERS,
  invariants: xenInvariants,
  // shadow_min_acceptable_pages: 128 for each vCPU, and one for each MiB of the guest's memory (sheet 1.7).
  poolFrames: (vcpus, guestFrames) => 128 * vcpus + Math.ceil(guestFrames / 256),
  build: (world, machine, options) => {
    const era = eraNamed(options.profile === '' ? DEFAULT_ERA : options.profile);
    ensure(era !== undefined, `xen has a profile named ${options.profile}`);
    for (const { type } of options.p2m)
      ensure(p2mTypeNamed(type) > 0, `a p2m type is one of ${P2M_TYPE_NAMES.join(', ')}, not ${type}`);
    ensure(
      machine.config.machineFrames - machine.config.guestFrames >= 16,
      `the shadow pool has at least 16 frames above the guest's ${machine.config.guestFrames}, not ${machine.config.machineFrames - machine.config.guestFrames}`,
    );
    const x = new Xen(world, machine, era, options);
    world.addPart('xen', x);
    machine.gfnToMfn = (gfn) => x.p2m.mfn(gfn);
    machine.nameTable = (frame, level) =>
      x.pages.owns(frame) ? x.describe(frame) : `the guest's L${level} table ${x.name(frame)}`;
    machine.nameFrame = (frame) => x.name(frame);
    return {
      exits: {
        looksAhead: true,
        pageFault: shPageFault,
        loadCr3: shUpdateCr3,
        invlpg: shInvlpg,
        get setCr0() {
          return supplied().setCr0;
        },
        get setCr4() {
          return supplied().setCr4;
        },
        get setEfer() {
          return supplied().setEfer;
        },
        get operations() {
          return supplied().operations;
        },
      },
      boot: xenBoot,
      describe: describeBare(x),
      atRest: () => x.lock.free,
      switchOn: (name) => x.on(name),
      setSwitch: (name, on) => x.switches.set(name, on),
    };
  },
  panels: ['oos', 'counters', 'switches', 'chosen', 'vcpus', 'pool', 'removal', 'events'],
};
