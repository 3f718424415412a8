import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { P, PS, U, W } from '../../machine';
import { BareMachine, load, store } from '../../testing/bareMachine';

/** Where the guest maps what, and where its frames really lie. */
const world = fc.record({
  profile: fc.constantFrom('npt', 'ept', 'ept-first'),
  levels: fc.integer({ min: 2, max: 4 }),
  large: fc.boolean(),
  cache: fc.boolean(),
  guestLarge: fc.boolean(),
  page: fc.integer({ min: 0, max: 511 }),
  frame: fc.integer({ min: 0x40, max: 0x60 }),
  moved: fc.integer({ min: 0x100, max: 0x1ff }),
  writable: fc.boolean(),
});

describe('translation in two dimensions', () => {
  it('is the guest’s walk followed by the p2m, whatever the formats, levels, sizes and caches', () => {
    fc.assert(
      fc.property(world, (w) => {
        const b = new BareMachine({
          design: 'nested',
          config: { machineFrames: 4096 + 300 },
          options: {
            profile: w.profile,
            poolFrames: 300,
            knobs: { 'nested-levels': w.levels },
            switches: { 'large-nested-pages': w.large, 'walk-cache': w.cache },
            p2m: [{ gfn: w.frame, mfn: w.moved, type: 'ram' }],
          },
        });
        const va = BigInt(w.page) * 4096n;
        const flags = P | U | (w.writable ? W : 0);
        b.map(va, w.frame, flags);
        b.map(0x40_0000n, 0x200, P | U | W | (w.guestLarge ? PS : 0), { level: w.guestLarge ? 2 : 1 });
        const at = w.guestLarge ? 0x40_5000n : 0x40_0000n;
        const there = w.guestLarge ? 0x205 : 0x200;
        b.machine.memory.write32(w.moved, 0, 77);
        b.machine.memory.write32(there, 0, 88);
        expect(b.run(load(va)).result).toBe(77n);
        expect(b.run(load(at)).result).toBe(88n);
        b.run(store(va, 99n, 3));
        expect(b.machine.memory.read32(w.moved, 0)).toBe(w.writable ? 99 : 77);
        expect(b.events('GuestPageFault')).toHaveLength(w.writable ? 0 : 1);
      }),
      { numRuns: 60 },
    );
  });
});
