import { describe, expect, it } from 'vitest';
import { designs } from '../../hypervisor';
import { XI_SWITCHES } from '../../hypervisor/xi/switches';
import { resolve } from '../../scenario';
import { drive, type Finding } from './drive';
import { XiWorld } from './world';

/** From where on a few random guests find it: to be chosen anew if what is random changes. */
const FROM: Readonly<Record<string, number>> = {
  'search-large': 19,
  'pin-path': 6,
  refill: 3,
  'owed-flush': 7,
  'unlink-parents': 2,
  'stale-all': 2,
  'zero-before-use': 2,
};

/** The first of a few random guests in which something breaks. */
function hunt(name: string, seeds: number): Finding | undefined {
  const from = FROM[name] ?? 1;
  for (let seed = from; seed < from + seeds; seed++) {
    const w = new XiWorld(seed, { [name]: false }, { knobs: { 'backlinks-of-tables-only': 0 } });
    const finding = drive(w, { operations: 40, transparent: true });
    if (finding !== undefined) return finding;
  }
  return undefined;
}

describe('random guests of XI', () => {
  it('break nothing, and see what bare hardware would show them', () => {
    for (let seed = 5000; seed < 5008; seed++) {
      const finding = drive(new XiWorld(seed), { operations: 30, transparent: true });
      expect(finding, `seed ${seed}`).toBeUndefined();
    }
  });

  it('in a pool as small as can be, never wedge', () => {
    for (let seed = 6000; seed < 6004; seed++) {
      const w = new XiWorld(
        seed,
        {},
        { vcpus: 1, kind: { mode: '64', bits: 3, levels: 3, fewest: 3 }, knobs: { kits: 3 } },
      );
      expect(drive(w, { operations: 40, transparent: true }), `seed ${seed}`).toBeUndefined();
      expect(w.bare.world.counters.value('spti_recycle')).toBeGreaterThan(3);
    }
  });

  // The narrow race of `flush-before-compare` has a scenario of its own in the library, and time in `npm run soak -- xi`.
  const quick = XI_SWITCHES.filter(
    ({ protects, name }) => protects !== undefined && name !== 'flush-before-compare',
  );
  it.each(quick.map(({ name }) => name))('without %s soon break something', (name) => {
    expect(hunt(name, 5)).toBeDefined();
  });
});

const text = (lines: string): string =>
  `scenario "T"\ndesign xi\n${lines}\nroot 0x001\n\nvcpu 0\n  load 0x0 kernel\n`;
const complaint = (lines: string): string => {
  const result = resolve(text(lines), designs);
  return result.kind === 'error' ? result.error.map((d) => d.says).join('\n') : '';
};

describe('a reservation that cannot be', () => {
  it('is refused with the arithmetic if it is larger than memory', () => {
    expect(complaint('knob kits 20\npaging x86-64, 64 frames')).toMatch(
      /larger than the domain’s memory: 20 kits of 4 pages are 80 pages, but the domain has 64. Expected at most 16 kits/,
    );
    expect(complaint('knob share 1500\npaging x86-64, 1024 frames')).toMatch(
      /1536 pages, but the domain has 1024/,
    );
  });

  it('is refused if it is too small for any access, or does not fit the pool', () => {
    expect(complaint('paging x86-64, 64 frames')).toMatch(/too small for any access: 0 kits/);
    expect(complaint('knob kits 8\npool 16 frames\npaging x86-64, 64 frames')).toMatch(
      /are 33 frames, but the pool has 16/,
    );
  });

  it('is refused with paging off', () => {
    expect(complaint('knob kits 8\npaging off')).toMatch(/not known to run guests with paging off/);
  });
});
