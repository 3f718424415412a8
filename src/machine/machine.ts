import { defined, frameName, type Word } from '../base';
import type { Region, Thread, World } from '../kernel';
import { Ahead } from './ahead';
import type { MachineConfig } from './config';
import { GeneralProtection } from './events';
import type { Exits } from './exits';
import { guest } from './guest';
import { Memory } from './memory';
import type { GuestOp } from './operation';
import { OUTCOME_GENERAL_PROTECTION } from './outcome';
import { modeOf, type PagingMode, type PagingModes, pagingModes } from './paging';
import { R, Registers } from './registers';
import { StoreBuffers } from './storeBuffer';
import { Tlb } from './tlb';

/** A word of 32 bits by name: where programs see it, and where it lies. */
export interface NamedWord {
  readonly name: string;
  readonly va: Word;
  /** Guest frame, and the byte in it. */
  readonly gfn: number;
  readonly offset: number;
}

/** What a processor's mode was decided from, so that it need not be decided at each step: no state, for it follows from the registers. */
interface KnownMode {
  cr0: number;
  cr4: number;
  efer: number;
  mode: PagingMode;
}

/**
 * The simulated x86 machine: memory, registers, TLBs, and the programs its processors run. vCPU v is actor v of the world;
 * the host (operations from outside) is the actor after the last vCPU. Part name: `machine`.
 */
export class Machine {
  readonly memory: Memory;
  /** Registers of each vCPU. */
  readonly regs: readonly Registers[];
  /** Of the host only `op` and `outcome` mean something. */
  readonly host: Registers;
  readonly tlb: Tlb;
  readonly storeBuffers: StoreBuffers;
  /** Instructions that an emulator has done ahead of the programs. */
  readonly ahead: Ahead;
  readonly modes: PagingModes;
  /** One program per vCPU, then the host's. Fixed for the run. */
  programs: readonly (readonly GuestOp[])[] = [];
  /** Where the guest kernel maps gfn 0 and upwards, writable; undefined if the scenario gives it no direct map. */
  directMap: Word | undefined;
  /** Words of memory that the programs have names for. Fixed for the run. */
  words: readonly NamedWord[] = [];
  private hooks: Exits | undefined;
  private readonly pause: Region;
  private readonly knownModes: readonly KnownMode[];
  /** Names of the design's switches, in order: SwitchChanged gives the place in this list. */
  switchNames: readonly string[] = [];
  /** Changes a switch of the design; set by whoever builds the world. */
  setSwitch: (name: string, on: boolean) => void = () => {
    throw new Error('no design is attached');
  };
  /** Told of each translation that the processor has made by itself; nothing on a real machine is. */
  onTranslated: ((v: number, vaHi: number, vaLo: number) => void) | undefined;
  /** The machine frame behind a guest frame, -1 if there is none. A design with a p2m overrides it. */
  gfnToMfn: (gfn: number) => number = (gfn) => gfn;
  /**
   * How captions call the table of a level that the processor walks, after "of": "the guest's L4 table 0x010",
   * "the shadow L4 table s084". A design overrides it.
   */
  nameTable: (frame: number, level: number) => string = (frame, level) =>
    `its L${level} table ${frameName(frame)}`;
  /** How captions call a machine frame: "0x011", "s085". A design overrides it. */
  nameFrame: (frame: number) => string = frameName;
  /** Told when a processor sets the dirty bit of an entry (a table's frame, and an index). A design may want to know. */
  dirtied: (frame: number, index: number) => void = () => undefined;

  constructor(
    readonly world: World,
    readonly config: MachineConfig,
  ) {
    this.memory = new Memory(world.store, config);
    this.regs = Array.from({ length: config.vcpus }, (_, v) => new Registers(world.store, v));
    this.host = new Registers(world.store, config.vcpus, 'the host');
    this.tlb = new Tlb(world, config);
    this.storeBuffers = new StoreBuffers(world, this.memory, config);
    this.ahead = new Ahead(world.store, config.vcpus);
    this.modes = pagingModes(config);
    this.knownModes = this.regs.map(() => ({ cr0: 0, cr4: 0, efer: 0, mode: this.modes.off }));
    this.pause = world.store.region('paused by', 1);
    world.addPart('machine', this);
  }

  /** The actor for which all vCPUs but itself have been paused, or -1. A paused vCPU begins no operation. */
  get pausedBy(): number {
    return this.world.store.get(this.pause.base) - 1;
  }

  /** `actor` -1: nobody is paused any more. */
  set pausedBy(actor: number) {
    this.world.store.set(this.pause.base, actor + 1);
  }

  /** The named word that begins at a byte of a machine frame. */
  wordAt(frame: number, offset: number): NamedWord | undefined {
    return this.words.find((word) => word.offset === offset && this.gfnToMfn(word.gfn) === frame);
  }

  attach(exits: Exits): void {
    this.hooks = exits;
  }

  get exits(): Exits {
    return defined(this.hooks, 'a design attached to the machine');
  }

  /** Registers of a vCPU. */
  vcpu(v: number): Registers {
    // Asked at every step: words for what is missing are made only where it is.
    return this.regs[v] ?? defined(undefined, `vCPU ${v}`);
  }

  /** Registers of whoever runs a program: a vCPU, or the host. */
  registersOf(actor: number): Registers {
    return actor === this.config.vcpus ? this.host : this.vcpu(actor);
  }

  /** The mode that the processor itself walks in. */
  hwMode(v: number): PagingMode {
    const r = this.vcpu(v);
    const known = this.knownModes[v] as KnownMode;
    const cr0 = r.read(R.hwCr0);
    const cr4 = r.read(R.hwCr4);
    const efer = r.read(R.hwEfer);
    if (cr0 !== known.cr0 || cr4 !== known.cr4 || efer !== known.efer) {
      known.cr0 = cr0;
      known.cr4 = cr4;
      known.efer = efer;
      known.mode = this.modes[modeOf(cr0, cr4, efer)];
    }
    return known.mode;
  }

  /** The mode that the guest believes it runs in. */
  guestMode(v: number): PagingMode {
    const r = this.vcpu(v);
    return this.modes[modeOf(r.read(R.cr0), r.read(R.cr4), r.read(R.efer))];
  }

  /** #GP: the instruction is skipped and its operation ends with outcome 2. */
  generalProtection(v: number): void {
    this.vcpu(v).write(R.outcome, OUTCOME_GENERAL_PROTECTION);
    this.world.emit(GeneralProtection, v);
  }

  /** The actors: a thread per vCPU, the host's thread, and a drain per store buffer if the machine has store buffers. */
  addActors(): void {
    const { world, config } = this;
    for (let v = 0; v < config.vcpus; v++) world.addThread('vcpu', `vCPU ${v}`);
    world.addThread('host', 'the host');
    if (config.storeBufferDepth === 0) return;
    for (let v = 0; v < config.vcpus; v++) {
      world.addActor(
        'drain',
        `store buffer of vCPU ${v}`,
        () => !this.storeBuffers.empty(v),
        () => this.storeBuffers.drain(v),
      );
    }
  }

  /** The vCPU whose store buffer a draining actor is. */
  drains(actor: number): number {
    return actor - this.config.vcpus - 1;
  }

  /** Puts every actor that has a program before its first operation. After the design's boot procedure has run. */
  startPrograms(): void {
    this.programs.forEach((program, actor) => {
      const thread: Thread = defined(this.world.actors[actor]?.thread, `the thread of actor ${actor}`);
      if (program.length > 0) thread.start(guest);
    });
  }
}
