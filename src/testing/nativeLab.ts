import { defined } from '../base';
import { designs } from '../hypervisor';
import { World } from '../kernel';
import { type GuestOp, guest, Machine, REAL_GEOMETRY } from '../machine';
import { type GuestEntry, type LabMode, prepareGuest } from './xenGuest';

const STEPS = 100_000;

/** The same guest as XenLab's on bare hardware, with one vCPU: what the guest must believe it runs on. */
export class NativeLab {
  readonly world: World;
  readonly machine: Machine;

  constructor(entries: readonly GuestEntry[], mode: LabMode = '64') {
    const design = defined(designs.get('native'), 'the design native');
    this.world = new World(design.counters);
    this.machine = new Machine(this.world, {
      ...REAL_GEOMETRY,
      vcpus: 1,
      guestFrames: 0x6000,
      machineFrames: 0x6000,
    });
    this.machine.addActors();
    const options = { profile: '', switches: {}, p2m: [], poolFrames: 0, knobs: {} };
    const built = design.build(this.world, this.machine, options);
    this.machine.attach(built.exits);
    prepareGuest(this.machine, entries, mode);
    defined(this.world.actors[0]?.thread, 'a vCPU').start(built.boot);
    this.go();
  }

  /** A program to its end. */
  run(...ops: readonly GuestOp[]): void {
    this.machine.programs = [ops, []];
    defined(this.world.actors[0]?.thread, 'a vCPU').start(guest);
    this.go();
  }

  private go(): void {
    for (let i = 0; i < STEPS; i++) {
      if (this.world.location(0) === undefined) return;
      this.world.step(0);
    }
    throw new Error('the operation does not come to an end on bare hardware');
  }
}
