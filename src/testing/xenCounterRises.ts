import { word } from '../base';
import { type GuestOp, P, U, W } from '../machine';
import { type GuestEntry, guestOf, type LabMode } from './xenGuest';
import {
  call,
  cr3,
  direct,
  EMPTY,
  e,
  invlpg,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  XenLab,
} from './xenLab';

const HOST = 2;
const L2 = 0x12;
const L3 = 0x11;
const table = P | W | U | 0x20;
const CR0_WITHOUT_WP: GuestOp = { kind: 'cr0', value: 0x8000_0001 };

/** 0x30 and 0x31 are tables in sync, with entries 0 and 1; the kernel's view of all tables is shadowed. */
function lab(options: LabOptions = {}): XenLab {
  const entries = [0x30, 0x31].flatMap((page) => [
    { page, index: 0, value: e(0x100, PUAD) },
    { page, index: 1, value: e(0x101, PWUAD) },
  ]);
  const l = new XenLab({ entries, ...options });
  l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)), load(vaOf(0x31, 0)));
  l.run(0, load(direct(L2), 0), load(direct(L3), 0), load(direct(T), 0));
  l.fresh();
  return l;
}

const inSync = (options: LabOptions = {}): XenLab => lab({ ...options, switches: { 'out-of-sync': false } });

/** As many entries of 0x31 as that map 0x30 writable. */
const aliases = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ page: 0x31, index, value: e(0x30, PWUAD) })).concat([
    { page: 0x30, index: 0, value: e(0x100, PUAD) },
  ]);

const KERNEL = P | W | 0x60;

/** A guest of a narrower mode whose kernel has written its table through a mapping at `va`, and which then uses the table. */
function writtenThrough(mode: LabMode, p: number, entries: readonly GuestEntry[], va: number): XenLab {
  const l = new XenLab({ mode, entries });
  l.run(0, { kind: 'store', va: word(0, va | 0), value: e(0x100, PUAD), width: 4, cpl: 0 });
  if (l.x.guest.writers(p) !== 1) throw new Error(`page ${p} is not mapped writable: the row shows nothing`);
  l.fresh();
  l.run(0, load(l.guest.vaOf(p, 0)));
  return l;
}

/** One run, and what it makes the counters come to. */
export interface Rise {
  readonly what: string;
  readonly run: () => XenLab;
  /** Counters that rise, and to what. Others may rise too. */
  readonly counts: Readonly<Record<string, number>>;
}

/** For every counter a run in which it rises. */
export const RISES: readonly Rise[] = [
  {
    what: 'a demand fault of a table that its kernel can write',
    run: () => {
      const l = new XenLab();
      l.run(0, setEntry(0x30, 0, e(0x100, PUAD)));
      l.fresh();
      l.run(0, load(vaOf(0x30, 0)));
      return l;
    },
    counts: {
      fault: 1,
      fault_fixed: 1,
      guest_walk: 1,
      check_gwalk: 1,
      rm_write_flush_tlb: 1,
      writeable: 1,
      writeable_h_4: 1,
      alloc: 3,
      alloc_count: 3,
      hash_inserts: 3,
      hash_lookup_miss: 3,
      hash_lookups: 3,
      get_shadow_status: 3,
    },
  },
  {
    what: 'a store to a table that may not go out of sync, twice',
    run: () => {
      const l = inSync();
      l.run(0, setEntry(0x30, 2, e(0x102, PUAD)), setEntry(0x30, 3, e(0x103, PUAD)));
      return l;
    },
    counts: {
      fault: 2,
      fault_emulate_write: 1,
      fault_fast_emulate: 1,
      validate_gl1e_calls: 2,
      hash_lookup_head: 2,
    },
  },
  {
    what: 'stores to the tables above it',
    run: () => {
      const l = lab();
      l.run(0, store(direct(L2, 0x50), e(0x30, table), 0));
      l.run(0, store(direct(L3, 9), e(L2, table), 0), store(direct(T, 9), e(L3, table), 0));
      return l;
    },
    counts: { validate_gl2e_calls: 1, validate_gl3e_calls: 1, validate_gl4e_calls: 1 },
  },
  {
    what: 'a store of a kernel that runs with CR0.WP clear to a read-only page',
    run: () => {
      const l = lab();
      l.run(0, CR0_WITHOUT_WP, store(vaOf(0x30, 0), word(0, 1), 0));
      return l;
    },
    counts: { fault_emulate_wp: 1 },
  },
  {
    what: 'a user store to a table in sync',
    run: () => {
      const l = lab({ era: 'A', entries: aliases(1) });
      l.run(0, store(vaOf(0x31, 0), word(0, 1)));
      return l;
    },
    counts: { fault_emulate_failed: 1, unshadow: 1, up_pointer: 1, free: 1, hash_deletes: 1 },
  },
  {
    what: 'devices, and frames that are not there',
    run: () => {
      const l = lab();
      l.run(HOST, call('p2m-mmio', 0x100));
      l.run(0, load(vaOf(0x30, 0)), load(vaOf(0x30, 0)));
      l.run(HOST, call('p2m-remove', 0x101));
      l.run(0, load(vaOf(0x30, 1)));
      return l;
    },
    counts: { fault_mmio: 1, fault_fast_mmio: 1, fault_bail_bad_gfn: 1, mappings: 2, mappings_bf: 2 },
  },
  {
    what: 'faults of the guest, with and without magic',
    run: () => {
      const l = lab();
      l.run(0, load(vaOf(0x30, 20)), load(vaOf(0x30, 40)), load(vaOf(0x33, 0)));
      return l;
    },
    counts: { fault_bail_real_fault: 2, fault_fast_gnp: 1 },
  },
  {
    what: 'a magic entry that is gone when the handler looks',
    run: () => {
      const l = inSync();
      l.begin(0, load(vaOf(0x30, 2)));
      l.until(0, 'sh_page_fault.fault');
      l.run(1, setEntry(0x30, 2, e(0x102, PUAD)));
      l.finish(0);
      return l;
    },
    counts: { fault_fast_fail: 1 },
  },
  {
    what: 'an emulated store that crosses into read-only memory',
    run: () => {
      const l = inSync();
      l.run(HOST, call('p2m-ro', 0x34));
      l.machine.memory.write64(0x33, 0, 0, (0x110 << 12) | PUAD);
      l.run(0, load(vaOf(0x33, 0)), setEntry(0x33, 2, e(0x102, PUAD)));
      const { hi, lo } = direct(0x33, 511);
      l.run(0, { kind: 'store', va: word(hi, lo + 4), value: EMPTY, width: 8, cpl: 0 });
      return l;
    },
    counts: { fault_fast_emulate_fail: 1, fault_emulate_failed: 1 },
  },
  {
    what: 'a walk overtaken by an emulated store',
    run: () => {
      const l = inSync({ tlb: 0 });
      l.run(0, setEntry(0x30, 5, e(0x105, P | U)));
      l.fresh();
      l.begin(0, load(vaOf(0x30, 5)));
      l.until(0, 'sh_page_fault.lock');
      l.run(1, setEntry(0x30, 5, e(0x106, PUAD)));
      l.finish(0);
      return l;
    },
    counts: { check_gwalk: 1, inconsistent_gwalk: 1 },
  },
  {
    what: 'a table of 64-bit Windows, found through its self-map',
    run: () => {
      // The top table maps itself at 0x1ed, as Windows does: an L1 table is seen at fffff680_00000000 + (va >> 9).
      const l = new XenLab({
        switches: { 'out-of-sync': false },
        entries: [
          { page: T, index: 0x1ed, value: e(T, P | W | 0x20) },
          { page: 0x31, index: 0, value: e(0x100, PUAD) },
        ],
      });
      const self = (p: number): ReturnType<typeof direct> => {
        const va = (BigInt(vaOf(p, 0).hi >>> 0) << 32n) | BigInt(vaOf(p, 0).lo >>> 0);
        const at = 0xffff_f680_0000_0000n + ((va & 0xffff_ffff_ffffn) >> 9n);
        return word(Number((at >> 32n) & 0xffff_ffffn) | 0, Number(at & 0xffff_ffffn) | 0);
      };
      l.run(0, load(vaOf(0x31, 0)));
      l.run(0, store(self(0x30), e(0x100, PUAD), 0));
      l.fresh();
      l.run(0, load(vaOf(0x30, 0)));
      return l;
    },
    counts: { writeable: 1, writeable_h_3: 1 },
  },
  {
    what: 'tables whose writers no guess finds',
    run: () => {
      const l = new XenLab({ switches: { 'wrmap-guess': false } });
      l.run(0, setEntry(0x30, 0, e(0x100, PUAD)), setEntry(0x31, 0, e(0x100, PUAD)));
      l.run(0, load(vaOf(0x30, 0)), load(vaOf(0x31, 0)));
      return l;
    },
    counts: { writeable: 2, writeable_bf: 1, writeable_h_5: 1 },
  },
  {
    what: 'resyncs that find their writer at the address of the unsync, or by searching',
    run: () => {
      const l = lab({ switches: { fixups: false } });
      l.run(0, setEntry(0x30, 2, EMPTY), cr3());
      l.run(1, load(vaOf(0x30, 0)), setEntry(0x30, 2, EMPTY));
      l.run(0, { kind: 'switch', name: 'writable-hint', on: false }, store(direct(L3, 8), e(L2, table), 0));
      return l;
    },
    counts: { unsync: 2, resync: 2, writeable_h_6: 1, writeable_bf_1: 1 },
  },
  {
    what: 'fixups of June 2008',
    run: () => {
      const l = lab();
      l.run(0, setEntry(0x30, 2, EMPTY), cr3());
      return l;
    },
    counts: { oos_fixup_add_ok: 1, oos_fixup_flush: 1, oos_fixup_flush_gmfn: 1, writeable_h_7: 1 },
  },
  {
    what: 'a fixup recorded twice, and one whose mapping has gone',
    run: () => {
      const l = lab({ entries: aliases(1) });
      const again: GuestOp[] = [invlpg(vaOf(0x31, 0)), store(vaOf(0x31, 0), EMPTY, 0)];
      l.run(0, setEntry(0x30, 2, EMPTY), store(vaOf(0x31, 0), EMPTY, 0), setEntry(0x31, 9, EMPTY), ...again);
      l.run(0, invlpg(vaOf(0x31, 0)), cr3());
      return l;
    },
    counts: { oos_fixup_no_add: 1, writeable_h_8: 1 },
  },
  {
    what: 'a bucket of fixups that is full, and a page that goes',
    run: () => {
      const l = lab({ entries: aliases(30) });
      l.run(0, setEntry(0x30, 2, EMPTY), invlpg(vaOf(0x31, 0)));
      l.run(HOST, call('blow-tables'));
      l.run(0, load(vaOf(0x30, 0)), load(direct(0x30), 0), setEntry(0x30, 2, EMPTY), load(vaOf(0x31, 0)));
      l.run(HOST, call('p2m-remove', 0x30));
      return l;
    },
    counts: { oos_fixup_add_fail: 5, oos_fixup_remove: 2 },
  },
  {
    what: 'three aliases in July 2008',
    run: () => {
      const l = lab({ era: 'A', entries: aliases(2) });
      l.run(0, setEntry(0x30, 2, EMPTY), store(vaOf(0x31, 0), EMPTY, 0), store(vaOf(0x31, 1), EMPTY, 0));
      return l;
    },
    counts: { oos_fixup_add: 3, oos_fixup_evict: 1 },
  },
  {
    what: 'a slot that is needed by another table',
    run: () => {
      const l = lab();
      for (const page of [0x33, 0x36]) {
        l.machine.memory.write64(page, 0, 0, (0x110 << 12) | PUAD);
        l.run(0, load(vaOf(page, 0)));
      }
      for (const page of [0x30, 0x33, 0x36]) l.run(0, setEntry(page, 5, EMPTY));
      return l;
    },
    counts: { unsync: 3, unsync_evict: 1, resync: 1 },
  },
  {
    what: 'two zeroes to a table that two entries lead to',
    run: () => {
      const l = inSync();
      l.run(0, store(direct(L2, 0x50), e(0x30, table), 0));
      l.run(0, setEntry(0x30, 0, EMPTY), setEntry(0x30, 1, EMPTY));
      return l;
    },
    counts: { early_unshadow: 1, unshadow: 1, unshadow_bf: 1 },
  },
  {
    what: 'a pool that is too small',
    run: () => {
      const entries = [0x30, 0x31, 0x32, 0x33, 0x34].map((page) => ({
        page,
        index: 0,
        value: e(0x100, PUAD),
      }));
      const l = new XenLab({ pool: 19, entries });
      for (let round = 0; round < 3; round++)
        for (const { page } of entries) {
          l.machine.memory.write64(0x40 + round, 0xff, 0, (L3 << 12) | table);
          l.run(0, load(vaOf(page, 0)), setEntry(page, 1, EMPTY), cr3(0x40 + round), cr3());
        }
      // Nobody but v0 flushes meanwhile, and what is freed is used at once.
      for (let i = 0; i < 24; i++) l.run(0, cr3(0x80 + i));
      return l;
    },
    counts: { prealloc_1: -1, prealloc_2: -1, alloc_tlbflush: -1 },
  },
  {
    what: 'a table of 32-bit Windows, found where its tables lie in a row',
    run: () =>
      writtenThrough('32', 0x40, [{ page: 0x65, index: 0x121, value: e(0x40, KERNEL) }], 0xc012_1000),
    counts: { writeable: 1, writeable_h_1: 1 },
  },
  {
    what: 'a table of Windows with PAE, found where its tables lie in a row',
    run: () =>
      writtenThrough(
        'pae',
        0x30,
        [
          { page: 0x63, index: 1, value: e(0x66, P | W | 0x20) },
          { page: 0x66, index: 0x41, value: e(0x30, KERNEL) },
        ],
        0xc024_1000,
      ),
    counts: { writeable: 1, writeable_h_2: 1 },
  },
  {
    what: 'the instructions behind a store to a table, in PAE mode',
    run: () => {
      const { direct: at, upper, root } = guestOf('pae');
      const l = new XenLab({ mode: 'pae', vcpus: 1 });
      const half = (byte: number): GuestOp => ({
        kind: 'store',
        va: word(0, at(upper.frame, 20).lo + byte),
        value: EMPTY,
        width: 4,
        cpl: 0,
      });
      const read: GuestOp = { kind: 'load', va: at(root, 1), width: 4, cpl: 0 };
      l.run(0, load(guestOf('pae').vaOf(0x30, 0)), read);
      l.fresh();
      l.runProgram(half(4), read, half(0));
      l.runProgram(half(4), invlpg(at(root)));
      return l;
    },
    counts: { em_ex_pt: 1, em_ex_non_pt: 1, em_ex_fail: 1 },
  },
  {
    what: 'INVLPG, and one whose tables go meanwhile',
    run: () => {
      const l = lab();
      l.run(0, invlpg(vaOf(0x30, 0)));
      l.begin(0, invlpg(vaOf(0x30, 0)));
      l.until(0, 'sh_invlpg.l3');
      l.run(HOST, call('blow-tables'));
      l.finish(0);
      return l;
    },
    counts: { invlpg: 2, invlpg_fault: 1 },
  },
];
