import { describe, expect, it } from 'vitest';
import { A, P, U, W } from '../../machine';
import {
  asText,
  cr3,
  direct,
  e,
  invlpg,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  XenLab,
} from '../../testing/xenLab';

const WALKS = [
  ...['shadow_fault', 'shadow_guest_walk', 'shadow_check_gwalk', 'shadow_inconsistent_gwalk'],
  'shadow_rm_write_flush_tlb',
] as const;

const A1 = e(0x100, PUAD);
const B1 = e(0x101, PUAD);

/** Sheet 3.4: permission removal. P is an ordinary page until v0 has walked through it; v1 changes the entry in between. */
function removalRace(options: LabOptions): XenLab {
  const lab = new XenLab({ entries: [{ page: 0x30, index: 5, value: A1 }], ...options });
  lab.run(1, load(direct(0x30), 0));
  expect(lab.writable(0x30)).toBe(true);
  lab.fresh();
  lab.begin(0, load(vaOf(0x30, 5)));
  lab.until(0, 'sh_page_fault.lock');
  lab.run(1, setEntry(0x30, 5, B1), invlpg(vaOf(0x30, 5)));
  expect(lab.counter('shadow_fault')).toBe(1);
  lab.finish(0);
  return lab;
}

describe('a walk made before the lock, and a store that no fault sees (sheet 3.4, 9.10)', () => {
  it.each([
    ['F', 2],
    ['U', 1],
    ['A', 1],
  ])('in era %s the re-check notices, at the price of %i faults', (era, faults) => {
    const lab = removalRace({ era });
    expect(lab.counters(...WALKS)).toEqual({
      shadow_fault: faults,
      shadow_guest_walk: 2,
      shadow_check_gwalk: 1,
      shadow_inconsistent_gwalk: 1,
      shadow_rm_write_flush_tlb: 1,
    });
    expect(lab.events('GwalkRechecked')).toEqual(['GwalkRechecked 0 0']);
    expect(lab.shadow(0x30, 5)).toBe(asText(e(0x101, P | U | A)));
    expect(lab.broken).toEqual([]);
  });

  it('without the re-check the old entry is installed for good: I1', () => {
    const lab = removalRace({ switches: { recheck: false, 'late-recheck': false } });
    expect(lab.counters(...WALKS)).toEqual({
      shadow_fault: 1,
      shadow_guest_walk: 1,
      shadow_rm_write_flush_tlb: 1,
    });
    expect(lab.shadow(0x30, 5)).toBe(asText(e(0x100, P | U | A)));
    expect(lab.broken).toEqual(['I1']);
    expect(lab.violations[0]?.violation.where).toBe(`shadow s${lab.shadowOf(0x30).toString(16)}[005]`);
  });

  it('under the lock there is no race: v1 has to wait', () => {
    const lab = new XenLab({
      entries: [{ page: 0x30, index: 5, value: A1 }],
      switches: { 'lockless-walk': false },
    });
    lab.run(1, load(direct(0x30), 0));
    lab.begin(0, load(vaOf(0x30, 5)));
    lab.until(0, 'guest_walk_tables.check');
    expect(lab.x.lock.owner).toBe(0);
    lab.begin(1, store(vaOf(0x31, 0), A1));
    expect(() => lab.finish(1)).toThrow('actor 1 waits at sh_page_fault.lock-first');
    lab.finish(0);
    lab.finish(1);
    expect(lab.broken).toEqual([]);
  });
});

/** Sheet 3.5: write emulation. P is shadowed and protected; v1's store is emulated between v0's walk and v0's lock. */
function emulationRace(options: LabOptions): XenLab {
  const entries = [
    { page: 0x30, index: 100, value: A1 },
    { page: 0x30, index: 5, value: A1 },
  ];
  const lab = new XenLab({ entries, ...options, switches: { 'out-of-sync': false, ...options.switches } });
  lab.run(1, load(direct(0x30), 0), load(vaOf(0x30, 100)));
  lab.fresh();
  lab.begin(0, load(vaOf(0x30, 5)));
  lab.until(0, 'sh_page_fault.lock');
  lab.run(1, setEntry(0x30, 5, B1));
  lab.finish(0);
  return lab;
}

describe('a walk made before the lock, and an emulated store (sheet 3.5)', () => {
  it('the re-check notices, because the emulation bumped the version', () => {
    const lab = emulationRace({});
    expect(lab.counters(...WALKS)).toEqual({
      shadow_fault: 2,
      shadow_guest_walk: 3,
      shadow_check_gwalk: 1,
      shadow_inconsistent_gwalk: 1,
    });
    expect(lab.counter('shadow_fault_emulate_write')).toBe(1);
    expect(lab.shadow(0x30, 5)).toBe(asText(e(0x101, P | U | A)));
    expect(lab.broken).toEqual([]);
  });

  it('without it the fresh entry is overwritten by the old one: I1', () => {
    const lab = emulationRace({ switches: { recheck: false, 'late-recheck': false } });
    expect(lab.shadow(0x30, 5)).toBe(asText(e(0x100, P | U | A)));
    expect(lab.broken).toEqual(['I1']);
  });
});

describe('the same with an upper table, which is emulated also where L1s go out of sync (sheet 9.11)', () => {
  const L2 = 0x12;
  const race = (options: LabOptions): XenLab => {
    const entries = [
      { page: 0x30, index: 5, value: A1 },
      { page: 0x31, index: 5, value: B1 },
    ];
    const lab = new XenLab({ entries, ...options });
    lab.run(1, load(direct(0x30), 0), load(direct(0x31), 0), load(vaOf(0x31, 5)), load(direct(L2), 0));
    lab.fresh();
    lab.begin(0, load(vaOf(0x30, 5)));
    lab.until(0, 'sh_page_fault.lock');
    lab.run(1, store(direct(L2, 0x41), e(0x31, P | W | U | A), 0));
    lab.finish(0);
    return lab;
  };

  it('the re-check notices, and the path leads to the other table', () => {
    const lab = race({});
    expect(lab.counter('shadow_inconsistent_gwalk')).toBe(1);
    expect(lab.entry(lab.shadowOf(L2, 10), 0x41)).toBe(asText(e(lab.shadowOf(0x31), P | W | U | A | 0x40)));
    expect(lab.broken).toEqual([]);
  });

  it('without it the entry of one table lands in the shadow of the other', () => {
    const lab = race({ switches: { recheck: false, 'late-recheck': false } });
    expect(lab.shadow(0x31, 5)).toBe(asText(e(0x100, P | U | A)));
    expect(lab.broken).toEqual(['I1']);
  });
});

/** Sheet 9.12: P is out of sync, v2 owns it. v0 has walked; v1 takes the permission away; v2 resyncs; then v0 installs. */
function readToUse(switches: Record<string, boolean>): XenLab {
  const lab = new XenLab({ vcpus: 3, entries: [{ page: 0x30, index: 0, value: A1 }], switches });
  lab.run(2, load(direct(0x30), 0), load(vaOf(0x30, 0)), setEntry(0x30, 100, e(0x200, PWUAD)));
  expect(lab.slots(2)).toEqual([0x30, -1, -1]);
  expect(lab.shadow(0x30, 100)).toBe('0');
  lab.fresh();
  lab.begin(0, store(vaOf(0x30, 100), A1));
  lab.until(0, 'sh_page_fault.lock');
  lab.run(1, setEntry(0x30, 100, e(0x200, PUAD)));
  lab.run(2, cr3());
  expect(lab.x.outOfSync(0x30)).toBe(false);
  lab.finish(0);
  return lab;
}

describe('read-to-use race on a table that was out of sync (sheet 9.12)', () => {
  it('in 2008 nothing notices: the version did not move', () => {
    const lab = readToUse({ 'late-recheck': false });
    expect(lab.counters('shadow_check_gwalk', 'shadow_inconsistent_gwalk')).toEqual({});
    expect(lab.shadow(0x30, 100)).toBe(asText(e(0x200, PWUAD)));
    expect(lab.broken).toEqual(['I1']);
  });

  it('since 2010 the entry is read once more before it is derived', () => {
    const lab = readToUse({});
    expect(lab.events('GuestPageFault')).toHaveLength(1);
    expect(lab.counter('shadow_guest_walk')).toBe(2);
    expect(lab.broken).toEqual([]);
  });
});

describe('a magic entry and a resync in between (sheet 10.3)', () => {
  /** v1 reads the magic entry while the table is out of sync and stale; the owner resyncs; then v1 asks whether it is in sync. */
  const race = (switches: Record<string, boolean>): XenLab => {
    const lab = new XenLab({ entries: [{ page: 0x30, index: 0, value: A1 }], switches });
    lab.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)), setEntry(0x30, 7, B1));
    lab.fresh();
    lab.begin(1, load(vaOf(0x30, 7)));
    lab.until(1, 'sh_page_fault.reserved');
    lab.step(1);
    lab.step(1);
    if (lab.where(1) === 'sh_page_fault.table') lab.run(0, cr3());
    lab.finish(1);
    return lab;
  };

  it('made the old entry look true: the guest got a fault its tables do not justify', () => {
    const lab = race({ 'oos-before-magic': false });
    expect(lab.events('GuestPageFault')).toHaveLength(1);
    lab.check();
    expect(lab.broken).toEqual(['I17']);
    expect(lab.violations[0]?.violation.says).toMatch(
      /^Broken: the guest on vCPU 1 was given a page fault for 0x7f80_8820_7000/,
    );
  });

  it('cannot any more, since the table is asked first', () => {
    const lab = race({});
    expect(lab.events('GuestPageFault')).toEqual([]);
    lab.check();
    expect(lab.broken).toEqual([]);
  });
});

describe('the flags of a walk', () => {
  it('are A only for a load, and A and D for a store, in guest memory', () => {
    const lab = new XenLab({
      vcpus: 1,
      entries: [1, 2].map((index) => ({ page: 0x30, index, value: e(0x100 + index, P | W | U) })),
    });
    lab.run(0, load(vaOf(0x30, 1)), store(vaOf(0x30, 2), A1));
    expect([lab.entry(0x30, 1), lab.entry(0x30, 2)]).toEqual([
      asText(e(0x101, P | W | U | A)),
      asText(e(0x102, PWUAD)),
    ]);
  });

  it('are lost if the guest was faster, but the record has them: the shadow follows the record, and the re-check notices', () => {
    const lab = new XenLab({ entries: [{ page: 0x30, index: 1, value: e(0x101, P | W | U) }] });
    lab.run(1, load(direct(0x30), 0));
    lab.fresh();
    lab.begin(0, load(vaOf(0x30, 1)));
    lab.until(0, 'guest_walk_tables.mark');
    lab.run(1, setEntry(0x30, 1, e(0x102, P | W | U)));
    lab.finish(0);
    expect(lab.counters('shadow_guest_walk', 'shadow_inconsistent_gwalk')).toEqual({
      shadow_guest_walk: 2,
      shadow_inconsistent_gwalk: 1,
    });
    expect(lab.entry(0x30, 1)).toBe(asText(e(0x102, P | W | U | A)));
    expect(lab.broken).toEqual([]);
  });
});
