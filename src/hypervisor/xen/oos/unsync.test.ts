import { describe, expect, it } from 'vitest';
import { PFEC_P, PFEC_W } from '../../../machine';
import {
  asText,
  direct,
  EMPTY,
  e,
  GNP,
  K,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  XenLab,
} from '../../../testing/xenLab';

const PAGES = [0x30, 0x31, 0x32, 0x33, 0x36];

/** Every table page used, so shadowed and in sync, and its alias in the direct map known to the shadow as read-only. */
function warmLab(options: LabOptions = {}): XenLab {
  const entries = PAGES.map((page, i) => ({ page, index: 0, value: e(0x200 + i, PUAD) }));
  const lab = new XenLab({ ...options, entries: [...entries, ...(options.entries ?? [])] });
  for (const page of PAGES) lab.run(0, load(vaOf(page, 0)), load(direct(page), 0));
  expect(lab.violations).toEqual([]);
  lab.fresh();
  return lab;
}

describe('a store to a page table in sync (sheet 9.2)', () => {
  const lab = warmLab();
  lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)));

  it('faults once, and lets the table go', () => {
    const va = direct(0x30, 7);
    expect(lab.events('PageFault', 'Unsynced', 'FixupAdded', 'GuestPageFault', 'EntryEmulated')).toEqual([
      `PageFault 0 ${(va.hi >>> 0).toString(16)} ${(va.lo >>> 0).toString(16)} ${PFEC_P | PFEC_W}`,
      'Unsynced 0 30 0',
      `FixupAdded 0 30 ${lab.shadowOf(K).toString(16)} 30`,
    ]);
    expect(
      lab.counters(
        'shadow_fault',
        'shadow_fault_fixed',
        'shadow_unsync',
        'shadow_unsync_evict',
        'shadow_resync',
        'shadow_rm_write_flush_tlb',
      ),
    ).toEqual({
      shadow_fault: 1,
      shadow_fault_fixed: 1,
      shadow_unsync: 1,
    });
  });

  it('lands in memory, while the shadow and the snapshot keep the old value', () => {
    expect(lab.entry(0x30, 7)).toBe(asText(e(0x101, PWUAD)));
    expect(lab.shadow(0x30, 7)).toBe(GNP);
    expect(lab.entry(lab.snapshots(0)[0] as number, 7)).toBe(asText(EMPTY));
    expect(lab.entry(lab.snapshots(0)[0] as number, 0)).toBe(asText(e(0x200, PUAD)));
  });

  it('leaves one writer, which the type count and the fixup know', () => {
    expect(lab.slots(0)).toEqual([0x30, -1, -1]);
    expect(lab.slots(1)).toEqual([-1, -1, -1]);
    expect(lab.x.guest.writers(0x30)).toBe(1);
    expect(lab.writable(0x30)).toBe(true);
    expect(lab.x.oosMayWrite(0x30)).toBe(true);
    expect(lab.x.outOfSync(0x30)).toBe(true);
  });

  it('is the last store to that table that faults', () => {
    lab.fresh();
    for (let i = 8; i < 40; i++) lab.run(0, setEntry(0x30, i, e(0x102, PWUAD)));
    expect(lab.counter('shadow_fault')).toBe(0);
    expect(lab.violations).toEqual([]);
  });
});

describe('whether a store unsyncs', () => {
  it.each([
    ['S', 'emulated: nothing unsyncs before U', 1, 0],
    ['U', 'let go', 0, 1],
    ['A', 'let go', 0, 1],
  ])('era %s: it is %s', (era, _, emulated, unsynced) => {
    const lab = warmLab({ era });
    lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)));
    expect(lab.counter('shadow_fault_emulate_write')).toBe(emulated);
    expect(lab.counter('shadow_unsync')).toBe(unsynced);
    expect(lab.entry(0x30, 7)).toBe(asText(e(0x101, PWUAD)));
    expect(lab.violations).toEqual([]);
  });

  it('not with out-of-sync switched off', () => {
    const lab = warmLab({ switches: { 'out-of-sync': false } });
    lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)));
    expect(lab.counter('shadow_unsync')).toBe(0);
    expect(lab.counter('shadow_fault_emulate_write')).toBe(1);
    expect(lab.shadow(0x30, 7)).not.toBe(GNP);
  });

  it('not for a table above level 1', () => {
    const lab = warmLab();
    lab.run(0, store(direct(0x12, 0x1ff), e(0x40, PWUAD), 0));
    expect(lab.counter('shadow_unsync')).toBe(0);
    expect(lab.counter('shadow_fault_emulate_write')).toBe(1);
    expect(lab.violations).toEqual([]);
  });

  it('a second mapping of a table already let go becomes writable without another unsync', () => {
    const alias = vaOf(0x31, 9);
    const lab = warmLab({ entries: [{ page: 0x31, index: 9, value: e(0x30, PWUAD) }] });
    lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)), store(alias, EMPTY, 0));
    expect(lab.counter('shadow_unsync')).toBe(1);
    expect(lab.x.guest.writers(0x30)).toBe(2);
    expect(lab.events('FixupAdded')).toHaveLength(2);
    expect(lab.violations).toEqual([]);
  });
});

describe('slots of the out-of-sync table', () => {
  it('punt a native, with its snapshot (sheet 9.4)', () => {
    const lab = warmLab();
    const [s0, s1, s2] = lab.snapshots(0);
    lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)));
    lab.run(0, setEntry(0x33, 7, e(0x101, PWUAD)));
    expect(lab.slots(0)).toEqual([0x33, 0x30, -1]);
    expect(lab.snapshots(0)).toEqual([s1, s0, s2]);
    expect(
      lab.events('Punted', 'SnapshotsExchanged', 'SnapshotTaken', 'Unsynced', 'Crushed', 'Resynced'),
    ).toEqual([
      `SnapshotTaken 0 30 0 ${hex(s0)}`,
      'Unsynced 0 30 0',
      'Punted 0 30 0 1',
      'SnapshotsExchanged 0 0 1',
      `SnapshotTaken 0 33 0 ${hex(s1)}`,
      'Unsynced 0 33 0',
    ]);
    expect(lab.entry(s0 as number, 0)).toBe(asText(e(0x200, PUAD)));
    expect(lab.entry(s1 as number, 0)).toBe(asText(e(0x203, PUAD)));
    expect(lab.violations).toEqual([]);
  });

  it.each(['U', 'A'])('crush whoever is in the way and not at home (sheet 9.5), era %s', (era) => {
    const lab = warmLab({ era });
    const [s0, s1, s2] = lab.snapshots(0);
    for (const page of [0x30, 0x33, 0x36]) lab.run(0, setEntry(page, 7, e(0x101, PWUAD)));
    expect(lab.slots(0)).toEqual([0x36, 0x33, -1]);
    expect(lab.snapshots(0)).toEqual([s0, s1, s2]);
    expect(lab.events('Punted', 'Crushed', 'Resynced', 'SnapshotsExchanged')).toEqual([
      'Punted 0 30 0 1',
      'SnapshotsExchanged 0 0 1',
      'Resynced 30 0 20 1', // entry 0 and the 31 magic ones behind it; only entry 007 changed
      'Crushed 0 30 1',
      'Punted 0 33 0 1',
      'SnapshotsExchanged 0 0 1',
    ]);
    expect(lab.writable(0x30)).toBe(false);
    expect(lab.shadow(0x30, 7)).toBe(asText(e(0x101, PWUAD & ~0x40)));
    lab.run(0, setEntry(0x31, 7, e(0x101, PWUAD)));
    expect(lab.slots(0)).toEqual([0x36, 0x31, -1]);
    expect(lab.snapshots(0)).toEqual([s0, s1, s2]);
    expect(
      lab.counters('shadow_unsync', 'shadow_unsync_evict', 'shadow_resync', 'shadow_writeable_h_7'),
    ).toEqual({ shadow_unsync: 4, shadow_unsync_evict: 2, shadow_resync: 2, shadow_writeable_h_7: 2 });
    expect(lab.violations).toEqual([]);
  });

  it('are separate for each vCPU', () => {
    const lab = warmLab();
    lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)));
    lab.run(1, setEntry(0x33, 7, e(0x101, PWUAD)));
    expect(lab.slots(0)).toEqual([0x30, -1, -1]);
    expect(lab.slots(1)).toEqual([0x33, -1, -1]);
    expect(lab.events('Punted')).toEqual([]);
    expect(lab.violations).toEqual([]);
  });
});

const hex = (n: number | undefined): string => (n ?? -1).toString(16);
