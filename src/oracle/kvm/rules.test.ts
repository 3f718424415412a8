import { describe, expect, it } from 'vitest';
import type { Group, KvmCase, KvmEntry } from './format';
import { type EntryOutcome, KvmReplay } from './replay';

/** Rules of the sheet that no given recording shows, on guests made up here: 64-bit, one vCPU, code identity-mapped. */

const io: Group = { cpl: 0, a: [['f', '0x4003', 2]], exit: 'io' };
const guestOps = {
  read: (va: string): KvmEntry => ({
    ...{ op: 0, vcpu: 0, cpl: 0, kind: 'read', va, size: 8, result: {} },
    groups: [
      {
        cpl: 0,
        a: [
          ['f', '0x4000', 3],
          ['r', va, 8],
        ],
      },
      io,
    ],
  }),
  write: (va: string, value: string): KvmEntry => ({
    ...{ op: 0, vcpu: 0, cpl: 0, kind: 'write', va, size: 8, value, result: {} },
    groups: [
      {
        cpl: 0,
        a: [
          ['f', '0x4010', 3],
          ['w', va, 8],
        ],
      },
      io,
    ],
  }),
  clear: (vas: readonly string[]): KvmEntry => ({
    ...{
      op: 0,
      vcpu: 0,
      cpl: 0,
      kind: 'rep_stos',
      va: vas[0] as string,
      size: 8,
      count: vas.length,
      result: {},
    },
    groups: [
      ...vas.map(
        (va, i): Group => ({
          cpl: 0,
          a:
            i === 0
              ? [
                  ['f', '0x40a0', 3],
                  ['w', va, 8],
                ]
              : [['w', va, 8]],
        }),
      ),
      io,
    ],
  }),
};

/** MOV CR3 with the value that is there: a flush. */
const sameCr3: KvmEntry = {
  ...{ op: 0, vcpu: 0, cpl: 0, kind: 'mov_cr3', value: '0x10000', result: {} },
  groups: [{ cpl: 0, a: [['f', '0x4020', 3]], exit: 'write_cr3' }, io],
};

/** Other entries of the L2 of the test region, and of its first L1. */
interface Tables {
  readonly upper?: KvmCase['tables'][string];
  readonly leaves?: KvmCase['tables'][string];
}

/** Sixty-four tables of 4 KiB pages below one L2, at frames from 0x100 on; each maps one data page. */
function guest(
  ops: readonly KvmEntry[],
  { upper, leaves, ...more }: Partial<KvmCase> & Tables = {},
): EntryOutcome[] {
  const c: KvmCase = {
    name: 'made up',
    mode: '64',
    maxphyaddr: 40,
    vcpus: [{ cr0: '0x80010033', cr3: '0x10000', cr4: '0x20', efer: '0xd00', cpl: 0 }],
    memslots: [{ slot: 0, gpa: '0x0', size: '0x800000', ram: '0x0', flags: [] }],
    tables: {
      '0x10': [[0, '0x11067']],
      '0x11': [
        [0, '0x12067'],
        [1, '0x14067'],
      ],
      '0x12': [[0, '0x13067']],
      '0x13': [[0, 512, '0x63', '0x1000']],
      '0x14': upper ?? [[0, 64, '0x100067', '0x1000']],
      ...Object.fromEntries(
        Array.from({ length: 64 }, (_, i) => [`0x${(0x100 + i).toString(16)}`, [[0, '0x700067']]]),
      ),
      ...(leaves === undefined ? {} : { '0x100': leaves }),
    },
    ops,
    final: {},
    ...more,
  };
  const replay = new KvmReplay(c);
  return ops.map((op) => replay.run(op));
}

const named = (out: EntryOutcome | undefined, ev: string) => out?.events.filter((e) => e.ev === ev) ?? [];

describe('rules that no given recording shows', () => {
  it('with a pool of 64, the oldest 21 pages go when fewer than five are free, parents first and the root never', () => {
    const reads = Array.from({ length: 56 }, (_, i) =>
      guestOps.read(`0x${(0x4000_0000 + i * 0x20_0000).toString(16)}`),
    );
    const out = guest(reads, { nrMmuPages: 64 });
    // The first read makes four upper pages and two lowest ones; each further read one more lowest.
    const zaps = out.map((o) => named(o, 'prepare_zap_page').length);
    const at = zaps.findIndex((n) => n > 0);
    expect(zaps[at]).toBe(21);
    expect(
      named(out[at], 'prepare_zap_page')
        .slice(0, 3)
        .map((e) => e.sp),
    ).toEqual(['11/l3/wux', '12/l2/wux', '13/l1/wux']);
    expect(zaps.slice(0, at).every((n) => n === 0)).toBe(true);
  });

  it('a store to a read-only slot is mapped by nothing and given to the VMM', () => {
    const memslots = [
      { slot: 0, gpa: '0x0', size: '0x700000', ram: '0x0', flags: [] },
      { slot: 1, gpa: '0x700000', size: '0x100000', ram: '0x700000', flags: ['readonly'] },
    ];
    const [read, write] = guest([guestOps.read('0x40000000'), guestOps.write('0x40000000', '0x7')], {
      memslots,
    });
    expect(named(read, 'set_spte').at(-1)).toMatchObject({ gfn: '0x700', rights: 'r-xu', bits: '0x825' });
    expect(write?.result.mmio).toEqual([{ write: true, pa: '0x700000', len: 8 }]);
    expect(write?.mem).toEqual([]);
    expect(named(write, 'set_spte')).toEqual([]);
  });

  it('a string store to a root in use is retried once, then emulated to its end', () => {
    const vas = ['0x10f00', '0x10f08', '0x10f10', '0x10f18'];
    const [, out] = guest([guestOps.read('0x10f00'), guestOps.clear(vas)]);
    expect(out?.astray).toBeUndefined();
    const written = named(out, 'pagetable_walk').filter((e) => e.pferr === '0x2');
    expect(written.map((e) => e.addr)).toEqual(['0x10f00', ...vas]);
    expect(named(out, 'prepare_zap_page').length).toBeGreaterThan(0);
  });

  it('a store to an upper table that crosses entries zaps its page at once; one of half an entry drops the entry alone', () => {
    const store = (va: string, size: number): KvmEntry => {
      const write = guestOps.write(va, '0x1');
      if (!('groups' in write)) throw new Error('a guest operation was expected');
      const [first, ...rest] = write.groups;
      const [fetch] = first?.a ?? [];
      if (first === undefined || fetch === undefined) throw new Error('an access was expected');
      return { ...write, size, groups: [{ ...first, a: [fetch, ['w', va, size]] }, ...rest] };
    };
    // Reading through 0x14 first: its page has an entry for the table at 0x100, and its own mapping is read-only.
    const half = guest([guestOps.read('0x40000000'), guestOps.read('0x14000'), store('0x14004', 4)])[2];
    expect(named(half, 'prepare_zap_page')).toEqual([]);
    expect(half?.shadow['14/l2/wux']?.e).toEqual({ 0: '0' });
    const across = guest([guestOps.read('0x40000000'), guestOps.read('0x14000'), store('0x14004', 8)])[2];
    expect(named(across, 'prepare_zap_page').map((e) => e.sp)).toEqual(['14/l2/wux']);
  });

  it('a level-1 table that the host has taken away cannot be read for a sync: its page is zapped', () => {
    const taken: KvmEntry = { host: 0, kind: 'madvise_dontneed', gpa: '0x100000', size: '0x1000' };
    const ops = [guestOps.read('0x40000000'), guestOps.write('0x100008', '0x701067'), taken, sameCr3];
    const [, store, gone, load] = guest([...ops, guestOps.read('0x40000000')]);
    expect(store?.shadow['100/l1/wux']).toEqual({ unsync: 1 });
    expect(gone?.events).toEqual([]);
    expect(load?.events.slice(-2).map((e) => `${e.ev} ${e.sp}`)).toEqual([
      'sync_page 100/l1/wux',
      'prepare_zap_page 100/l1/wux',
    ]);
  });

  it('a large page over a large page of the host is one spte; the dirty log splits it, and without the log it is one again', () => {
    const slot = { slot: 0, gpa: '0x0', size: '0x800000', ram: '0x0' };
    const log = (host: number, flags: readonly string[]): KvmEntry => ({
      host,
      kind: 'memslot',
      ...slot,
      flags,
    });
    const va = '0x40003000';
    const ops = [
      ...[guestOps.read(va), log(0, ['log_dirty']), guestOps.write(va, '0x7')],
      ...[log(1, []), guestOps.read(va)],
    ];
    const large = { hostHugePages: [{ gpa: '0x400000', size: '0x200000' }] };
    const [read, on, write, off, again] = guest(ops, { ...large, upper: [[0, '0x4000e7']] });
    const asked = (out: EntryOutcome | undefined) => named(out, 'spte_requested').at(-1);
    expect(asked(read)).toMatchObject({ gfn: '0x403', level: 2 });
    expect(named(read, 'set_spte').at(-1)).toMatchObject({ gfn: '0x400', bits: '0xee7', level: 2, index: 0 });
    expect(on?.shadow['14/l2/wux']?.e).toEqual({ 0: '400:ee5' });
    expect(asked(write)).toMatchObject({ gfn: '0x403', level: 1 });
    expect(named(write, 'get_page').at(-1)).toMatchObject({ sp: '400/l1/wux/direct', new: true });
    // Nothing is made ahead in a logged slot.
    expect(named(write, 'set_spte')).toMatchObject([{ gfn: '0x403', bits: '0xe67', level: 1 }]);
    expect(off?.shadow).toEqual({ '400/l1/wux/direct': { e: { 3: '0' } } });
    expect(named(again, 'set_spte')).toMatchObject([{ gfn: '0x400', bits: '0xee7', level: 2 }]);
    expect(again?.shadow['14/l2/wux']?.e).toEqual({ 0: '400:ee7' });
  });

  it('two device pages in turn: the one not remembered is known by its spte, as long as no slot has changed', () => {
    const tables = {
      upper: [[0, '0x100067']],
      leaves: [
        [0, '0x900067'],
        [1, '0x901067'],
      ],
    } as const;
    const [a, b] = ['0x40000010', '0x40001010'];
    const out = guest([guestOps.read(a), guestOps.read(b), guestOps.read(a), guestOps.read(a)], tables);
    const seen = out.map((o) => o.events.filter(({ ev }) => /mmio/.test(ev)).map(({ ev }) => ev));
    expect(seen).toEqual([
      ['mark_mmio_spte'],
      ['mark_mmio_spte'],
      ['check_mmio_spte', 'handle_mmio_page_fault'],
      [],
    ]);
    expect(named(out[2], 'handle_mmio_page_fault')).toEqual([
      { ev: 'handle_mmio_page_fault', addr: a, gfn: '0x900', access: '6' },
    ]);
    // The address was just remembered: the emulator walks for its own instruction only.
    expect(named(out[2], 'pagetable_walk').map((e) => e.addr)).toEqual(['0x4000']);
    expect(out.map((o) => o.result.mmio[0]?.pa)).toEqual(['0x900010', '0x901010', '0x900010', '0x900010']);
  });
});
