import type { Design } from '../design';
import { xiBoot } from './boot';
import { xiSetCr0, xiSetCr4, xiSetEfer } from './control';
import { COUNTERS } from './counters';
import { xiInvlpg, xiLoadCr3 } from './cr3';
import { describeXi } from './describe';
import { xiPageFault } from './fault';
import { xiIdle } from './idle';
import { xiInvariants } from './invariants';
import { OPERATIONS, operationProcedures } from './operations';
import { ownFrames, refuseReservation, reservation } from './reservation';
import { Xi } from './state';
import { XI_KNOBS, XI_SWITCHES } from './switches';
import { touchPath } from './touch';

/** XI, Virtual Iron's shadow mechanism of 2006: a pool of kits reserved up front, and a backlink beside every shadow entry. */
export const xi: Design = {
  name: 'xi',
  title: 'XI',
  about:
    'A pool of shadow kits reserved up front, a snapshot in each, and a backlink beside every shadow entry (Virtual Iron, 2006; largely reconstructed).',
  profiles: [],
  switches: XI_SWITCHES,
  counters: COUNTERS,
  invariants: xiInvariants,
  knobs: XI_KNOBS,
  operations: OPERATIONS,
  geometries: ['x86-64', 'pae', '32-bit'],
  refuse: refuseReservation,
  poolFrames: (vcpus, guestFrames, knobs) => ownFrames(reservation(guestFrames, knobs).kits, vcpus),
  build: (world, machine, options) => {
    const x = new Xi(world, machine, options);
    world.addPart('xi', x);
    if (x.idle !== 0) world.addThread('worker', 'the idle loop').start(xiIdle);
    if (x.touchOnHit) machine.onTranslated = (v, vaHi, vaLo) => touchPath(x, v, vaHi, vaLo);
    machine.gfnToMfn = (gfn) => x.p2m.mfn(gfn);
    machine.nameFrame = (frame) => x.name(frame);
    machine.nameTable = (frame, level) => {
      const kit = x.kitAt(frame);
      if (kit >= 0) return x.describe(kit);
      return frame >= x.firstFrame
        ? 'the empty table it starts with'
        : `the guest’s L${level} table ${x.name(frame)}`;
    };
    return {
      exits: {
        pageFault: xiPageFault,
        loadCr3: xiLoadCr3,
        invlpg: xiInvlpg,
        setCr0: xiSetCr0,
        setCr4: xiSetCr4,
        setEfer: xiSetEfer,
        operations: operationProcedures,
      },
      boot: xiBoot,
      describe: describeXi(x),
      atRest: () => x.lock.free,
      switchOn: (name) => x.on(name),
      setSwitch: (name, on) => x.switches.set(name, on),
    };
  },
  panels: ['chosen', 'xiKits', 'xiFaults', 'figures', 'xiBeside', 'xiDebate'],
};
