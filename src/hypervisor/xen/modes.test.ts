import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { CR0_PG, CR4_PSE, D, type GuestOp, P, PS } from '../../machine';
import { CR0, type GuestEntry, guestOf } from '../../testing/xenGuest';
import { cr3, EMPTY, e, invlpg, load, PWUAD, store, XenLab } from '../../testing/xenLab';
import { SH_FL1_32, SH_FL1_PAE, SH_L1_32, SH_L1_PAE, SH_L2_32, SH_L2_PAE, SH_L2H_PAE } from './types';
import { guesses } from './wrmapGuess';

const table = P | 0x26;
const data = (page: number, ...indices: number[]): GuestEntry[] =>
  indices.map((index) => ({ page, index, value: e(0x200 + index, PWUAD) }));

describe.each(['pae', '32'] as const)('a guest in mode %s', (mode) => {
  const g = guestOf(mode);
  const [p = 0, q = 0] = g.tables;
  const lab = (entries: readonly GuestEntry[] = [], vcpus = 2): XenLab =>
    new XenLab({ mode, entries, vcpus });

  it('has its accesses shadowed on demand, one L1 for one guest table', () => {
    const l = lab(data(p, 5));
    l.run(0, load(g.vaOf(p, 5)));
    expect(l.shadow(p, 5)).toBe('205027');
    l.run(0, store(g.vaOf(p, 5), word(0, 7)));
    expect([l.shadow(p, 5), l.machine.memory.lo(0x205, 0)]).toEqual(['205067', 7]);
    expect(l.counters('shadow_fault', 'shadow_fault_fixed', 'shadow_guest_walk')).toEqual({
      shadow_fault: 1,
      shadow_fault_fixed: 1,
      shadow_guest_walk: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it('lets a table go out of sync with its snapshot, and brings back only what changed', () => {
    const l = lab(data(p, 0, 1, 2, 3));
    l.run(0, load(g.vaOf(p, 0)));
    l.run(0, l.setEntry(p, 1, e(0x301, PWUAD)), l.setEntry(p, 2, EMPTY));
    expect(l.slots(0)).toContain(p);
    l.fresh();
    l.run(0, cr3(g.root));
    // Entries 0 to 31 were derived by the fault and its prefetch; two of them changed.
    expect(l.events('Resynced')).toEqual([`Resynced ${p.toString(16)} 0 20 2`]);
    expect([l.shadow(p, 1), l.shadow(p, 2), l.shadow(p, 3)]).toEqual([
      '301027',
      'ffffffffffffffff',
      '203027',
    ]);
    expect(l.broken).toEqual([]);
  });

  it('drops one entry of an out-of-sync table at INVLPG', () => {
    const l = lab(data(p, 0, 1));
    l.run(0, load(g.vaOf(p, 0)), l.setEntry(p, 0, e(0x300, PWUAD)), l.setEntry(p, 1, e(0x301, PWUAD)));
    l.run(0, invlpg(g.vaOf(p, 0)));
    expect([l.shadow(p, 0), l.shadow(p, 1)]).toEqual(['0', '201027']);
    l.run(0, load(g.vaOf(p, 0)));
    expect(l.shadow(p, 0)).toBe('300027');
    expect(l.broken).toEqual([]);
  });

  it('splinters a large page', () => {
    const first = mode === '32' ? 0x400 : 0x200;
    const l = lab([{ page: g.upper.frame, index: g.upper.first, value: e(first, PWUAD | PS) }]);
    l.run(0, load(g.vaOf(p, 7)), store(g.vaOf(p, 9), word(0, 1)));
    const fl1 = l.shadowOf(first, mode === '32' ? SH_FL1_32 : SH_FL1_PAE);
    expect(fl1).toBeGreaterThan(0);
    expect(l.x.lo(fl1, 7) >>> 12).toBe(first + 7);
    expect(l.machine.memory.lo(first + 9, 0)).toBe(1);
    expect(l.broken).toEqual([]);
  });

  it('has a store to its L2 emulated, and validated at every entry it touches', () => {
    const l = lab(data(p, 0));
    l.run(0, load(g.vaOf(p, 0)), load(g.vaOf(q, 0)));
    l.fresh();
    l.run(0, l.setEntry(g.upper.frame, g.upper.first, e(q, table)));
    expect(l.counters('shadow_fault_emulate_write', 'shadow_validate_gl2e_calls', 'shadow_unsync')).toEqual({
      shadow_fault_emulate_write: 1,
      shadow_validate_gl2e_calls: 1,
    });
    expect(l.shadowOf(p)).toBe(-1);
    expect(l.broken).toEqual([]);
  });

  it('has its table unshadowed by two zeroes in a row, and a walk over a page end emulated as one store', () => {
    const l = lab([], 1);
    l.run(0, load(g.vaOf(q, 0)), load(g.vaOf(p, 0)));
    const large = g.upper.frame;
    // Room for a table that is not a top level: only a PAE guest's L2 in use is one, and stays.
    l.run(0, l.setEntry(large, g.upper.first + 8, EMPTY), l.setEntry(large, g.upper.first + 9, EMPTY));
    expect(l.counter('shadow_early_unshadow')).toBe(1);
    expect(l.broken).toEqual([]);
  });

  it('has the places guessed where its kernels map tables', () => {
    const l = lab();
    const seen = (gmfn: number, level: number, va: number): string[] =>
      guesses(l.x, 0, gmfn, level, 0, va).map((guess) => `h_${guess.how} ${(guess.vaLo >>> 0).toString(16)}`);
    const windows = mode === '32' ? 'h_1 c0300000' : 'h_2 c0600000';
    expect(seen(0x30, 1, 0xc000_0000)).toEqual([windows, 'h_4 c0030000']);
    expect(seen(0x30, 2, 0xc000_0000)).toEqual(
      mode === '32' ? ['h_4 c0030000'] : ['h_2 c0603000', 'h_4 c0030000'],
    );
    expect(seen(0x30, 0, 0)).toEqual(['h_4 c0030000']);
  });

  it('finds the direct mapping of a table by the guess for Linux', () => {
    const l = lab(data(p, 0));
    l.run(0, store(g.direct(p, 9), EMPTY, 0));
    l.fresh();
    l.run(0, load(g.vaOf(p, 0)));
    expect(l.counters('shadow_writeable', 'shadow_writeable_h_4', 'shadow_writeable_bf')).toEqual({
      shadow_writeable: 1,
      shadow_writeable_h_4: 1,
    });
    expect(l.writable(p)).toBe(false);
  });
});

describe('a PAE guest', () => {
  const g = guestOf('pae');
  const [p = 0] = g.tables;
  const root = (index: number, frame: number): GuestOp => ({
    kind: 'store',
    va: g.direct(g.root, index),
    value: e(frame, frame === 0 ? 0 : P),
    width: 8,
    cpl: 0,
  });

  it('has an L2 shadow for each present top entry, the last of its own type, and an l3table that names them', () => {
    const { x } = new XenLab({ mode: 'pae', vcpus: 1 });
    const [first, user, third, kernel] = [0, 1, 2, 3].map((i) => x.vcpu(0).shadowTable(i));
    expect([first, third]).toEqual([-1, -1]);
    expect([user, kernel].map((smfn) => x.pages.type(smfn as number))).toEqual([SH_L2_PAE, SH_L2H_PAE]);
    const page = x.vcpu(0).get('l3table');
    expect([0, 1, 2, 3].map((i) => x.lo(page, i))).toEqual([
      0,
      ((user as number) << 12) | P,
      0,
      ((kernel as number) << 12) | P,
    ]);
    expect(x.machine.vcpu(0).get('hwCr3Lo')).toBe(page << 12);
    expect(x.pages.count(user as number)).toBe(2);
  });

  it('changes its top entries by plain stores, which count from the next CR3 load on', () => {
    const l = new XenLab({ mode: 'pae', vcpus: 1, entries: data(p, 0) });
    l.run(0, load(g.vaOf(p, 0)), root(1, 0), load(g.vaOf(p, 0)));
    expect(l.machine.vcpu(0).get('outcome')).toBe(0);
    expect(l.x.isPageTable(g.root)).toBe(false);
    l.run(0, cr3(g.root), load(g.vaOf(p, 0)));
    expect(l.events('GuestPageFault')).toHaveLength(1);
    expect(l.x.vcpu(0).shadowTable(1)).toBe(-1);
    expect(l.broken).toEqual([]);
  });

  it('has the other half of an entry emulated with the first', () => {
    const l = new XenLab({ mode: 'pae', vcpus: 1 });
    l.run(0, load(g.vaOf(p, 0)));
    l.fresh();
    const half = (byte: number, lo: number): GuestOp => {
      const at = g.direct(g.upper.frame, 20);
      return { kind: 'store', va: word(0, at.lo + byte), value: word(0, lo), width: 4, cpl: 0 };
    };
    const read: GuestOp = { kind: 'load', va: g.direct(g.root, 1), width: 4, cpl: 0 };
    l.runProgram(half(4, 0), read, half(0, (0x31 << 12) | table), read);
    expect(l.counters('shadow_fault', 'shadow_em_ex_pt', 'shadow_em_ex_non_pt', 'shadow_em_ex_fail')).toEqual(
      {
        shadow_fault: 1,
        shadow_em_ex_pt: 1,
        shadow_em_ex_non_pt: 1,
      },
    );
    const ended = l.world.events.read(0, l.world.events.mark, 0).filter((x) => x.kind === 'OperationEnded');
    expect(ended.map((x) => x.valueLo)).toEqual([0, (g.upper.frame << 12) | P, 0, (g.upper.frame << 12) | P]);
    expect(l.machine.memory.lo(g.upper.frame, 20) >>> 12).toBe(0x31);
    expect(l.broken).toEqual([]);
  });

  it('has at most four instructions emulated beyond a store, and none that the emulator cannot do', () => {
    const l = new XenLab({ mode: 'pae', vcpus: 1 });
    const read: GuestOp = { kind: 'load', va: g.direct(g.root, 1), width: 4, cpl: 0 };
    const write = l.setEntry(g.upper.frame, 20, e(0x31, table));
    l.run(0, load(g.vaOf(p, 0)), read);
    l.fresh();
    l.runProgram(write, read, read, read, read, read);
    expect(l.counter('shadow_em_ex_non_pt')).toBe(4);
    l.fresh();
    l.runProgram(write, invlpg(g.vaOf(p, 0)));
    expect(l.counters('shadow_em_ex_fail', 'shadow_invlpg')).toEqual({
      shadow_em_ex_fail: 1,
      shadow_invlpg: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it('has two elements of a string store to a table emulated for each fault', () => {
    const l = new XenLab({ mode: 'pae', vcpus: 1 });
    l.run(0, load(g.vaOf(p, 0)));
    l.fresh();
    const at = g.direct(g.upper.frame, 20);
    l.runProgram({ kind: 'stos', va: at, value: word(0, 2), width: 4, count: 6, cpl: 0 });
    expect(l.counters('shadow_fault', 'shadow_em_ex_pt')).toEqual({ shadow_fault: 3, shadow_em_ex_pt: 3 });
    expect([20, 21, 22].map((i) => l.entry(g.upper.frame, i))).toEqual([
      '200000002',
      '200000002',
      '200000002',
    ]);
  });

  it('skips a table that only another top level leads to', () => {
    // Address space 0x16 has an L2 of its own, 0x17, and does not reach p.
    const entries = [
      ...data(p, 0),
      { page: 0x16, index: 1, value: e(0x17, P) },
      { page: 0x16, index: 3, value: e(0x63, P) },
    ];
    const l = new XenLab({ mode: 'pae', entries });
    l.run(0, load(g.vaOf(p, 0)), l.setEntry(p, 0, e(0x300, PWUAD)));
    l.fresh();
    l.run(1, cr3(0x16));
    expect(l.events('ResyncSkipped', 'Refreshed')).toEqual([`ResyncSkipped 1 ${p.toString(16)} 0`]);
    l.run(1, cr3(g.root));
    expect(l.events('Refreshed')).toHaveLength(1);
    expect(l.broken).toEqual([]);
  });
});

describe('a 2-level guest', () => {
  const g = guestOf('32');
  const [p = 0] = g.tables;

  it('has an L1 of two pages under a pair of sl2e, in an L2 of four', () => {
    const l = new XenLab({ mode: '32', vcpus: 1, entries: data(p, 5, 600) });
    const { x } = l;
    l.run(0, load(g.vaOf(p, 5)), load(g.vaOf(p, 600)));
    const l2 = l.shadowOf(g.root, SH_L2_32);
    const l1 = l.shadowOf(p, SH_L1_32);
    expect([x.pages.type(l2 + 3), x.pages.part(l2 + 3), x.pages.head(l1 + 1)]).toEqual([SH_L2_32, 3, l1]);
    const at = 2 * g.upper.first;
    expect([x.lo(l2, at) >>> 12, x.lo(l2, at + 1) >>> 12]).toEqual([l1, l1 + 1]);
    // Entry 600 lies in the second page; of the pair only the first counts as a reference.
    expect(x.memory.lo(l1 + 1, 600 - 512) >>> 12).toBe(0x200 + 600);
    expect([x.pages.count(l1), x.pages.upFrame(l1), x.pages.upIndex(l1)]).toEqual([1, l2 + 1, at % 512]);
    expect(l.broken).toEqual([]);
  });

  it('prefetches to the end of the page of the shadow at hand, not of the table', () => {
    const l = new XenLab({ mode: '32', vcpus: 1, entries: data(p, 508, 509, 510, 511, 512) });
    l.run(0, load(g.vaOf(p, 508)));
    expect([508, 511, 512].map((i) => l.shadow(p, i))).toEqual(['3fc027', '3ff027', '0']);
    expect(l.events('PrefetchDone').map((said) => said.split(' ').at(-1))).toContain('3');
  });

  it('compares the 4-byte entries of both pages when a table comes back', () => {
    const l = new XenLab({ mode: '32', vcpus: 1, entries: data(p, 5, 600) });
    l.run(0, load(g.vaOf(p, 5)), load(g.vaOf(p, 600)), l.setEntry(p, 600, e(0x300, PWUAD)));
    l.run(0, cr3(g.root));
    expect([l.shadow(p, 5), l.shadow(p, 600)]).toEqual(['205027', '300027']);
    expect(l.broken).toEqual([]);
  });

  it('has large pages only with CR4.PSE', () => {
    const large = { page: g.root, index: g.upper.first, value: e(p, PWUAD | PS) };
    const l = new XenLab({ mode: '32', vcpus: 1, entries: [large, ...data(p, 5)] });
    l.run(0, { kind: 'cr4', value: g.registers.cr4 & ~CR4_PSE }, load(g.vaOf(p, 5)));
    expect(l.shadow(p, 5)).toBe('205027');
    expect(l.broken).toEqual([]);
  });

  it('needs no check of a 4-byte store to an entry that stays absent', () => {
    const l = new XenLab({ mode: '32', vcpus: 1, entries: data(p, 5), switches: { 'out-of-sync': false } });
    l.run(0, load(g.vaOf(p, 5)));
    l.fresh();
    l.run(0, l.setEntry(p, 7, e(0x300, D)));
    expect(l.counters('shadow_fault_emulate_write', 'shadow_validate_gl1e_calls')).toEqual({
      shadow_fault_emulate_write: 1,
    });
    // Eight bytes are two entries: both are looked at.
    l.run(0, store(g.direct(p, 8), word(0, 0x40), 0));
    expect(l.counter('shadow_validate_gl1e_calls')).toBe(2);
  });

  it('is searched in both pages for a mapping that no guess finds', () => {
    const alias = { page: p, index: 700, value: e(g.tables[1] as number, PWUAD) };
    const entries = [alias, ...data(g.tables[1] as number, 0)];
    const l = new XenLab({ mode: '32', vcpus: 1, entries, switches: { 'wrmap-guess': false } });
    const at = g.vaOf(p, 700);
    l.run(0, store(word(0, at.lo + 0x40), EMPTY));
    l.fresh();
    l.run(0, load(g.vaOf(g.tables[1] as number, 0)));
    expect(l.counter('shadow_writeable_bf')).toBe(1);
    expect(l.shadow(p, 700)).toBe(`${(g.tables[1] as number).toString(16)}065`);
    expect(l.broken).toEqual([]);
  });

  /** p hangs at one entry of the root alone, above or below 1 GiB. vCPU 0 lets it go; vCPU 1 loads the same root. */
  const skipped = (first: number, fixed: boolean): XenLab => {
    const others = [0, 1, 2, 3, 4, 5].map((i) => ({ page: g.root, index: g.upper.first + i, value: EMPTY }));
    const entries = [...data(p, 0), ...others, { page: g.root, index: first, value: e(p, table) }];
    const l = new XenLab({ mode: '32', entries, switches: { 'first-of-four': fixed }, lenient: true });
    l.run(0, load(word(0, first << 22)), l.setEntry(p, 0, e(0x300, PWUAD)));
    l.fresh();
    l.run(1, cr3(g.root));
    return l;
  };

  it.each([
    ['below 1 GiB, as shipped', 0x80, false, 'Refreshed'],
    ['above 1 GiB, as shipped', 0x121, false, 'ResyncSkipped'],
    ['above 1 GiB, since March 2009', 0x121, true, 'Refreshed'],
  ] as const)('%s: its own table is not skipped, if the parent is found', (_what, first, fixed, said) => {
    expect(skipped(first, fixed).events('Refreshed', 'ResyncSkipped')[0]).toMatch(new RegExp(`^${said}`));
  });
});

describe('the pool in modes of several pages', () => {
  const g = guestOf('32');

  it('hands out pages in a row, also where they were given back, and reclaims for them', () => {
    const entries = g.tables.flatMap((p) => data(p, 0, 600));
    const l = new XenLab({ mode: '32', vcpus: 1, pool: 18, entries });
    for (let round = 0; round < 3; round++)
      for (const p of g.tables) l.run(0, load(g.vaOf(p, 0), 0), load(g.vaOf(p, 600), 0));
    expect(l.counter('shadow_prealloc_1')).toBeGreaterThan(0);
    expect(l.counter('shadow_free')).toBeGreaterThan(0);
    expect(l.x.pages.type(l.shadowOf(g.tables[5] as number))).toBe(SH_L1_32);
    expect(l.broken).toEqual([]);
  });

  it('keeps shadows of a table apart by type: the same page as an L1 of two modes', () => {
    const pae = guestOf('pae');
    const [p = 0] = pae.tables;
    const l = new XenLab({ mode: 'pae', vcpus: 1, entries: data(p, 0) });
    l.run(0, load(pae.vaOf(p, 0)));
    const wide = guestOf('64');
    l.run(0, { kind: 'cr0', value: CR0 & ~CR0_PG }, { kind: 'efer', value: wide.registers.efer });
    l.run(0, cr3(wide.root), { kind: 'cr0', value: CR0 }, load(wide.vaOf(p, 0)));
    expect([l.shadowOf(p, SH_L1_PAE) > 0, l.shadowOf(p, wide.l1Type) > 0]).toEqual([true, true]);
    l.fresh();
    l.run(0, { kind: 'store', va: wide.direct(p, 0), value: e(0x300, PWUAD), width: 8, cpl: 0 });
    // Two types of shadow: it may not go out of sync, and both follow.
    expect(l.counters('shadow_unsync', 'shadow_validate_gl1e_calls')).toEqual({
      shadow_validate_gl1e_calls: 2,
    });
    expect(l.broken).toEqual([]);
  });
});
