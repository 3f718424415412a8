import { defined, ensure } from '../../base';
import type { Region, World } from '../../kernel';
import { type Halves, type MachineConfig, Memory, REAL_GEOMETRY, StoreBuffers } from '../../machine';
import { mostStores } from './asScenario';
import { type Instruction, type LitmusTest, REGISTERS, type Register, type Source } from './test';

const WIDTH = 4;
/** Every location is a word of its own in this frame. */
const FRAME = 0;

const halves: Halves = { hi: 0, lo: 0 };

/** A litmus test as a small machine: the real one's memory and store buffers, with nothing else of it around them. */
export class LitmusMachine {
  readonly buffers: StoreBuffers;
  private readonly memory: Memory;
  private readonly registers: Region;
  private readonly locations = new Map<string, number>();

  constructor(
    readonly world: World,
    readonly test: LitmusTest,
  ) {
    const config: MachineConfig = {
      ...REAL_GEOMETRY,
      vcpus: test.threads.length,
      guestFrames: 1,
      machineFrames: 1,
      storeBufferDepth: mostStores(test),
    };
    this.memory = new Memory(world.store, config);
    this.buffers = new StoreBuffers(world, this.memory, config);
    this.registers = world.store.region('registers', test.threads.length * REGISTERS.length);
    world.addPart('litmus', this);
    for (const { thread, register, value } of test.registers) this.setRegister(thread, register, value);
    for (const [location, value] of test.memory) this.writeNow(location, value);
  }

  instruction(thread: number, at: number): Instruction | undefined {
    return this.test.threads[thread]?.[at];
  }

  private registerCell(thread: number, register: Register): number {
    return this.registers.base + thread * REGISTERS.length + REGISTERS.indexOf(register);
  }

  register(thread: number, register: Register): number {
    return this.world.store.get(this.registerCell(thread, register));
  }

  setRegister(thread: number, register: Register, value: number): void {
    this.world.store.set(this.registerCell(thread, register), value);
  }

  value(thread: number, source: Source): number {
    return source.kind === 'immediate' ? source.value : this.register(thread, source.register);
  }

  /** Byte offset of a location; it gets its word when it is first named. */
  private offset(location: string): number {
    let offset = this.locations.get(location);
    if (offset === undefined) {
      offset = this.locations.size * WIDTH;
      ensure(offset < 4096, 'the locations of a litmus test fit in a frame');
      this.locations.set(location, offset);
    }
    return offset;
  }

  /** What a thread reads: its own newest store, else memory. */
  load(thread: number, location: string): number {
    this.buffers.read(thread, FRAME, this.offset(location), WIDTH, halves);
    return halves.lo;
  }

  /** What memory holds. */
  inMemory(location: string): number {
    return this.memory.read32(FRAME, this.offset(location) / WIDTH);
  }

  store(thread: number, location: string, value: number): void {
    this.buffers.push(thread, FRAME, this.offset(location), WIDTH, 0, value);
  }

  /** A store that no buffer holds back: before the first step, and within a locked instruction. */
  writeNow(location: string, value: number): void {
    this.memory.write32(FRAME, this.offset(location) / WIDTH, value);
  }

  /** Whether everybody is done and every store has reached memory. */
  final(): boolean {
    return this.test.threads.every((_, v) => this.buffers.empty(v) && !this.thread(v).alive);
  }

  private thread(v: number) {
    return defined(this.world.actors[v]?.thread, `the thread of P${v}`);
  }
}
