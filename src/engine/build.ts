import { ensure } from '../base';
import type { BuiltDesign, Design } from '../hypervisor/design';
import { type CounterSpec, Store, World } from '../kernel';
import { Machine } from '../machine';
import { SCENARIO_PART } from './question';
import { firstEnabled } from './schedulers/scheduler';
import type { ScenarioSpec } from './spec';

/** A world ready for its first step: machine, design and guest are built, the prologue has run. */
export interface BuiltWorld {
  readonly spec: ScenarioSpec;
  readonly world: World;
  readonly machine: Machine;
  readonly design: Design;
  readonly hypervisor: BuiltDesign;
  /** Nobody holds a lock of the design. */
  readonly unlocked: () => boolean;
  /** Nobody holds a lock, no vCPU is inside the hypervisor, nothing waits in a store buffer. */
  readonly atRest: () => boolean;
}

/** Counters of the machine itself, beside the design's. */
const MACHINE_COUNTERS: readonly CounterSpec[] = [];

/** A boot or a prologue that takes longer than this is not a warm-up. */
const WARM_UP_BOUND = 2_000_000;

/** Builds a scenario's world with the given design and runs its boot and its prologue. Throws only on broken promises of our own. */
export function buildWorld(spec: ScenarioSpec, design: Design, store: Store = new Store()): BuiltWorld {
  ensure(design.name === spec.design, `scenario for ${spec.design} is built with ${design.name}`);
  const world = new World([...MACHINE_COUNTERS, ...design.counters], store);
  const machine = new Machine(world, spec.machine);
  machine.directMap = spec.directMap;
  machine.words = spec.words ?? [];
  machine.addActors();
  const hypervisor = design.build(world, machine, spec.options);
  machine.attach(hypervisor.exits);
  machine.setSwitch = hypervisor.setSwitch;
  machine.switchNames = design.switches.map((s) => s.name);

  spec.vcpus.forEach((setup, v) => {
    const regs = machine.vcpu(v);
    regs.set('cr0', setup.cr0);
    regs.set('cr3Hi', setup.cr3.hi);
    regs.set('cr3Lo', setup.cr3.lo);
    regs.set('cr4', setup.cr4);
    regs.set('efer', setup.efer);
    regs.set('rflags', setup.rflags);
    regs.set('cpl', setup.cpl);
  });
  for (const { frame, cell, value } of spec.memory)
    machine.memory.write32(machine.gfnToMfn(frame), cell, value);

  world.actors[0]?.thread?.start(hypervisor.boot);
  settle(world);
  for (const { actor, op } of spec.prologue) {
    machine.programs = Array.from({ length: actor + 1 }, (_, i) => (i === actor ? [op] : []));
    machine.startPrograms();
    settle(world);
  }
  machine.programs = [...spec.programs, spec.host];
  machine.startPrograms();
  world.counters.reset();
  world.events.truncate(0);
  store.forget();

  const atRest = () =>
    hypervisor.atRest() &&
    machine.regs.every((r) => r.get('inHypervisor') === 0) &&
    world.actors.every((a) => a.kind !== 'drain' || !a.enabled());
  const { atRest: unlocked } = hypervisor;
  const built = { spec, world, machine, design, hypervisor, unlocked, atRest };
  world.addPart(SCENARIO_PART, built);
  return built;
}

/** Runs whoever can run, in order, until nobody can: the warm-up is sequential. */
function settle(world: World): void {
  const recording = world.events.recording;
  world.events.recording = false;
  for (let i = 0; i < WARM_UP_BOUND; i++) {
    const choice = firstEnabled(world);
    if (choice === undefined) {
      world.events.recording = recording;
      return;
    }
    world.step(choice.actor);
  }
  throw new Error(`the prologue did not come to an end within ${WARM_UP_BOUND} steps`);
}
