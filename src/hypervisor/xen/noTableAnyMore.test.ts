import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { A, D, P, U } from '../../machine';
import { at, inSyncLab, interrupt, locked, TWO_TABLES, unshadowed } from '../../testing/xenInSync';
import {
  direct,
  EMPTY,
  e,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  type XenLab,
} from '../../testing/xenLab';

describe('what tells that a page is no table any more (sheet 2.10)', () => {
  it('an unaligned store', () => {
    const l = inSyncLab();
    l.run(0, at(0x30, 9, 0, 4));
    expect(unshadowed(l)).toEqual(['30 unaligned']);
    expect(l.x.isPageTable(0x30)).toBe(false);
    expect(l.broken).toEqual([]);
  });

  it('a store over two tables: both go', () => {
    const l = inSyncLab();
    l.run(0, load(vaOf(0x31, 0)));
    l.run(0, setEntry(0x31, 0, e(0x110, PUAD)), load(vaOf(0x31, 0)));
    expect(l.x.isPageTable(0x31)).toBe(true);
    l.fresh();
    l.run(0, at(0x30, 0xffc, 0, 8));
    expect(unshadowed(l)).toEqual(['30 unaligned', '31 unaligned']);
    expect(l.broken).toEqual([]);
  });

  it('two zeroes in a row: the shadow goes by its up-pointer, and later stores are free (sheet 9.15)', () => {
    const l = inSyncLab();
    for (let i = 0; i < 4; i++) l.run(0, setEntry(0x30, i, EMPTY));
    for (let i = 4; i < 512; i++) l.run(0, setEntry(0x30, i, EMPTY));
    expect(unshadowed(l)).toEqual(['30 early']);
    expect(
      l.counters('shadow_fault', 'shadow_early_unshadow', 'shadow_up_pointer', 'shadow_unshadow_bf'),
    ).toEqual({
      shadow_fault: 3,
      shadow_early_unshadow: 1,
      shadow_up_pointer: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['a store of something else', setEntry(0x30, 5, e(0x105, PUAD))],
    ['a fault that was fixed', load(direct(0x100), 0)],
    ['a fault of the guest', load(vaOf(0x30, 400))],
  ])('not if %s comes between', (_what, between) => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 2, EMPTY), between, setEntry(0x30, 3, EMPTY));
    expect(l.counter('shadow_early_unshadow')).toBe(0);
    expect(l.x.isPageTable(0x30)).toBe(true);
  });

  it.each([
    ['8 bytes of zero', true, setEntry(0x30, 5, EMPTY)],
    ['4 bytes of zero at the start of an entry', true, at(0x30, 40, 0, 4)],
    ['8 bytes whose first 4 are zero', true, setEntry(0x30, 5, word(0x100, 0))],
    ['8 bytes whose last 4 are zero', false, setEntry(0x30, 5, word(0, 0x100))],
    ['2 bytes of zero', false, at(0x30, 40, 0, 2)],
    ['4 bytes of zero in the middle of an entry', false, at(0x30, 44, 0, 4)],
    ['a locked operation that leaves zero', true, locked('and', direct(0x30, 5), EMPTY)],
    ['a locked operation that does not', false, locked('or', direct(0x30, 5), word(0, 2))],
    ['a zero to another table', false, setEntry(0x31, 5, EMPTY)],
  ])('after a zero, %s: the end of the table: %s', (_what, early, second) => {
    const l = inSyncLab({ entries: TWO_TABLES });
    l.run(0, load(vaOf(0x31, 0)), setEntry(0x30, 4, EMPTY), second);
    expect(unshadowed(l)).toEqual(early ? ['30 early'] : []);
    expect(l.counter('shadow_early_unshadow')).toBe(early ? 1 : 0);
    expect(l.broken).toEqual([]);
  });

  it('and a zero of another vCPU in between does not count: each remembers its own page', () => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 4, EMPTY));
    l.run(1, setEntry(0x30, 5, EMPTY));
    expect(unshadowed(l)).toEqual([]);
    l.run(0, setEntry(0x30, 6, EMPTY));
    expect(unshadowed(l)).toEqual(['30 early']);
  });

  it('a push of the processor that delivers an interrupt: the page is a stack', () => {
    const l = inSyncLab();
    l.run(0, interrupt(direct(0x30, 7)));
    expect(unshadowed(l)).toEqual(['30 event-injection']);
    expect(l.x.isPageTable(0x30)).toBe(false);
    expect(
      l.counters(
        'shadow_fault_emulate_write',
        'shadow_fault_emulate_failed',
        'shadow_fault_fast_emulate_fail',
      ),
    ).toEqual({ shadow_fault_emulate_write: 1 });
    expect([l.entry(0x30, 7), l.events('EntryEmulated'), l.x.vcpu(0).get('eventPending')]).toEqual([
      '202',
      [],
      0,
    ]);
    expect(l.broken).toEqual([]);
  });

  it('a push in the middle of fast emulation, which is given up', () => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)), interrupt(direct(0x30, 7)));
    expect(unshadowed(l)).toEqual(['30 event-injection']);
    expect(l.counters('shadow_fault_fast_emulate', 'shadow_fault_fast_emulate_fail')).toEqual({
      shadow_fault_fast_emulate: 1,
      shadow_fault_fast_emulate_fail: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it('but a push to an L1 table that may go out of sync goes the way of any store', () => {
    const l = inSyncLab({ switches: { 'out-of-sync': true } });
    l.run(0, interrupt(direct(0x30, 7)));
    expect([l.x.outOfSync(0x30), unshadowed(l)]).toEqual([true, []]);
    expect(l.broken).toEqual([]);
  });

  it.each(['U', 'A'])('a store from user mode, in era %s with the table in sync', (era) => {
    const entries = [
      { page: 0x30, index: 0, value: e(0x100, PWUAD) },
      { page: 0x30, index: 3, value: e(0x31, PWUAD) },
      { page: 0x31, index: 0, value: e(0x110, PWUAD) },
    ];
    const l = inSyncLab({ era, entries });
    l.run(0, load(vaOf(0x31, 0)));
    l.fresh();
    l.run(0, store(vaOf(0x30, 3), word(0, 5)));
    expect(unshadowed(l)).toEqual(['31 user-store']);
    expect(l.counters('shadow_fault_emulate_failed', 'shadow_fault_emulate_write')).toEqual({
      shadow_fault_emulate_failed: 1,
      shadow_fault_emulate_write: 1,
    });
    expect([l.entry(0x31, 0), l.x.isPageTable(0x31)]).toEqual(['5', false]);
    expect(l.broken).toEqual([]);
  });

  it('a store from user mode lets the table go out of sync in era U, and unshadows it in era A (sheet 9.16)', () => {
    const entries = [
      { page: 0x30, index: 3, value: e(0x31, PWUAD) },
      { page: 0x31, index: 0, value: e(0x110, PWUAD) },
    ];
    const run = (era: string): XenLab => {
      const l = inSyncLab({ era, entries, switches: { 'out-of-sync': true, 'user-store': era === 'A' } });
      l.run(0, load(vaOf(0x31, 0)), store(vaOf(0x30, 3), word(0, 5)));
      expect(l.entry(0x31, 0)).toBe('5');
      expect(l.broken).toEqual(era === 'A' ? [] : ['I20']);
      return l;
    };
    expect(run('U').x.outOfSync(0x31)).toBe(true);
    expect(unshadowed(run('A'))).toEqual(['31 user-store']);
  });

  it('but CR0.WP clear does not: the store to a read-only page is emulated', () => {
    const l = inSyncLab({ entries: [{ page: 0x30, index: 0, value: e(0x100, P | U | A | D) }] });
    l.run(0, load(vaOf(0x30, 0), 0));
    const r = l.machine.vcpu(0);
    l.run(0, { kind: 'cr0', value: r.get('cr0') & ~(1 << 16) });
    l.fresh();
    l.run(0, store(vaOf(0x30, 0), word(0, 9), 0));
    expect(l.counters('shadow_fault_emulate_wp', 'shadow_fault_emulate_write')).toEqual({
      shadow_fault_emulate_wp: 1,
    });
    expect([l.entry(0x100, 0), l.x.isPageTable(0x30)]).toEqual(['9', true]);
    expect(l.broken).toEqual([]);
  });
});
