import { describe, expect, it } from 'vitest';
import { BareMachine, type BareOptions, fetch, load, ROOT, store, va } from '../testing/bareMachine';
import { A, CR0_WP, CR4_SMAP, CR4_SMEP, D, G, P, PS, U, W } from './bits';

const USER = P | W | U;
const at64 = 0x7f80_8820_7000n;

const outcome = (b: BareMachine, ...ops: Parameters<BareMachine['run']>) =>
  b
    .run(...ops)
    .outcomes()
    .at(-1);

describe('a walk in 4-level mode', () => {
  it('reads one entry per level and ends in the frame, with the offset untouched', () => {
    const b = new BareMachine();
    b.map(at64, 0x45, USER);
    b.machine.memory.write64(0x45, 3, 0x1234, 0x5678);
    b.run(load(at64 + 24n));
    expect(b.events('WalkedLevel').map((e) => [e.level, e.index])).toEqual([
      [4, 0x0ff],
      [3, 2],
      [2, 0x41],
      [1, 7],
    ]);
    expect(b.result).toBe(0x1234_0000_5678n);
  });

  it('sets A on the whole path, and D in the leaf of a write only', () => {
    const b = new BareMachine();
    const leaf = b.map(at64, 0x45, USER);
    b.run(load(at64));
    expect(b.lo(leaf.frame, leaf.index) & (A | D)).toBe(A);
    b.run(store(at64, 1n));
    expect(b.lo(leaf.frame, leaf.index) & (A | D)).toBe(A | D);
    expect(b.lo(ROOT, 0x0ff) & (A | D)).toBe(A);
    expect(b.events('AccessedDirtySet').map((e) => [e.level, e.bits])).toEqual([[1, D]]);
  });

  it('changes no entry when it faults, and raises CR2 and the error code', () => {
    const b = new BareMachine();
    const leaf = b.map(at64, 0x45, P | U);
    const before = [b.lo(ROOT, 0x0ff), b.lo(leaf.frame, leaf.index)];
    expect(outcome(b, store(at64 + 8n, 1n))).toBe(7);
    expect([b.lo(ROOT, 0x0ff), b.lo(leaf.frame, leaf.index)]).toEqual(before);
    expect(b.machine.vcpu(0).get('cr2Lo') >>> 0).toBe(Number((at64 + 8n) & 0xffff_ffffn));
  });

  it('gives #GP for an address that is not canonical, before any table is read', () => {
    const b = new BareMachine();
    expect(outcome(b, load(0x0000_8000_0000_0000n))).toBe('#GP');
    expect(b.events('WalkStarted')).toEqual([]);
  });

  it('uses 2 MiB and 1 GiB pages, whose offset reaches into the entry above', () => {
    const b = new BareMachine({ config: { guestFrames: 2 ** 20, machineFrames: 2 ** 20 } });
    b.map(0x4000_0000n, 0x40000, USER | PS, { level: 3 });
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    b.machine.memory.write64(0x41234, 1, 0, 0x11);
    b.machine.memory.write64(0x205, 1, 0, 0x22);
    expect(b.run(load(0x4123_4008n)).result).toBe(0x11n);
    expect(b.run(load(0x20_5008n)).result).toBe(0x22n);
  });

  const reserved: [string, BareOptions, (b: BareMachine) => void, number][] = [
    ['an address bit beyond MAXPHYADDR', {}, (b) => b.map(at64, 2 ** 28, USER), 0xd],
    ['NX without EFER.NXE', { efer: 0 }, (b) => b.map(at64, 0x45, USER, { nx: true }), 0xd],
    ['PS in level 4', {}, (b) => b.entry(ROOT, 0x0ff, 0, (0x11 << 12) | USER | PS), 0xd],
    [
      'PS in level 3 without 1 GiB pages',
      { config: { pdpe1gb: false } },
      (b) => b.map(at64, 0x40000, USER | PS, { level: 3 }),
      0xd,
    ],
    ['bit 13 of a 2 MiB leaf', {}, (b) => b.map(at64, 0x202, USER | PS, { level: 2 }), 0xd],
    ['bit 29 of a 1 GiB leaf', {}, (b) => b.map(at64, 0x60000, USER | PS, { level: 3 }), 0xd],
  ];
  it.each(reserved)('reports %s as a reserved bit, with P', (_, options, prepare, error) => {
    const b = new BareMachine(options);
    prepare(b);
    expect(outcome(b, load(at64))).toBe(error);
  });

  it('takes bit 12 of a large leaf for its PAT bit, not for an address', () => {
    const b = new BareMachine();
    b.map(0x20_0000n, 0x201, USER | PS, { level: 2 });
    b.machine.memory.write64(0x200, 0, 0, 0x33);
    expect(b.run(load(0x20_0000n)).result).toBe(0x33n);
  });

  it('looks at reserved bits of present entries only', () => {
    const b = new BareMachine();
    b.map(at64, 2 ** 28, W | U);
    expect(outcome(b, load(at64))).toBe(4);
  });

  it('ignores bits 52 to 62, which software may use', () => {
    const b = new BareMachine();
    const leaf = b.map(at64, 0x45, USER);
    b.entry(leaf.frame, leaf.index, 0x7ff0_0000, b.lo(leaf.frame, leaf.index));
    expect(outcome(b, load(at64))).toBe('ok');
  });
});

describe('access rights', () => {
  it('are those of all levels together', () => {
    const readOnlyAbove = new BareMachine();
    readOnlyAbove.map(at64, 0x45, USER, { above: P | U });
    expect(outcome(readOnlyAbove, store(at64, 1n))).toBe(7);
    const kernelAbove = new BareMachine();
    kernelAbove.map(at64, 0x45, USER, { above: P | W });
    expect(outcome(kernelAbove, load(at64))).toBe(5);
    expect(outcome(kernelAbove, load(at64, 0))).toBe('ok');
  });

  it.each([
    ['a kernel may write read-only pages while CR0.WP is clear', {}, P, store(at64, 1n, 0), 'ok'],
    ['not while it is set', { cr0: CR0_WP }, P, store(at64, 1n, 0), 3],
    ['a user never may', {}, P | U, store(at64, 1n), 7],
    ['SMEP keeps the kernel from fetching user pages', { cr4: CR4_SMEP }, USER, fetch(at64, 0), 0x11],
    ['but not users', { cr4: CR4_SMEP }, USER, fetch(at64), 'ok'],
    ['SMAP keeps the kernel from reading user pages', { cr4: CR4_SMAP }, USER, load(at64, 0), 1],
    ['and from writing them', { cr4: CR4_SMAP }, USER, store(at64, 1n, 0), 3],
    ['unless EFLAGS.AC is set', { cr4: CR4_SMAP, ac: true }, USER, load(at64, 0), 'ok'],
    ['it does not concern fetches', { cr4: CR4_SMAP }, USER, fetch(at64, 0), 'ok'],
    ['nor kernel pages', { cr4: CR4_SMAP }, P | W, load(at64, 0), 'ok'],
  ] as const)('%s', (_, options, flags, op, expected) => {
    const b = new BareMachine(options);
    b.map(at64, 0x45, flags);
    expect(outcome(b, op)).toBe(expected);
  });

  it('NX denies fetches and nothing else', () => {
    const b = new BareMachine();
    b.map(at64, 0x45, USER, { nx: true });
    expect(outcome(b, fetch(at64))).toBe(0x15);
    expect(outcome(b, load(at64))).toBe('ok');
  });

  it('a fetch is only reported as one where NX or SMEP is in force', () => {
    expect(outcome(new BareMachine({ efer: 0 }), fetch(at64))).toBe(4);
    expect(outcome(new BareMachine({ efer: 0, cr4: CR4_SMEP }), fetch(at64))).toBe(0x14);
    expect(outcome(new BareMachine(), fetch(at64))).toBe(0x14);
  });
});

describe('a walk that another vCPU overtakes', () => {
  it('begins again when an entry has changed between its reading and its marking', () => {
    const b = new BareMachine({ config: { vcpus: 2 } });
    const leaf = b.map(at64, 0x45, USER);
    const poke = {
      kind: 'poke',
      frame: leaf.frame,
      index: leaf.index,
      value: va(0x46007n),
    } as const;
    b.machine.memory.write64(0x46, 0, 0, 0x99);
    b.start([load(at64)], [], [poke]);
    b.until(0, 'hardware_walk.check').finishActor(2).finish();
    expect(b.events('WalkStarted')).toHaveLength(2);
    expect(b.result).toBe(0x99n);
    expect(b.lo(leaf.frame, leaf.index)).toBe(0x46000 | USER | A);
  });

  it('does not mark an entry that is gone', () => {
    const b = new BareMachine({ config: { vcpus: 2 } });
    const leaf = b.map(at64, 0x45, USER);
    b.start([load(at64)], [], [{ kind: 'poke', frame: leaf.frame, index: leaf.index, value: va(0n) }]);
    b.until(0, 'hardware_walk.check').finishActor(2).finish();
    expect(b.lo(leaf.frame, leaf.index)).toBe(0);
    expect(b.outcomes()).toContain(4);
  });
});

describe('32-bit mode', () => {
  const address = 0x0840_5000n;

  it('takes bits 13 to 20 of a 4 MiB entry for physical address bits 32 to 39 (PSE-36)', () => {
    const b = new BareMachine({ mode: '32' });
    // Bit 20 is address bit 39, bit 13 is bit 32: frame (1 << 27 | 1 << 20) + 0x800 of the entry itself.
    b.entry(ROOT, 0x21, 0, (1 << 23) | (1 << 20) | (1 << 13) | USER | PS);
    const frame = 2 ** 27 + 2 ** 20 + 0x800 + 5;
    b.machine.memory.write32(frame, 0, 0x77);
    expect(b.run({ kind: 'load', va: va(address), width: 4, cpl: 3 }).result).toBe(0x77n);
  });

  it('reserves bit 21 of a 4 MiB entry, and as many of those bits as the processor lacks', () => {
    const b = new BareMachine({ mode: '32' });
    b.entry(ROOT, 0x21, 0, (1 << 21) | USER | PS);
    expect(outcome(b, load(address))).toBe(0xd);
    const small = new BareMachine({ mode: '32', config: { maxPhysicalBits: 36 } });
    small.entry(ROOT, 0x21, 0, (1 << 20) | USER | PS);
    expect(outcome(small, load(address))).toBe(0xd);
    small.entry(ROOT, 0x21, 0, (1 << 16) | USER | PS);
    expect(outcome(small, load(address))).toBe('ok');
  });

  it('ignores PS without CR4.PSE: the entry names a table', () => {
    const b = new BareMachine({ mode: '32' });
    b.machine.vcpu(0).set('cr4', 0);
    b.entry(ROOT, 0x21, 0, (0x11 << 12) | USER | PS);
    b.entry(0x11, 5, 0, (0x45 << 12) | USER);
    b.machine.memory.write32(0x45, 0, 0x88);
    expect(b.run({ kind: 'load', va: va(address), width: 4, cpl: 3 }).result).toBe(0x88n);
  });

  it('reports no fetch, there being no NX, unless SMEP is on', () => {
    expect(outcome(new BareMachine({ mode: '32', efer: 1 << 11 }), fetch(address))).toBe(4);
    expect(outcome(new BareMachine({ mode: '32', cr4: CR4_SMEP }), fetch(address))).toBe(0x14);
  });
});

describe('the teaching geometry', () => {
  it('walks four levels of eight entries with the same code', () => {
    const b = new BareMachine({ config: { indexBits: 3 } });
    b.map(0x3_5000n, 0x45, USER | G);
    b.machine.memory.write64(0x45, 0, 0, 0x55);
    expect(b.run(load(0x3_5000n)).result).toBe(0x55n);
    expect(b.events('WalkedLevel').map((e) => e.index)).toEqual([0, 0, 6, 5]);
  });

  it('knows 24 bits of address: the highest one is repeated upwards', () => {
    const b = new BareMachine({ config: { indexBits: 3 } });
    expect(outcome(b, load(0xffff_ffff_ff80_0000n))).toBe(4);
    expect(outcome(b, load(0x80_0000n))).toBe('#GP');
    expect(outcome(b, load(0x100_0000n))).toBe('#GP');
  });
});

describe('captions of a walk', () => {
  it('say who read which entry of which table, and what follows', () => {
    const b = new BareMachine();
    b.map(at64, 0x45, USER);
    b.start([store(at64, 0x45067n)]);
    const said: string[] = [];
    while (b.world.enabled(0)) said.push(b.stepSaying(0));
    expect(said.slice(0, 4)).toEqual([
      'vCPU 0 stores 0x45067 to 0x7f80_8820_7000, from user mode.',
      'The TLB of vCPU 0 does not hold 0x7f80_8820_7000: the processor walks the tables.',
      'vCPU 0 begins to walk for 0x7f80_8820_7000.',
      'The walk of vCPU 0 begins where CR3 points: its L4 table 0x010.',
    ]);
    expect(said).toContain(
      'vCPU 0 reads entry 0ff of its L4 table 0x010. It is present: go on to frame 0x011.',
    );
    expect(said).toContain('vCPU 0 reads entry 007 of its L1 table 0x013. It maps frame 0x045.');
    expect(said).toContain('All levels together say: writable, user. That allows this store from user mode.');
    expect(said).toContain('vCPU 0 marks entry 007 of its L1 table 0x013 as accessed and dirty.');
    expect(said).toContain('The walk ends: 0x7f80_8820_7000 is in frame 0x045.');
    expect(said).toContain('vCPU 0 writes 0x45067 to frame 0x045.');
  });

  it('say why a walk failed', () => {
    const b = new BareMachine();
    b.start([load(at64)]);
    const said: string[] = [];
    while (b.world.enabled(0)) said.push(b.stepSaying(0));
    expect(said).toContain('vCPU 0 reads entry 0ff of its L4 table 0x010. It is not present: page fault.');
    expect(said).toContain('The load at 0x7f80_8820_7000 faults, error code 4 (not present, user).');
    expect(said).toContain(
      'The guest on vCPU 0 is given the page fault: CR2 is 0x7f80_8820_7000, error code 4 (not present, user). Its handler skips the instruction.',
    );
  });

  it('use the names a design gives to its tables', () => {
    const b = new BareMachine();
    b.machine.nameTable = (frame, level) =>
      `the shadow L${level} table s${frame.toString(16).padStart(3, '0')}`;
    b.start([load(at64)]).until(0, 'hardware_walk.read');
    expect(b.stepSaying(0)).toBe(
      'vCPU 0 reads entry 0ff of the shadow L4 table s010. It is not present: page fault.',
    );
  });
});
