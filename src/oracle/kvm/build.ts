import { defined } from '../../base';
import { prepareVcpu } from '../../hypervisor/kvm/boot';
import { MEM_LOG_DIRTY_PAGES, MEM_READONLY } from '../../hypervisor/kvm/constants';
import { defaultMmuPages } from '../../hypervisor/kvm/hostOps';
import type { Kvm } from '../../hypervisor/kvm/state';
import type { GuestOp, MachineConfig } from '../../machine';
import { recordedOp } from '../recordedOp';
import { frameOfAddress, isHost, type KvmCase, type KvmOp, numberOf, words } from './format';

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

/** Machine frames beyond the guest's memory: enough for every shadow page that a case may have. */
const POOL = 2048;

/** The machine of a case. */
export function machineOf(c: KvmCase): MachineConfig {
  const ram = ramFrames(c);
  const stamp = stampOf(c);
  return {
    vcpus: c.vcpus.length,
    guestFrames: ram,
    machineFrames: ram + POOL,
    maxPhysicalBits: c.maxphyaddr,
    pdpe1gb: true,
    indexBits: 9,
    tlbEntries: 0,
    storeBufferDepth: 0,
    ...(stamp === undefined ? {} : { stamp }),
  };
}

/** Memory slots, the limit of shadow pages, huge pages of the host, and vCPUs without a root: what KVM knows before the first operation. */
export function loadCase(k: Kvm, c: KvmCase): void {
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
      k.memory.write32(at, index * cells, value.lo);
      if (cells === 2) k.memory.write32(at, index * cells + 1, value.hi);
    }
  }
  for (let v = 0; v < c.vcpus.length; v++) prepareVcpu(k, v);
}
