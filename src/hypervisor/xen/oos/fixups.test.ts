import { describe, expect, it } from 'vitest';
import {
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
  vaOf,
  XenLab,
} from '../../../testing/xenLab';
import { FIXUP_BUCKET_ENTRIES } from '../fixupStore';
import { fixupBucket } from './fixupTable';

/** P = 0x30 and three aliases of it in table 0x31, all known to the shadow, none writable yet. */
const ALIASES = [0, 40, 80] as const;
function lab(options: LabOptions): XenLab {
  const made = new XenLab({
    ...options,
    entries: [
      { page: 0x30, index: 5, value: e(0x100, PUAD) },
      ...ALIASES.map((index) => ({ page: 0x31, index, value: e(0x30, PWUAD) })),
    ],
  });
  made.run(0, load(vaOf(0x30, 5)), ...ALIASES.map((i) => load(vaOf(0x31, i))));
  made.fresh();
  return made;
}

/** The kernel stores to P through one of the aliases. */
const through = (i: number, value = EMPTY) => {
  const va = vaOf(0x31, i);
  return store({ hi: va.hi, lo: va.lo + 8 * 9 }, value, 0);
};

const live = (l: XenLab): number[] =>
  ALIASES.filter((i) => (l.machine.memory.lo(l.shadowOf(0x31), i) & 3) === 3);

describe('three aliases of a table out of sync (sheet 9.20)', () => {
  it('era A: two at a time are writable; a third evicts one, without a flush', () => {
    const l = lab({ era: 'A' });
    const pairs = () => [0, 1].map((i) => [l.x.fixupArrays[0]?.smfn(0, i), l.x.fixupArrays[0]?.off(0, i)]);
    const s31 = l.shadowOf(0x31);
    l.run(0, through(0));
    expect(pairs()).toEqual([
      [s31, 0],
      [-1, 0],
    ]);
    l.run(0, through(40));
    expect(pairs()).toEqual([
      [s31, 0],
      [s31, 40],
    ]);
    l.run(0, through(80));
    expect(pairs()).toEqual([
      [s31, 80],
      [s31, 40],
    ]);
    expect(live(l)).toEqual([40, 80]);
    expect(l.events('TlbFlushed')).toEqual([]);
    // The evicted mapping is still in the TLB, and may be used: the table is out of sync.
    l.run(0, invlpg(vaOf(0x31, 0)), through(0));
    expect(pairs()).toEqual([
      [s31, 80],
      [s31, 0],
    ]);
    expect(live(l)).toEqual([0, 80]);
    expect(l.counters('shadow_oos_fixup_add', 'shadow_oos_fixup_evict', 'shadow_unsync')).toEqual({
      shadow_oos_fixup_add: 4,
      shadow_oos_fixup_evict: 2,
      shadow_unsync: 1,
    });
    l.fresh();
    l.run(0, cr3());
    expect(l.counters('shadow_writeable', 'shadow_writeable_h_7', 'shadow_resync')).toEqual({
      shadow_writeable_h_7: 2,
      shadow_resync: 1,
    });
    expect(live(l)).toEqual([]);
    expect(l.violations).toEqual([]);
  });

  it('era A: the resync flushes even if nothing was found, for an eviction did not (sheet 9.21)', () => {
    const l = lab({ era: 'A' });
    l.run(0, through(0), through(40), through(80));
    l.fresh();
    l.run(1, load(vaOf(0x31, 0)));
    l.run(0, cr3());
    expect(l.events('TlbFlushed')).toEqual([
      'TlbFlushed 0 2 0 0',
      'TlbFlushed 1 2 0 0',
      'TlbFlushed 0 2 0 0',
    ]);
    expect(l.violations).toEqual([]);
  });

  it('era A: without the flush a late store through an old translation lands in a table in sync (sheet 9.21)', () => {
    const l = lab({ era: 'A', switches: { 'resync-flush': false } });
    l.run(1, through(0), through(40), through(80));
    l.run(0, cr3());
    l.run(1, cr3(0x10));
    expect(l.broken).toContain('I3');
  });

  it('era U: all three are writable, with an entry each in the table of the vCPU that made them', () => {
    const l = lab({ era: 'U' });
    l.run(0, through(0), through(40));
    l.run(1, through(80));
    expect(live(l)).toEqual([0, 40, 80]);
    expect(l.events('FixupAdded').map((line) => line.slice(0, 'FixupAdded 0 30'.length))).toEqual([
      'FixupAdded 0 30',
      'FixupAdded 0 30',
      'FixupAdded 1 30',
    ]);
    l.fresh();
    l.run(0, cr3());
    // Two by the owner's whole table, the third by looking for the page in everybody's.
    expect(l.counters('shadow_writeable_h_7', 'shadow_writeable_h_8', 'shadow_writeable_bf_1')).toEqual({
      shadow_writeable_h_7: 3,
    });
    expect(l.counter('shadow_oos_fixup_add_ok')).toBe(0);
    expect(l.violations).toEqual([]);
  });
});

describe('the fixup table of June 2008', () => {
  it('has buckets that overlap: bucket b begins at b * 13, not at b * 26', () => {
    expect(fixupBucket(0x30)).toEqual({
      from: (0x30 % 13) * 13,
      to: (0x30 % 13) * 13 + FIXUP_BUCKET_ENTRIES,
    });
    expect(fixupBucket(12).to).toBe(182);
  });

  it('ignores what it has, fills a bucket, and then records no more', () => {
    const l = lab({ era: 'U' });
    l.run(0, through(0));
    const table = l.x.fixupTables[0];
    const { from, to } = fixupBucket(0x30);
    for (let i = from + 1; i < to; i++) table?.put(i, 0x30, l.shadowOf(0x31), 400 + i);
    l.run(0, through(40));
    expect(l.counters('shadow_oos_fixup_add_ok', 'shadow_oos_fixup_add_fail')).toEqual({
      shadow_oos_fixup_add_ok: 1,
      shadow_oos_fixup_add_fail: 1,
    });
    // The type count tells that one is missing, and the search finds it.
    l.run(0, cr3());
    expect(live(l)).toEqual([]);
    expect(l.counter('shadow_resync')).toBe(1);
    expect(l.counter('shadow_writeable')).toBe(1);
    expect(l.violations).toEqual([]);
  });

  it('reuses the entry of a page that is in sync again', () => {
    const l = lab({ era: 'U' });
    l.run(0, through(0));
    l.run(0, invlpg(vaOf(0x31, 0)));
    l.x.fixupTables[0]?.put(fixupBucket(0x30).from + 1, 0x33, l.shadowOf(0x31), 7);
    l.run(0, through(40));
    expect(l.x.fixupTables[0]?.gmfn(fixupBucket(0x30).from + 1)).toBe(0x30);
  });

  it('forgets a page that loses its last shadow', () => {
    const l = lab({ era: 'U' });
    l.run(0, load(direct(0x12), 0), through(0));
    // The L2 entry above P goes, and with it the only reference to the shadow of P.
    l.run(0, store(direct(0x12, 0x41), EMPTY, 0));
    expect(l.shadowOf(0x30)).toBe(-1);
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.events('FixupRemoved')).toHaveLength(1);
    expect(l.counter('shadow_oos_fixup_remove')).toBe(1);
    expect(l.counter('shadow_resync')).toBe(0);
    expect(l.violations).toEqual([]);
  });
});

describe('snapshots switched off and on again while a table is out of sync', () => {
  it('are not trusted for what they missed', () => {
    const l = new XenLab({ entries: [{ page: 0x30, index: 0, value: e(0x400, PUAD) }] });
    l.run(0, load(vaOf(0x30, 0)), load(direct(0x30), 0));
    l.run(0, setEntry(0x30, 7, e(0x401, PWUAD)));
    l.x.switches.set('snapshots', false);
    l.run(0, invlpg(vaOf(0x30, 7)), load(vaOf(0x30, 7)));
    l.x.switches.set('snapshots', true);
    l.run(0, setEntry(0x30, 7, EMPTY), cr3());
    expect(l.violations).toEqual([]);
    expect(l.events('Resynced')).toEqual(['Resynced 30 0 0 20']);
  });
});
