import { defined } from '../../base';
import { prepareVcpu } from '../../hypervisor/kvm/boot';
import { MEM_LOG_DIRTY_PAGES, MEM_READONLY } from '../../hypervisor/kvm/constants';
import { kvm } from '../../hypervisor/kvm/design';
import { defaultMmuPages } from '../../hypervisor/kvm/hostOps';
import { LINUX_6_1 } from '../../hypervisor/kvm/profiles';
import type { Kvm } from '../../hypervisor/kvm/state';
import { Store, World } from '../../kernel';
import { type GuestOp, Machine, type MachineConfig } from '../../machine';
import { recordedOp } from '../recordedOp';
import { frameOfAddress, isHost, type KvmCase, type KvmOp, numberOf, wordOf, words } from './format';

/** The recorded instruction as an operation of the machine. What touches no memory is one that does nothing here. */
export const guestOp = (op: KvmOp): GuestOp =>
  op.kind === 'nop' || op.kind === 'read_cr3' ? { kind: 'mfence' } : recordedOp(op, 1);

export const slotFlags = (flags: readonly string[]): number =>
  (flags.includes('log_dirty') ? MEM_LOG_DIRTY_PAGES : 0) | (flags.includes('readonly') ? MEM_READONLY : 0);

/** Frames of the host buffer: it backs all slots. */
function ramFrames(c: KvmCase): number {
  const slots = [
    ...c.memslots,
    ...c.ops.filter(isHost).filter((h) => h.kind === 'memslot' && h.ram !== undefined),
  ];
  const ends = slots.map((s) => numberOf(defined(s.ram, 'ram')) + numberOf(defined(s.size, 'size')));
  return Math.max(4096, ...ends.map((end) => Math.ceil(end / 4096)));
}

function stampOf(c: KvmCase): MachineConfig['stamp'] {
  const { stamp } = c;
  if (stamp === undefined) return undefined;
  const at = stamp.wordAt0x200;
  return {
    firstFrame: numberOf(stamp.firstFrame),
    frames: stamp.frames,
    first: numberOf(stamp.first),
    lastByte: 0,
    grid: {
      words: stamp.words,
      wordCells: c.mode === '32' ? 1 : 2,
      perFrame: numberOf(stamp.perFrame),
      perWord: numberOf(stamp.perWord),
      ...(at === undefined ? {} : { extra: { cell: 0x200 / 4, value: numberOf(at) } }),
    },
  };
}

/** A case's world before its first operation: no shadow page, no root. */
export function buildCase(c: KvmCase): Kvm {
  const ram = ramFrames(c);
  const world = new World(kvm.counters, new Store(256 * 1024));
  const stamp = stampOf(c);
  const machine = new Machine(world, {
    vcpus: c.vcpus.length,
    guestFrames: ram,
    machineFrames: ram + 2048,
    maxPhysicalBits: c.maxphyaddr,
    pdpe1gb: true,
    indexBits: 9,
    tlbEntries: 0,
    storeBufferDepth: 0,
    ...(stamp === undefined ? {} : { stamp }),
  });
  machine.addActors();
  const built = kvm.build(world, machine, {
    profile: LINUX_6_1,
    switches: {},
    p2m: [],
    poolFrames: 0,
    knobs: {},
  });
  machine.attach(built.exits);
  const k = world.part('kvm') as Kvm;
  k.slots.define(0, 0, 0, 0, 0);
  for (const s of c.memslots)
    k.slots.define(
      s.slot,
      frameOfAddress(s.gpa),
      numberOf(s.size) / 4096,
      frameOfAddress(s.ram),
      slotFlags(s.flags),
    );
  if (c.nrMmuPages !== undefined) {
    k.vm.set('requestedPages', c.nrMmuPages);
    k.vm.set('maxPages', c.nrMmuPages);
  } else defaultMmuPages(k);
  for (const { gpa, size } of c.hostHugePages ?? [])
    for (let i = 0; i < numberOf(size) / 4096; i += 512)
      k.slots.setHostHuge(k.slots.mfn(frameOfAddress(gpa) + i), true);
  const cells = c.mode === '32' ? 1 : 2;
  for (const [frame, contents] of Object.entries(c.tables)) {
    const at = numberOf(frame);
    for (const { index, value } of words(contents)) {
      machine.memory.write32(at, index * cells, value.lo);
      if (cells === 2) machine.memory.write32(at, index * cells + 1, value.hi);
    }
  }
  c.vcpus.forEach((given, v) => {
    const r = machine.vcpu(v);
    r.set('cr0', wordOf(given.cr0).lo);
    r.set('cr3Hi', wordOf(given.cr3).hi);
    r.set('cr3Lo', wordOf(given.cr3).lo);
    r.set('cr4', wordOf(given.cr4).lo);
    r.set('efer', wordOf(given.efer).lo);
    r.set('cpl', given.cpl);
    prepareVcpu(k, v);
  });
  return k;
}
