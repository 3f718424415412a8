import { defined } from '../../base';
import type { DesignOptions } from '../../hypervisor';
import { xenEra417 } from '../../hypervisor/xen/eras';
import type { Xen } from '../../hypervisor/xen/state';
import { wholeXen } from '../../hypervisor/xen/whole';
import type { MachineConfig } from '../../machine';
import { numberOf, words, type XenCase } from './format';
import { loadStart } from './loadStart';

/** Frames of the pool: more than any case needs, so that nothing is ever evicted for want of room. */
const POOL = 1024;

interface Mapping {
  readonly gfn: number;
  readonly mfn: number;
  readonly type: string;
}

/**
 * Xen's hash of out-of-sync pages is by machine frame number. What a case says of it is heeded by a p2m: each possible table has a
 * machine frame above the guest's own, with the right remainder. The gfns that would name those frames name no memory.
 */
function placeTables(c: XenCase, ram: number): { p2m: Mapping[]; frames: number } {
  const p2m: Mapping[] = [];
  let next = Math.ceil(ram / 3) * 3;
  for (const [gfn, rest] of Object.entries(c.mfnMod3)) {
    p2m.push({ gfn: numberOf(gfn), mfn: next + rest, type: 'ram_rw' });
    next += 3;
  }
  for (let gfn = ram; gfn < next; gfn++) p2m.push({ gfn, mfn: -1, type: 'mmio_dm' });
  return { p2m, frames: next };
}

/** Frames below the end of memory that no range of the case holds: a device model answers there. */
function holes(c: XenCase, ram: number): Mapping[] {
  const backed = c.memory.map((m) => {
    const first = numberOf(m.gpa) / 4096;
    return { first, end: first + numberOf(m.size) / 4096 };
  });
  const found: Mapping[] = [];
  for (let gfn = 0; gfn < ram; gfn++)
    if (!backed.some(({ first, end }) => gfn >= first && gfn < end))
      found.push({ gfn, mfn: -1, type: 'mmio_dm' });
  return found;
}

/** The machine and the domain of a case, as what a scenario settles. */
export function worldOf(c: XenCase): { machine: MachineConfig; options: DesignOptions } {
  const ram = Math.max(...c.memory.map((m) => (numberOf(m.gpa) + numberOf(m.size)) / 4096));
  const { p2m, frames } = placeTables(c, ram);
  const profile = defined(
    wholeXen.profiles.find((p) => p.name === xenEra417),
    `profile ${xenEra417}`,
  );
  return {
    machine: {
      vcpus: 1,
      guestFrames: frames,
      machineFrames: frames + POOL,
      maxPhysicalBits: c.maxphyaddr,
      pdpe1gb: false,
      indexBits: 9,
      tlbEntries: 0,
      storeBufferDepth: 0,
      stamp: {
        firstFrame: numberOf(c.stamp.firstFrame),
        frames: c.stamp.frames,
        first: numberOf(c.stamp.first),
        lastByte: numberOf(c.stamp.lastByte),
      },
    },
    options: {
      profile: profile.name,
      switches: profile.switches,
      p2m: [...p2m, ...holes(c, ram)],
      poolFrames: POOL,
      knobs: {},
    },
  };
}

/** Guest tables, and the shadow as recorded: what there is before the first operation. */
export function loadCase(x: Xen, c: XenCase): void {
  const cells = c.mode === '32' ? 1 : 2;
  for (const [frame, contents] of Object.entries(c.tables)) {
    const at = x.p2m.mfn(Number.parseInt(frame, 16));
    for (const { index, value } of words(contents)) {
      x.memory.write32(at, index * cells, value.lo);
      if (cells === 2) x.memory.write32(at, index * cells + 1, value.hi);
    }
  }
  loadStart(x, c);
}
