import { describe, expect, it } from 'vitest';
import type { Invariant } from '../../kernel';
import { type GuestOp, P, PS, U, W } from '../../machine';
import { BareMachine, type BareOptions, load, store, va } from '../../testing/bareMachine';
import { nested } from './design';

const USER = P | W | U;
const at = 0x7f80_8820_7000n;

function machine(options: BareOptions & { knobs?: Record<string, number> } = {}): BareMachine {
  return new BareMachine({
    ...options,
    design: 'nested',
    config: { machineFrames: 4096 + 400, ...options.config },
    options: { poolFrames: 400, knobs: options.knobs ?? {}, ...options.options },
  });
}

const reads = (b: BareMachine): unknown =>
  b.events('WalkCounted').map((e) => [e.guestReads, e.nestedReads, e.reads]);

const broken = (b: BareMachine): string[] =>
  (nested.invariants as readonly Invariant<unknown>[])
    .flatMap((i) => i.check(b.world.part(i.part)))
    .map((v) => v.invariant);

const flushed: GuestOp = { kind: 'cr3', value: va(0x10000n) };

describe('the walk in two dimensions', () => {
  it.each([
    ['64' as const, 4, 24],
    ['pae' as const, 4, 19],
    ['32' as const, 4, 14],
    ['64' as const, 3, 19],
    ['64' as const, 2, 14],
  ])('of a %s guest over %i nested levels reads %i entries', (mode, levels, count) => {
    const b = machine({ mode, knobs: { 'nested-levels': levels } });
    const low = 0x0820_7000n;
    b.map(low, 0x45, USER);
    b.run(load(low), flushed, load(low));
    expect(b.events('WalkCounted').at(-1)).toMatchObject({ reads: count });
    expect(b.events('MemoryRead').map((e) => e.frame)).toEqual([0x45, 0x45]);
    expect(broken(b)).toEqual([]);
  });

  it('reads its entries in the order of the manual: for each guest table the nested ones, then the table', () => {
    const b = machine();
    b.map(at, 0x45, USER);
    b.run(load(at), flushed);
    b.run(load(at));
    const order = b
      .events()
      .filter((e) => e.kind === 'NestedEntryRead' || e.kind === 'WalkedLevel')
      .map((e) => (e.kind === 'WalkedLevel' ? `L${e.level}` : `${e.sought}.${e.level}`));
    expect(order.join(' ')).toBe(
      '4.4 4.3 4.2 4.1 L4 3.4 3.3 3.2 3.1 L3 2.4 2.3 2.2 2.1 L2 1.4 1.3 1.2 1.1 L1 0.4 0.3 0.2 0.1',
    );
  });

  it('is shorter by five for a large page of the guest, by one per nested walk for nested ones', () => {
    const b = machine();
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    b.run(load(0x20_0000n), flushed, load(0x20_0000n));
    expect(reads(b)).toEqual([
      [3, 16, 19],
      [3, 16, 19],
    ]);
    const large = machine({ options: { poolFrames: 400, switches: { 'large-nested-pages': true } } });
    large.map(at, 0x45, USER);
    large.run(load(at), flushed, load(at));
    expect(reads(large)).toEqual([
      [4, 15, 19],
      [4, 15, 19],
    ]);
    expect(large.events('NestedViolation')).toHaveLength(1);
    expect(broken(large)).toEqual([]);
  });

  it('reads fewer with the small cache, and the formula still holds', () => {
    const b = machine({ options: { poolFrames: 400, switches: { 'walk-cache': true } } });
    b.map(at, 0x45, USER);
    b.run(load(at), flushed, load(at));
    expect(b.events('WalkCounted').at(-1)).toMatchObject({ guestReads: 4, nestedReads: 0 });
    expect(broken(b)).toEqual([]);
  });

  it('goes by the p2m, in every step', () => {
    const p2m = [
      { gfn: 0x45, mfn: 0x99, type: 'ram' },
      { gfn: 0x99, mfn: 0x45, type: 'ram' },
    ];
    const b = machine({ options: { poolFrames: 400, p2m } });
    b.map(at, 0x45, USER);
    b.machine.memory.write32(0x99, 0, 1234);
    b.run(load(at));
    expect(b.result).toBe(1234n);
  });
});

describe('who hears of what', () => {
  it('the hypervisor hears of the first touch of a guest frame, once for all address spaces', () => {
    const b = machine();
    b.map(at, 0x45, USER);
    b.map(0x5000n, 0x45, USER);
    b.run(load(at), load(0x5000n), store(at, 7n));
    expect(b.events('NestedViolation').filter((e) => e.sought === 0)).toHaveLength(1);
    expect(b.events('PageFault')).toEqual([]);
    expect(broken(b)).toEqual([]);
  });

  it('the guest gets its own page faults without an exit', () => {
    const b = machine();
    b.map(at, 0x45, P | U);
    b.run(load(at));
    const before = b.world.counters.value('exits');
    b.run(store(at, 7n));
    expect(b.events('GuestPageFault')).toMatchObject([{ error: 7 }]);
    expect(b.world.counters.value('exits')).toBe(before);
  });

  it('A and D are marked in both dimensions, D before the store is done', () => {
    const b = machine();
    const leaf = b.map(at, 0x45, USER);
    b.run(load(at));
    expect(b.lo(leaf.frame, leaf.index) & 0x60).toBe(0x20);
    b.run(store(at, 7n));
    expect(b.lo(leaf.frame, leaf.index) & 0x60).toBe(0x60);
    const kinds = b.events().map((e) => e.kind);
    expect(kinds.indexOf('AccessedDirtySet')).toBeLessThan(kinds.indexOf('MemoryWritten'));
    expect(b.events('NestedMarked').some((e) => e.bits === 3)).toBe(true);
    expect(broken(b)).toEqual([]);
  });

  it.each([
    ['npt', 0],
    ['ept', 1],
    ['ept-first', 0],
  ])('%s: a load that walks through a protected table leaves the guest %i times', (profile, exits) => {
    const b = machine({ options: { poolFrames: 400, profile } });
    const leaf = b.map(at, 0x45, USER | 0x20);
    b.run(load(at), flushed, load(at), flushed);
    b.start([], [{ kind: 'call', name: 'protect', args: [leaf.frame] }]).finish();
    b.run(load(at));
    expect(b.events('NestedViolation')).toHaveLength(exits);
    expect(broken(b)).toEqual([]);
  });

  it('a frame behind which nothing is goes to a device: ones are read, stores are dropped', () => {
    const b = machine();
    b.map(at, 0x5000, USER);
    b.run(load(at), store(at, 7n));
    expect(b.result).toBe(0n);
    expect(b.events('DeviceAccess').map((e) => e.access)).toEqual([0, 1]);
    expect(b.events('OperationEnded')[0]).toMatchObject({ valueHi: -1, valueLo: -1 });
  });
});

describe('changes from outside', () => {
  const moved = (invept: boolean): BareMachine => {
    const b = machine({ options: { poolFrames: 400, switches: { invept } } });
    b.map(at, 0x45, USER);
    b.run(load(at));
    b.start([], [{ kind: 'call', name: 'remap', args: [0x45, 0x99] }]).finish();
    return b;
  };

  it('remapping a guest frame changes one entry, and INVEPT makes everybody forget the old one', () => {
    const b = moved(true);
    b.machine.memory.write32(0x99, 0, 55);
    expect(b.events('NestedMapped')).toMatchObject([{ gfn: 0x45, mfn: 0x99 }]);
    expect(b.run(load(at)).result).toBe(55n);
    expect(broken(b)).toEqual([]);
  });

  it('without INVEPT the TLB holds the old composition, and NI5 says so', () => {
    expect(broken(moved(false))).toEqual(['NI5']);
  });

  it.each([true, false])('the dirty log finds what was written (by D bits: %s)', (bits) => {
    const b = machine({ options: { poolFrames: 400, switches: { 'log-by-dirty-bits': bits } } });
    const other = 0x5000n;
    b.map(at, 0x45, USER);
    b.map(other, 0x46, USER);
    const host = (name: string): void => void b.start([], [{ kind: 'call', name, args: [] }]).finish();
    b.run(load(at), load(other));
    host('log-dirty-on');
    b.run(store(at, 7n), load(other));
    host('harvest-dirty');
    const design = b.world.part('nested') as { dirty: { rows: () => readonly number[] } };
    expect(design.dirty.rows()).toContain(0x45);
    expect(design.dirty.rows()).not.toContain(0x46);
    expect(broken(b)).toEqual([]);
  });
});
