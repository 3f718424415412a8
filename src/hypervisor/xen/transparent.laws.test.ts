import { describe, expect, it } from 'vitest';
import { Random, type Word, word } from '../../base';
import { CR0_WP, type GuestOp, GuestPageFault, type Machine } from '../../machine';
import { NativeLab } from '../../testing/nativeLab';
import { CR0, cr3, direct, EMPTY, e, invlpg, load, T, vaOf, XenLab } from '../../testing/xenLab';
import { randomEntries, randomEntry } from '../../testing/xenRandom';

const seed = Number(process.env.XEN_SEED ?? Date.now() % 1_000_000);
const runs = process.env.XEN_SEED === undefined ? Number(process.env.XEN_RUNS ?? 10) : 1;
const OPS = 150;

const PAGES = [0x30, 0x31, 0x32, 0x33, 0x34] as const;
const INDICES = [0, 1, 2, 7, 31, 32] as const;

/** A guest that keeps the processor's rules: whatever it changes in its tables it flushes before the next use. */
function disciplined(r: Random): GuestOp[] {
  const page = r.pick(PAGES);
  const index = r.pick(INDICES);
  const va = vaOf(page, index);
  const cpl = r.chance(0.8) ? 3 : 0;
  const dice = r.below(100);
  if (dice < 30) return [load(va, cpl)];
  if (dice < 50) {
    const width = r.pick([1, 2, 4, 8] as const);
    const at = word(va.hi, va.lo + r.pick([0, 8, 0xffd, 0xff8]));
    return [{ kind: 'store', va: at, value: word(r.word(), r.word()), width, cpl }];
  }
  if (dice < 54) return [{ kind: 'fetch', va, cpl: 3 }];
  if (dice < 58) return [{ kind: 'cr0', value: r.chance(0.5) ? CR0 & ~CR0_WP : CR0 }];
  if (dice < 60) return [cr3()];
  if (dice < 66) {
    const target = r.chance(0.2) ? EMPTY : e(r.pick(PAGES), r.pick([0x27, 0x25, 0x07, 0x23]));
    return [write(r, direct(0x12, 0x41 + r.below(5)), target), cr3()];
  }
  const change = write(r, direct(page, index), randomEntry(r));
  // Where the L1 table is mapped is only certain right after a whole flush; so the page's own address is flushed and all else too.
  return r.chance(0.5) ? [change, cr3()] : [change, ...PAGES.map((p) => invlpg(vaOf(p, index)))];
}

function write(r: Random, va: Word, value: Word): GuestOp {
  if (r.chance(0.85)) return { kind: 'store', va, value, width: 8, cpl: 0 };
  const op = r.pick(['xchg', 'or', 'and', 'add', 'cmpxchg'] as const);
  return { kind: 'locked', op, va, value, expected: EMPTY, width: 8, cpl: 0 };
}

const seen = (m: Machine): string =>
  (['outcome', 'resultHi', 'resultLo', 'cr2Hi', 'cr2Lo'] as const)
    .map((name) => m.vcpu(0).get(name))
    .join(' ');

/** Guest frames that may hold anything: tables and data. */
const FRAMES = [T, 0x11, 0x12, ...PAGES, 0x61, ...Array.from({ length: 8 }, (_, i) => 0x200 + i)];

function firstDifference(a: Machine, b: Machine): string | undefined {
  for (const frame of FRAMES)
    for (let i = 0; i < 1024; i++)
      if (a.memory.read32(frame, i) !== b.memory.read32(frame, i))
        return `word ${i} of frame ${frame.toString(16)}: ${a.memory.read32(frame, i).toString(16)} on bare hardware, ${b.memory.read32(frame, i).toString(16)} under Xen`;
  return undefined;
}

describe('an emulated store over two pages', () => {
  it('that fails at the second tells the guest so in CR2', () => {
    const entries = [{ page: 0x30, index: 0, value: e(0x200, 0x65) }];
    const xen = new XenLab({ vcpus: 1, entries });
    const native = new NativeLab(entries);
    const first = vaOf(0x30, 0);
    const va = word(first.hi, first.lo + 0xffd);
    const ops: GuestOp[] = [
      load(first),
      { kind: 'cr0', value: CR0 & ~CR0_WP },
      { kind: 'store', va, value: word(0, -1), width: 8, cpl: 0 },
    ];
    for (const op of ops) {
      xen.run(0, op);
      native.run(op);
    }
    expect(xen.counter('shadow_fault_emulate_wp')).toBe(1);
    expect(xen.machine.vcpu(0).get('cr2Lo')).toBe(first.lo + 0x1000);
    expect(seen(xen.machine)).toBe(seen(native.machine));
    expect(firstDifference(native.machine, xen.machine)).toBeUndefined();
  });
});

/**
 * I17, and what I11 comes to for one vCPU: a guest that flushes what it changes cannot tell the shadow from the real thing. Every
 * value read, every fault with its error code and CR2, every word of memory with its accessed and dirty bits is the same.
 */
describe('the shadow is invisible to a guest that flushes', () => {
  it(`${runs} programs from seed ${seed}`, () => {
    for (let i = 0; i < runs; i++) {
      const r = new Random(seed + i);
      const era = r.pick(['F', 'B', 'T', 'S', 'U', 'A']);
      const entries = randomEntries();
      const switches = Object.fromEntries(
        [
          'out-of-sync',
          'snapshots',
          'fixups',
          'prefetch',
          'fast-fault-path',
          'fast-emulation',
          'skip-verify',
          'wrmap-guess',
        ]
          .filter(() => r.chance(0.2))
          .map((name) => [name, false]),
      );
      const xen = new XenLab({ era, vcpus: 1, entries, switches });
      const native = new NativeLab(entries);
      const world = `XEN_SEED=${seed + i}, era ${era}`;
      for (let n = 0; n < OPS; n++)
        for (const op of disciplined(r)) {
          xen.fresh();
          native.world.events.truncate(0);
          xen.run(0, op);
          native.run(op);
          const where = `${world}, operation ${n}: ${JSON.stringify(op)}`;
          expect(seen(xen.machine), where).toBe(seen(native.machine));
          expect(errorCodes(xen), where).toEqual(errorCodes(native));
        }
      expect(firstDifference(native.machine, xen.machine), world).toBeUndefined();
      expect(xen.violations, world).toEqual([]);
    }
  });
});

const errorCodes = ({ world }: { readonly world: XenLab['world'] }): unknown[] =>
  world.events
    .read(0, world.events.mark, 0)
    .filter((event) => event.kind === GuestPageFault.kind)
    .map((event) => event.error);
