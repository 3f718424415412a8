import { describe, expect, it } from 'vitest';
import { BareMachine, load, ROOT, store, va } from '../testing/bareMachine';
import { CR0_PE, CR0_PG, CR4_PAE, CR4_PGE, CR4_SMEP, D, G, P, PS, U, W } from './bits';
import type { GuestOp } from './operation';

const USER = P | W | U;
const at = 0x7f80_8820_7000n;
const cr3: GuestOp = { kind: 'cr3', value: va(BigInt(ROOT << 12)) };
const invlpg = (address: bigint): GuestOp => ({ kind: 'invlpg', va: va(address) });
const cr4 = (value: number): GuestOp => ({ kind: 'cr4', value });

/** Runs operations and says how many of its loads and stores walked. */
const walks = (b: BareMachine, ...ops: GuestOp[]): number => b.run(...ops).events('WalkStarted').length;

describe('a TLB', () => {
  it('remembers a translation, so that the tables can change without its noticing', () => {
    const b = new BareMachine();
    const leaf = b.map(at, 0x45, USER);
    b.machine.memory.write64(0x45, 0, 0, 1);
    expect(walks(b, load(at), load(at))).toBe(1);
    b.entry(leaf.frame, leaf.index, 0, 0);
    expect(b.run(load(at)).outcomes()).toEqual(['ok']);
    expect(b.run(invlpg(at), load(at)).outcomes()).toEqual(['ok', 4]);
  });

  it('walks again before it denies: an entry with fewer rights than the tables costs a walk, not a fault', () => {
    const b = new BareMachine();
    const leaf = b.map(at, 0x45, P | U);
    b.run(load(at));
    b.entry(leaf.frame, leaf.index, 0, (0x45 << 12) | USER);
    expect(b.run(store(at, 1n)).outcomes()).toEqual(['ok']);
    expect(b.events('WalkStarted')).toHaveLength(1);
  });

  it('walks for the first write to a page that it knows as clean, to set D', () => {
    const b = new BareMachine();
    const leaf = b.map(at, 0x45, USER);
    expect(walks(b, load(at), store(at, 1n), store(at, 2n))).toBe(2);
    expect(b.lo(leaf.frame, leaf.index) & D).toBe(D);
    expect(b.machine.tlb.entries(0).map((e) => e.dirty)).toEqual([true]);
  });

  it('never holds a translation that failed', () => {
    const b = new BareMachine();
    const leaf = b.map(at, 0x45, 0);
    b.run(load(at));
    expect(b.machine.tlb.entries(0)).toEqual([]);
    b.entry(leaf.frame, leaf.index, 0, (0x45 << 12) | USER);
    expect(b.run(load(at)).outcomes()).toEqual(['ok']);
  });

  it('forgets a large page whole, whichever of its addresses INVLPG names', () => {
    const b = new BareMachine();
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    expect(walks(b, load(0x20_0000n), load(0x3f_f000n))).toBe(1);
    expect(walks(b, invlpg(0x2a_b000n), load(0x20_0000n))).toBe(1);
  });

  it('keeps small and large pages side by side', () => {
    const b = new BareMachine();
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    b.map(0x40_0000n, 0x45, USER);
    b.run(load(0x20_3000n), load(0x40_0000n));
    expect(walks(b, load(0x20_4000n), load(0x40_0000n))).toBe(0);
    expect(
      b.machine.tlb
        .entries(0)
        .map((e) => e.pageShift)
        .sort(),
    ).toEqual([12, 21]);
  });

  it('loses all but global pages at MOV CR3, and these too without CR4.PGE', () => {
    const global = new BareMachine({ cr4: CR4_PGE });
    global.map(at, 0x45, USER | G);
    global.map(at + 0x1000n, 0x46, USER);
    global.run(load(at), load(at + 0x1000n));
    expect(walks(global, cr3, load(at))).toBe(0);
    expect(walks(global, load(at + 0x1000n))).toBe(1);
    const plain = new BareMachine();
    plain.map(at, 0x45, USER | G);
    plain.run(load(at));
    expect(walks(plain, cr3, load(at))).toBe(1);
  });

  it('gives up a global page to INVLPG', () => {
    const b = new BareMachine({ cr4: CR4_PGE });
    b.map(at, 0x45, USER | G);
    b.run(load(at));
    expect(walks(b, invlpg(at), load(at))).toBe(1);
  });

  it.each([
    ['a change of CR4.PGE flushes global pages too', CR4_PAE, 1],
    ['CR4.SMEP set keeps global pages', CR4_PAE | CR4_PGE | CR4_SMEP, 0],
  ])('%s', (_, value, expected) => {
    const b = new BareMachine({ cr4: CR4_PGE });
    b.map(at, 0x45, USER | G);
    b.run(load(at));
    expect(walks(b, cr4(value), load(at))).toBe(expected);
  });

  it('CR4.SMEP set flushes what is not global; SMEP cleared flushes nothing', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    b.run(load(at));
    expect(walks(b, cr4(CR4_PAE | CR4_SMEP), load(at))).toBe(1);
    expect(walks(b, cr4(CR4_PAE), load(at))).toBe(0);
  });

  it('is empty after paging was off', () => {
    const b = new BareMachine({ mode: 'pae', cr4: CR4_PGE });
    b.map(0x5000n, 0x45, USER | G);
    b.run(load(0x5000n));
    expect(
      walks(b, { kind: 'cr0', value: CR0_PE }, { kind: 'cr0', value: CR0_PE | CR0_PG }, load(0x5000n)),
    ).toBe(1);
  });

  it('belongs to one vCPU: INVLPG on another changes nothing in it', () => {
    const b = new BareMachine({ config: { vcpus: 2 } });
    b.map(at, 0x45, USER);
    b.start([load(at)], []).finish();
    b.start([], [invlpg(at)]).finish();
    expect(b.machine.tlb.entries(0)).toHaveLength(1);
  });

  it('holds four pages of a set and then gives them up in turn', () => {
    const b = new BareMachine({ config: { tlbEntries: 4 } });
    for (let i = 0n; i < 5n; i++) b.map(at + i * 0x1000n, 0x45 + Number(i), USER);
    b.run(...[0n, 1n, 2n, 3n, 4n].map((i) => load(at + i * 0x1000n)));
    expect(b.machine.tlb.entries(0).map((e) => e.frame)).toEqual([0x49, 0x46, 0x47, 0x48]);
  });

  it('of no entries makes every access walk', () => {
    const b = new BareMachine({ config: { tlbEntries: 0 } });
    b.map(at, 0x45, USER);
    expect(walks(b, load(at), load(at))).toBe(2);
  });

  it('cannot have a number of entries that makes no sets of four ways', () => {
    expect(() => new BareMachine({ config: { tlbEntries: 24 } })).toThrow('not 24');
  });

  it('knows through which entries a frame can be written', () => {
    const b = new BareMachine();
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    b.map(at, 0x45, P | U);
    b.run(load(0x20_0000n), load(at));
    expect(b.machine.tlb.holdsWritable(0, 0x3ff)).toBe(true);
    expect(b.machine.tlb.holdsWritable(0, 0x400)).toBe(false);
    expect(b.machine.tlb.holdsWritable(0, 0x45)).toBe(false);
  });
});
