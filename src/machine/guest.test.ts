import { describe, expect, it } from 'vitest';
import { BareMachine, load, ROOT, store, va } from '../testing/bareMachine';
import { CR0_PE, CR0_PG, CR4_PAE, EFER_LME, EFER_NXE, P, PS, U, W } from './bits';
import type { GuestOp } from './operation';

const USER = P | W | U;
const KERNEL = P | W;
const at = 0x7f80_8820_7000n;
const direct = 0xffff_8100_0000_0000n;
const pte = (address: bigint, value: bigint, level = 1): GuestOp => ({
  kind: 'pte',
  va: va(address),
  level,
  value: va(value),
});

/** A guest that maps its first 128 frames at `direct`, as kernels do. */
function withDirectMap(): BareMachine {
  const b = new BareMachine();
  for (let gfn = 0; gfn < 128; gfn++) b.map(direct + BigInt(gfn) * 4096n, gfn, KERNEL);
  b.machine.directMap = va(direct);
  return b;
}

describe('a guest program', () => {
  it('takes its operations in order, and says where each begins and ends', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    b.run(store(at, 5n), load(at));
    const edges = b.events().filter((e) => e.kind.startsWith('Operation'));
    expect(edges.map((e) => [e.kind, e.op, e.outcome, e.valueLo])).toEqual([
      ['OperationStarted', 0, undefined, undefined],
      ['OperationEnded', 0, 0, 0],
      ['OperationStarted', 1, undefined, undefined],
      ['OperationEnded', 1, 0, 5],
    ]);
    expect(b.world.enabled(0)).toBe(false);
  });

  it('goes on behind an instruction that faulted', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    expect(b.run(load(0x1000n), load(at)).outcomes()).toEqual([4, 'ok']);
  });

  it('leaves the same state whichever way the same memory came about', () => {
    const once = new BareMachine();
    const twice = new BareMachine();
    for (const b of [once, twice]) b.map(at, 0x45, USER);
    once.run(store(at, 1n), load(0x1000n), store(at, 7n));
    twice.run(store(at, 3n), load(0x1000n), store(at, 7n));
    expect(once.world.store.hash).toBe(twice.world.store.hash);
  });
});

describe('pte', () => {
  it('stores the entry through the direct map, with the faults and marks a store has', () => {
    const b = withDirectMap();
    const leaf = b.map(at, 0, 0);
    b.machine.memory.write64(0x45, 0, 0, 0x11);
    b.run(pte(at, BigInt((0x45 << 12) | USER)), load(at));
    expect(b.outcomes()).toEqual(['ok', 'ok']);
    expect(b.result).toBe(0x11n);
    expect(b.events('MemoryWritten').map((e) => [e.frame, e.offset, e.width])).toEqual([
      [leaf.frame, 8 * leaf.index, 8],
    ]);
  });

  it('reaches entries of upper levels', () => {
    const b = withDirectMap();
    b.map(at, 0x45, USER);
    b.run(pte(at, 0n, 4), load(at));
    expect(b.outcomes()).toEqual(['ok', 4]);
    expect(b.lo(ROOT, 0x0ff)).toBe(0);
  });

  it('is impossible without a direct map, without a table, and under a large page, and says which', () => {
    const without = new BareMachine();
    without.map(at, 0x45, USER);
    expect(without.run(pte(at, 0n)).outcomes()).toEqual(['impossible']);
    const b = withDirectMap();
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    expect(b.run(pte(at, 0n), pte(0x20_0000n, 0n)).outcomes()).toEqual(['impossible', 'impossible']);
    const reasons = [...without.events('EntryUnreachable'), ...b.events('EntryUnreachable')].map(
      (e) => e.reason,
    );
    expect(reasons).toEqual([0, 1, 2]);
    expect(without.run(pte(at, 0n, 1)).events('MemoryWritten')).toEqual([]);
  });

  it('stores four bytes in 32-bit mode', () => {
    const b = new BareMachine({ mode: '32' });
    for (let gfn = 0; gfn < 64; gfn++) b.map(0xc000_0000n + BigInt(gfn) * 4096n, gfn, KERNEL);
    b.machine.directMap = va(0xc000_0000n);
    const leaf = b.map(0x40_0000n, 0, 0);
    b.run(pte(0x40_0000n, 0x3b007n));
    expect(b.events('MemoryWritten').map((e) => [e.frame, e.width])).toEqual([[leaf.frame, 4]]);
    expect(b.lo(leaf.frame, leaf.index)).toBe(0x3b007);
  });

  it('goes through gfns, wherever the design has put them', () => {
    const b = withDirectMap();
    const leaf = b.map(at, 0, 0);
    // The guest's root is elsewhere; its table 0x10 is an empty frame now.
    b.machine.gfnToMfn = (gfn) => (gfn === ROOT ? 0x7f : gfn);
    expect(b.run(pte(at, 1n)).outcomes()).toEqual(['impossible']);
    b.machine.memory.write64(0x7f, 0x0ff, 0, b.lo(ROOT, 0x0ff));
    b.run(pte(at, BigInt((0x45 << 12) | USER)));
    expect(b.lo(leaf.frame, leaf.index)).toBe((0x45 << 12) | USER);
  });
});

describe('REP STOS', () => {
  it('stores upwards, one element at a time', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    b.run({ kind: 'stos', va: va(at + 8n), value: va(9n), width: 4, count: 3, cpl: 3 });
    expect([1, 2, 3, 4, 5].map((i) => b.machine.memory.read32(0x45, i))).toEqual([0, 9, 9, 9, 0]);
  });

  it('ends at the element that faults; those before it are done', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    b.run({ kind: 'stos', va: va(at + 0xff0n), value: va(9n), width: 8, count: 4, cpl: 3 });
    expect(b.outcomes()).toEqual([6]);
    expect(b.events('MemoryWritten')).toHaveLength(2);
  });
});

describe('changes from outside', () => {
  it('poke memory without asking any processor', () => {
    const b = new BareMachine();
    b.start([], [{ kind: 'poke', frame: 0x45, index: 3, value: va(0x1_0000_0002n) }]).finish();
    expect([b.machine.memory.hi(0x45, 3), b.machine.memory.lo(0x45, 3)]).toEqual([1, 2]);
    expect(b.events('Poked')).toMatchObject([{ actor: 1, frame: 0x45, index: 3 }]);
  });

  it('turn switches of the design', () => {
    const b = new BareMachine({ design: 'skeleton' });
    b.start([], [{ kind: 'switch', name: 'fault-lock', on: false }]).finish();
    expect(b.events('SwitchChanged')).toMatchObject([{ which: 0, on: 0 }]);
  });
});

describe('control registers', () => {
  it('are refused values the processor refuses', () => {
    const b = new BareMachine();
    const refused: GuestOp[] = [
      { kind: 'cr0', value: CR0_PG },
      { kind: 'cr4', value: 0 },
      { kind: 'efer', value: EFER_NXE },
      { kind: 'cr3', value: va(1n << 40n) },
    ];
    expect(b.run(...refused).outcomes()).toEqual(['#GP', '#GP', '#GP', '#GP']);
    expect(b.events('ControlRegisterLoaded')).toEqual([]);
  });

  it('EFER.NXE decides what bit 63 means, from the next walk on', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER, { nx: true });
    b.run({ kind: 'efer', value: EFER_LME }, load(at));
    expect(b.outcomes()).toEqual(['ok', 0xd]);
  });

  it('without CR0.PG addresses are physical', () => {
    const b = new BareMachine({ mode: 'pae' });
    b.machine.memory.write64(0x45, 0, 0, 0x31);
    b.run({ kind: 'cr0', value: CR0_PE }, load(0x4_5000n));
    expect(b.result).toBe(0x31n);
    expect(b.machine.tlb.entries(0)).toEqual([]);
  });

  it('long mode is left by no change of CR4.PAE, and entered by PG with EFER.LME', () => {
    const b = new BareMachine({ mode: 'pae' });
    b.run(
      { kind: 'cr0', value: CR0_PE },
      { kind: 'efer', value: EFER_LME },
      { kind: 'cr0', value: CR0_PE | CR0_PG },
    );
    expect(b.outcomes()).toEqual(['ok', 'ok', 'ok']);
    expect(b.machine.hwMode(0).name).toBe('64');
    expect(b.machine.vcpu(0).get('efer') & (1 << 10)).not.toBe(0);
    expect(b.run({ kind: 'cr4', value: 0 }).outcomes()).toEqual(['#GP']);
    expect(b.machine.vcpu(0).get('cr4')).toBe(CR4_PAE);
  });
});
