import { describe, expect, it } from 'vitest';
import { BareMachine, load, ROOT, va } from '../testing/bareMachine';
import { A, P, PS, U, W } from './bits';
import type { GuestOp } from './operation';

const USER = P | W | U;
const cr3 = (value: number): GuestOp => ({ kind: 'cr3', value: va(BigInt(value)) });
const word = (address: bigint): GuestOp => ({ kind: 'load', va: va(address), width: 4, cpl: 3 });

/** A second set of PDPTEs, somewhere in frame 0x20: only its third entry is present, and maps 0x8000_0000 to frame 0x66. */
function otherSpace(b: BareMachine, firstEntry: number): void {
  b.entry(0x20, firstEntry + 2, 0, (0x21 << 12) | P);
  b.entry(0x21, 0, 0, (0x22 << 12) | USER);
  b.entry(0x22, 0, 0, (0x66 << 12) | USER);
  b.machine.memory.write32(0x66, 0, 0x6666);
}

describe('PAE mode', () => {
  it('goes through a PDPTE register, a page directory and a page table', () => {
    const b = new BareMachine({ mode: 'pae' });
    b.map(0x8820_7000n, 0x45, USER);
    b.machine.memory.write32(0x45, 0, 0x1234);
    b.run(word(0x8820_7000n));
    expect(b.events('WalkedLevel').map((e) => [e.level, e.index])).toEqual([
      [3, 2],
      [2, 0x41],
      [1, 7],
    ]);
    expect(b.result).toBe(0x1234n);
  });

  it('never writes a PDPTE: it has no accessed bit', () => {
    const b = new BareMachine({ mode: 'pae' });
    b.map(0x8820_7000n, 0x45, USER);
    b.run(word(0x8820_7000n));
    expect(b.lo(ROOT, 2) & A).toBe(0);
    expect(b.lo(0x11, 0x41) & A).toBe(A);
  });

  it('ignores the low five bits of CR3 and uses bits 5 to 11', () => {
    const b = new BareMachine({ mode: 'pae' });
    otherSpace(b, 4);
    expect(b.run(cr3(0x2003f), word(0x8000_0000n)).outcomes()).toEqual(['ok', 'ok']);
    expect(b.result).toBe(0x6666n);
  });

  it('keeps what MOV CR3 has loaded, whatever becomes of the memory it came from', () => {
    const b = new BareMachine({ mode: 'pae' });
    otherSpace(b, 0);
    b.run(cr3(0x20000));
    b.entry(0x20, 2, 0, 0);
    expect(b.run(word(0x8000_0000n)).outcomes()).toEqual(['ok']);
    expect(b.run(cr3(0x20000), word(0x8000_0000n)).outcomes()).toEqual(['ok', 4]);
  });

  it.each([
    ['bit 1', 0, P | W],
    ['bit 2', 0, P | U],
    ['bit 5', 0, P | A],
    ['bit 8', 0, P | 0x100],
    ['bit 40, beyond MAXPHYADDR', 1 << 8, P],
    ['bit 63, NX', 1 << 31, P],
  ])('refuses a present PDPTE with %s set: #GP, and nothing is loaded', (_, hi, lo) => {
    const b = new BareMachine({ mode: 'pae' });
    b.map(0x8820_7000n, 0x45, USER);
    b.entry(0x20, 1, hi, (0x21 << 12) | lo);
    expect(b.run(cr3(0x20000), word(0x8820_7000n)).outcomes()).toEqual(['#GP', 'ok']);
    expect(b.machine.vcpu(0).get('cr3Lo')).toBe(ROOT << 12);
  });

  it('allows the same bits in a PDPTE that is not present, and bits 3, 4 and 9 to 11 in one that is', () => {
    const b = new BareMachine({ mode: 'pae' });
    b.entry(0x20, 1, 1 << 31, W | U | A);
    b.entry(0x20, 2, 0, (0x21 << 12) | P | 0xe18);
    expect(b.run(cr3(0x20000)).outcomes()).toEqual(['ok']);
  });

  it('faults without P where a PDPTE register is not present', () => {
    expect(new BareMachine({ mode: 'pae' }).run(load(0x4000_0000n)).outcomes()).toEqual([4]);
  });

  it('reserves bits 52 to 62 of its other entries, which 4-level mode leaves to software', () => {
    const b = new BareMachine({ mode: 'pae' });
    const leaf = b.map(0x8820_7000n, 0x45, USER);
    b.entry(leaf.frame, leaf.index, 1 << 20, (0x45 << 12) | USER);
    expect(b.run(word(0x8820_7000n)).outcomes()).toEqual([0xd]);
  });

  it('has 2 MiB pages whatever CR4.PSE says', () => {
    const b = new BareMachine({ mode: 'pae' });
    b.map(0x8820_0000n, 0x200, USER | PS, { level: 2 });
    b.machine.memory.write32(0x207, 0, 0x99);
    expect(b.run(word(0x8820_7000n)).result).toBe(0x99n);
  });

  it('is entered by CR4.PAE, which loads the PDPTEs', () => {
    const b = new BareMachine({ mode: '32' });
    b.machine.memory.write64(ROOT, 2, 0, (0x21 << 12) | P);
    b.machine.memory.write64(0x21, 0, 0, (0x22 << 12) | USER);
    b.machine.memory.write64(0x22, 0, 0, (0x66 << 12) | USER);
    b.machine.memory.write32(0x66, 0, 0x6666);
    expect(b.run({ kind: 'cr4', value: 0x30 }, word(0x8000_0000n)).outcomes()).toEqual(['ok', 'ok']);
    expect(b.result).toBe(0x6666n);
  });
});
