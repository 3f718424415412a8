import { defined } from '../base';
import type { World } from '../kernel';
import type { MachineConfig } from './config';
import type { Exits } from './exits';
import { Memory } from './memory';
import type { GuestOp } from './operation';
import { Registers } from './registers';
import { Tlb } from './tlb';

/**
 * The simulated x86 machine: memory, registers, TLBs, and the programs its processors run. vCPU v is actor v of the world;
 * the host (operations from outside) is the actor after the last vCPU. Part name: `machine`.
 */
export class Machine {
  readonly memory: Memory;
  readonly regs: readonly Registers[];
  readonly tlb: Tlb;
  /** One program per vCPU, then the host's. Fixed for the run. */
  programs: readonly (readonly GuestOp[])[] = [];
  private hooks: Exits | undefined;
  /** Changes a switch of the design; set by whoever builds the world. */
  setSwitch: (name: string, on: boolean) => void = () => {
    throw new Error('no design is attached');
  };

  constructor(
    readonly world: World,
    readonly config: MachineConfig,
  ) {
    this.memory = new Memory(world.store, config);
    this.regs = Array.from({ length: config.vcpus }, (_, v) => new Registers(world.store, v));
    this.tlb = new Tlb(world, config);
    world.addPart('machine', this);
  }

  attach(exits: Exits): void {
    this.hooks = exits;
  }

  get exits(): Exits {
    return defined(this.hooks, 'a design attached to the machine');
  }

  /** Registers of a vCPU. */
  vcpu(v: number): Registers {
    return defined(this.regs[v], `vCPU ${v}`);
  }
}
