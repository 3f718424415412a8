import { defined } from '../../base';
import { xenEra417 } from '../../hypervisor/xen/eras';
import type { Xen } from '../../hypervisor/xen/state';
import { wholeXen } from '../../hypervisor/xen/whole';
import { Store, World } from '../../kernel';
import { Machine } from '../../machine';
import { numberOf, wordOf, words, type XenCase } from './format';
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

/** A case's world before its first operation, with the shadow as recorded. */
export function buildCase(c: XenCase): Xen {
  const ram = Math.max(...c.memory.map((m) => (numberOf(m.gpa) + numberOf(m.size)) / 4096));
  const { p2m, frames } = placeTables(c, ram);
  const world = new World(wholeXen.counters, new Store(256 * 1024));
  const machine = new Machine(world, {
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
  });
  machine.addActors();
  const profile = defined(
    wholeXen.profiles.find((p) => p.name === xenEra417),
    `profile ${xenEra417}`,
  );
  const built = wholeXen.build(world, machine, {
    profile: profile.name,
    switches: profile.switches,
    p2m,
    poolFrames: POOL,
    knobs: {},
  });
  machine.attach(built.exits);
  const x = world.part('xen') as Xen;
  const cells = c.mode === '32' ? 1 : 2;
  for (const [frame, contents] of Object.entries(c.tables)) {
    const at = x.p2m.mfn(Number.parseInt(frame, 16));
    for (const { index, value } of words(contents)) {
      machine.memory.write32(at, index * cells, value.lo);
      if (cells === 2) machine.memory.write32(at, index * cells + 1, value.hi);
    }
  }
  const given = defined(c.vcpus[0], 'a vCPU');
  const r = machine.vcpu(0);
  r.set('cr0', wordOf(given.cr0).lo);
  r.set('cr3Hi', wordOf(given.cr3).hi);
  r.set('cr3Lo', wordOf(given.cr3).lo);
  r.set('cr4', wordOf(given.cr4).lo);
  r.set('efer', wordOf(given.efer).lo);
  r.set('cpl', given.cpl);
  loadStart(x, c);
  return x;
}
