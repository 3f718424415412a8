import { defined, type Word, word } from '../base';
import { designs } from '../hypervisor';
import { Store, World } from '../kernel';
import {
  type GuestOp,
  Machine,
  MemoryRead,
  modeOf,
  OUTCOME_DONE,
  OUTCOME_GENERAL_PROTECTION,
  PageFault,
  RFLAGS_AC,
  readBytes,
  WalkedLevel,
} from '../machine';
import type { WalkCase, WalkEntry } from './walksFormat';

/** What the machine model did in a recorded case. */
export interface WalkOutcome {
  readonly mode: string;
  readonly fault: null | '#PF' | '#GP';
  readonly error: number;
  readonly cr2: Word;
  /** Physical address of the access; zero on a fault. */
  readonly pa: Word;
  /** The entries as they are afterwards, in the case's order. */
  readonly after: readonly Word[];
  /** Level of the last entry that was read: where a fault was found. 5 if none was read. */
  readonly lastLevel: number;
}

/** Longer than any walk with all its restarts: one vCPU alone has none. */
const STEPS = 100;

const frameAndOffset = (address: Word): { frame: number; offset: number } => ({
  frame: address.hi * 0x10_0000 + (address.lo >>> 12),
  offset: address.lo & 0xfff,
});

/**
 * The access as an operation. A write is a locked OR with zero: to the processor a write like any other, but one that leaves
 * a table alone which the recording's random page happens to be.
 */
function operation(c: WalkCase): GuestOp {
  const { va, cpl } = c;
  const zero = word(0, 0);
  switch (c.access) {
    case 'read':
      return { kind: 'load', va, width: 1, cpl };
    case 'write':
      return { kind: 'locked', op: 'or', va, value: zero, expected: zero, width: 1, cpl };
    case 'fetch':
      return { kind: 'fetch', va, cpl };
  }
}

function build(c: WalkCase): Machine {
  const native = defined(designs.get('native'), 'the design of bare hardware');
  const world = new World(native.counters, new Store(8 * 1024));
  const machine = new Machine(world, {
    vcpus: 1,
    guestFrames: 2 ** (c.maxpa - 12),
    machineFrames: 2 ** (c.maxpa - 12),
    maxPhysicalBits: c.maxpa,
    pdpe1gb: c.pdpe1gb === 1,
    indexBits: 9,
    tlbEntries: 64,
    storeBufferDepth: 0,
  });
  machine.addActors();
  const design = native.build(world, machine, {
    profile: '',
    switches: {},
    p2m: [],
    poolFrames: 0,
    knobs: {},
  });
  machine.attach(design.exits);
  const r = machine.vcpu(0);
  r.set('cr0', c.cr0.lo);
  r.set('cr3Hi', c.cr3.hi);
  r.set('cr3Lo', c.cr3.lo);
  r.set('cr4', c.cr4.lo);
  r.set('efer', c.efer.lo);
  r.set('rflags', c.ac === 1 ? RFLAGS_AC : 0);
  for (const e of c.entries) writeEntry(machine, c, e);
  defined(world.actors[0]?.thread, 'the thread of vCPU 0').start(design.boot);
  run(world);
  return machine;
}

function writeEntry(m: Machine, c: WalkCase, { addr, before }: WalkEntry): void {
  const { frame, offset } = frameAndOffset(addr);
  m.memory.write32(frame, offset >>> 2, before.lo);
  if (c.mode !== '32') m.memory.write32(frame, (offset >>> 2) + 1, before.hi);
}

function run(world: World): void {
  for (let i = 0; world.enabled(0); i++) {
    if (i === STEPS) throw new Error(`one access took more than ${STEPS} steps`);
    world.step(0);
  }
}

/** Runs a recorded access through the machine's own step tables: empty TLB, one vCPU, one operation. */
export function replayWalk(c: WalkCase): WalkOutcome {
  const m = build(c);
  const { world } = m;
  m.programs = [[operation(c)]];
  world.events.truncate(0);
  m.startPrograms();
  run(world);
  const r = m.vcpu(0);
  const outcome = r.get('outcome');
  const seen = { error: 0, va: word(0, 0), pa: word(0, 0), level: 5 };
  world.events.scan(0, world.events.mark, (type, _, at) => {
    const argument = (field: string): number => world.events.argument(at + type.fields.indexOf(field));
    if (type === WalkedLevel) seen.level = argument('level');
    else if (type === PageFault) seen.error = argument('error');
    else if (type === MemoryRead) {
      const frame = argument('frame');
      seen.pa = word(frame >>> 20, (frame << 12) | argument('offset'));
    }
  });
  const halves = { hi: 0, lo: 0 };
  return {
    mode: modeOf(c.cr0.lo, c.cr4.lo, c.efer.lo),
    fault: outcome === OUTCOME_DONE ? null : outcome === OUTCOME_GENERAL_PROTECTION ? '#GP' : '#PF',
    error: seen.error,
    cr2: word(r.get('cr2Hi'), r.get('cr2Lo')),
    pa: seen.pa,
    after: c.entries.map(({ addr }) => {
      const { frame, offset } = frameAndOffset(addr);
      readBytes(m.memory, frame, offset, c.mode === '32' ? 4 : 8, halves);
      return word(halves.hi, halves.lo);
    }),
    lastLevel: seen.level,
  };
}
