import { describe, expect, it } from 'vitest';
import { BareMachine, load, store, va } from '../testing/bareMachine';
import { D, P, U, W } from './bits';
import { instruction } from './instruction';
import type { GuestOp, LockedOp, Width } from './operation';

const USER = P | W | U;
const at = 0x7f80_8820_7000n;

/** Two neighbouring pages of the guest, in frames that are no neighbours. */
function twoPages(second = USER): BareMachine {
  const b = new BareMachine();
  b.map(at, 0x45, USER);
  b.map(at + 0x1000n, 0x99, second);
  return b;
}

const sized = (kind: 'load', address: bigint, width: Width): GuestOp => ({
  kind,
  va: va(address),
  width,
  cpl: 3,
});
const put = (address: bigint, value: bigint, width: Width): GuestOp => ({
  kind: 'store',
  va: va(address),
  value: va(value),
  width,
  cpl: 3,
});
const locked = (op: LockedOp, value: bigint, expected = 0n, width: Width = 8, address = at): GuestOp => ({
  kind: 'locked',
  op,
  va: va(address),
  value: va(value),
  expected: va(expected),
  width,
  cpl: 3,
});

describe('loads and stores', () => {
  it.each([
    [1, 0x11n],
    [2, 0x2211n],
    [4, 0x4433_2211n],
    [8, 0x8877_6655_4433_2211n],
  ] as const)('of %i bytes read and write that many, little-endian', (width, expected) => {
    const b = twoPages();
    b.machine.memory.write64(0x45, 1, 0x8877_6655, 0x4433_2211);
    expect(b.run(sized('load', at + 8n, width)).result).toBe(expected);
    b.run(put(at + 16n, 0xf1f2_f3f4_f5f6_f7f8n, width), load(at + 16n));
    expect(b.result).toBe(0xf1f2_f3f4_f5f6_f7f8n & ((1n << BigInt(8 * width)) - 1n));
  });

  it('may be unaligned', () => {
    const b = twoPages();
    b.run(put(at + 5n, 0x1122_3344_5566_7788n, 8));
    expect(b.run(sized('load', at + 5n, 8)).result).toBe(0x1122_3344_5566_7788n);
    expect(b.run(sized('load', at + 6n, 2)).result).toBe(0x6677n);
    expect(b.run(load(at)).result).toBe(0x6677_8800_0000_0000n);
  });

  it('may cross into another page, which is translated by itself', () => {
    const b = twoPages();
    b.run(put(at + 0xffdn, 0x1122_3344_5566_7788n, 8));
    expect(b.events('MemoryWritten').map((e) => [e.frame, e.offset, e.width])).toEqual([
      [0x45, 0xffd, 3],
      [0x99, 0, 5],
    ]);
    expect(b.run(sized('load', at + 0xffdn, 8)).result).toBe(0x1122_3344_5566_7788n);
    expect(b.run(sized('load', at + 0x1000n, 4)).result).toBe(0x2233_4455n);
  });

  it('write nothing at all when their second page faults, and CR2 is that page', () => {
    const b = twoPages(P | U);
    expect(b.run(put(at + 0xffcn, 1n, 8)).outcomes()).toEqual([7]);
    expect(b.events('MemoryWritten')).toEqual([]);
    expect(b.machine.vcpu(0).get('cr2Lo') >>> 0).toBe(Number((at + 0x1000n) & 0xffff_ffffn));
  });

  it('wrap around at the end of a 32-bit address space', () => {
    const b = new BareMachine({ mode: '32' });
    b.map(0xffff_f000n, 0x45, USER);
    b.map(0n, 0x46, USER);
    expect(b.run(put(0xffff_fffen, 0x1122_3344n, 4)).outcomes()).toEqual(['ok']);
    expect(b.machine.memory.read32(0x46, 0)).toBe(0x1122);
  });
});

describe('locked operations', () => {
  it.each([
    ['xchg', 0xffn, 0xffn],
    ['xor', 0xff00n, 0xed34n],
    ['or', 0xf000n, 0xf234n],
    ['and', 0xff00n, 0x1200n],
    ['add', 0xffff_ffff_ffffn, 0x1_0000_0000_1233n],
  ] as const)('%s reads, computes and writes, and gives the old value', (op, value, after) => {
    const b = twoPages();
    b.machine.memory.write64(0x45, 0, 0, 0x1234);
    expect(b.run(locked(op, value)).result).toBe(0x1234n);
    expect(b.run(load(at)).result).toBe(after);
  });

  it('cmpxchg writes only what was expected to be there, and is a write even when it fails', () => {
    const b = new BareMachine();
    const leaf = b.map(at, 0x45, USER);
    b.machine.memory.write64(0x45, 0, 0, 5);
    expect(b.run(locked('cmpxchg', 9n, 4n)).result).toBe(5n);
    expect(b.run(load(at)).result).toBe(5n);
    expect(b.lo(leaf.frame, leaf.index) & D).toBe(D);
    expect(b.run(locked('cmpxchg', 9n, 5n), load(at)).result).toBe(9n);
  });

  it('need the right to write, even if they would change nothing', () => {
    const b = new BareMachine();
    b.map(at, 0x45, P | U);
    expect(b.run(locked('cmpxchg', 9n, 4n)).outcomes()).toEqual([7]);
  });

  it('of four bytes leave the other four alone', () => {
    const b = twoPages();
    b.machine.memory.write64(0x45, 0, 7, 0xffff_ffff);
    b.run(locked('add', 1n, 0n, 4), load(at));
    expect(b.result).toBe(0x7_0000_0000n);
  });

  it('across two pages are still one step', () => {
    const b = twoPages();
    b.start([locked('xchg', 0x1122_3344_5566_7788n, 0n, 8, at + 0xffcn)]).until(0, 'guest_access.locked');
    b.world.step(0);
    expect(b.events('MemoryWritten')).toHaveLength(2);
    expect(b.finish().run(sized('load', at + 0xffcn, 8)).result).toBe(0x1122_3344_5566_7788n);
  });

  it('lose no update between two vCPUs, where a load and a store do', () => {
    const b = new BareMachine({ config: { vcpus: 2 } });
    b.map(at, 0x45, USER);
    const twice: GuestOp[] = [locked('add', 1n), locked('add', 1n)];
    b.start(twice, twice);
    for (let i = 0; b.world.enabled(0) || b.world.enabled(1); i++)
      if (b.world.enabled(i % 2)) b.world.step(i % 2);
    expect(b.machine.memory.lo(0x45, 0)).toBe(4);
  });
});

describe('the instruction in flight', () => {
  it('can be read by a hypervisor while it faults, and is gone when its operation has ended', () => {
    const b = new BareMachine();
    b.start([locked('cmpxchg', 9n, 4n, 4)]).until(0, 'native_page_fault.deliver');
    expect(instruction(b.machine, 0)).toEqual({
      access: 1,
      locked: 'cmpxchg',
      va: va(at),
      width: 4,
      value: va(9n),
      expected: va(4n),
    });
    b.finish();
    expect(instruction(b.machine, 0)).toBeUndefined();
  });

  it('is a store’s value and place', () => {
    const b = new BareMachine();
    b.start([store(at, 0x45067n)]).until(0, 'native_page_fault.deliver');
    expect(instruction(b.machine, 0)).toMatchObject({ locked: undefined, width: 8, value: va(0x45067n) });
  });
});
