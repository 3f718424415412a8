import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import type { Procedure } from '../../kernel';
import { P, W } from '../../machine';
import {
  cr3,
  direct,
  EMPTY,
  e,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { ERAS } from './eras';
import { OUTCOMES, UNSHADOW_WHY } from './events';
import { shUnsync } from './oos/unsync';
import { shRemoveWriteAccess } from './removeWriteAccess';

/** 0x30 in sync with entries 0 to 2; 0x31 maps it writable with entry 5, which nobody has used. */
function lab(era: string, options: LabOptions = {}): XenLab {
  const entries = [
    ...[0, 1, 2].map((index) => ({ page: 0x30, index, value: e(0x100 + index, PUAD) })),
    { page: 0x31, index: 5, value: e(0x30, PWUAD) },
    { page: 0x31, index: 0, value: e(0x110, PUAD) },
  ];
  const l = new XenLab({ era, entries, ...options, switches: { prefetch: false, ...options.switches } });
  for (const v of [0, 1]) l.run(v, load(direct(0x30), 0));
  for (const i of [0, 1, 2]) l.run(0, load(vaOf(0x30, i)));
  l.run(0, load(vaOf(0x31, 0)));
  l.fresh();
  return l;
}

/** A procedure of the hypervisor on vCPU 0 with the lock held, as the handler calls it. */
function underLock(l: XenLab, procedure: Procedure<never>, ...args: number[]): void {
  const thread = defined(l.world.actors[0]?.thread, 'vCPU 0');
  thread.start(procedure, ...args);
  l.x.lock.take(thread);
  while (l.world.location(0) !== undefined) l.step(0);
  l.x.lock.release(thread);
}

/** 0x30 let go by vCPU 0, as only U and A do by themselves; then one store to entry 1. */
function letGo(era: string, options: LabOptions = {}): XenLab {
  const l = lab(era, options);
  const { hi, lo } = direct(0x30);
  underLock(l, shUnsync, 0, 0x30, hi, lo);
  l.run(0, setEntry(0x30, 1, e(0x105, PUAD)));
  return l;
}

const outcomes = (l: XenLab): string[] =>
  l.events('FaultOutcome').map((line) => OUTCOMES[Number.parseInt(line.split(' ')[2] ?? '', 16)] ?? '');

/** What the eras do, era by era: one column each. */
const TABLE = [
  ['F', { oos: false, unsyncs: false, slots: 3, snapshots: 0, refaults: true }],
  ['B', { oos: true, unsyncs: false, slots: 7, snapshots: 0, refaults: false }],
  ['T', { oos: true, unsyncs: false, slots: 3, snapshots: 0, refaults: false }],
  ['S', { oos: true, unsyncs: false, slots: 3, snapshots: 3, refaults: false }],
  ['U', { oos: true, unsyncs: true, slots: 3, snapshots: 3, refaults: false }],
  ['A', { oos: true, unsyncs: true, slots: 3, snapshots: 3, refaults: false }],
  ['xen-4.17', { oos: true, unsyncs: true, slots: 3, snapshots: 3, refaults: false }],
] as const;

const OOS_ERAS = TABLE.filter(([, { oos }]) => oos).map(([era]) => era);
/** The eras from July 2008 on, which differ from U in what follows from their fixup arrays. */
const fromA = (era: string): boolean => era === 'A' || era === 'xen-4.17';

describe('the eras', () => {
  it('are all in the table', () => {
    expect(TABLE.map(([era]) => era)).toEqual(ERAS.map(({ name }) => name));
  });

  it.each(TABLE)('%s: slots and snapshot pages of a vCPU (sheet 5.3, 6.2)', (era, { slots, snapshots }) => {
    const l = lab(era);
    expect(l.slots(0)).toHaveLength(slots);
    expect(l.snapshots(1).filter((page) => page >= 0)).toHaveLength(snapshots);
    expect(new Set([...l.snapshots(0), ...l.snapshots(1)].filter((page) => page >= 0)).size).toBe(
      2 * snapshots,
    );
  });

  it.each(TABLE)(
    '%s: a store to an L1 table unsyncs from U on, before it is emulated (sheet 9.2)',
    (era, { unsyncs }) => {
      const l = lab(era);
      l.run(0, setEntry(0x30, 1, e(0x105, PUAD)), setEntry(0x30, 2, e(0x106, PUAD)));
      expect(l.x.outOfSync(0x30)).toBe(unsyncs);
      expect(l.counters('shadow_unsync', 'shadow_fault_emulate_write', 'shadow_fault_fast_emulate')).toEqual(
        unsyncs ? { shadow_unsync: 1 } : { shadow_fault_emulate_write: 1, shadow_fault_fast_emulate: 1 },
      );
      expect(outcomes(l)).toEqual(unsyncs ? ['fixed'] : ['emulated', 'emulated']);
      expect(l.entry(0x30, 2).slice(0, 3)).toBe('106');
      expect(l.broken).toEqual([]);
    },
  );

  it.each(TABLE)('%s: a walk overtaken by an emulated store (sheet 2.4, 3.2)', (era, { refaults }) => {
    const l = lab(era, { tlb: 0, switches: { 'out-of-sync': false } });
    l.run(0, setEntry(0x30, 1, e(0x105, P)));
    l.fresh();
    l.begin(0, load(vaOf(0x30, 1), 0));
    l.until(0, 'sh_page_fault.lock');
    l.run(1, setEntry(0x30, 1, e(0x106, PUAD)));
    l.finish(0);
    // F ends the fault and sends the guest back, which finds what the emulation installed; from B on the handler walks again.
    expect(outcomes(l)).toEqual(['emulated', refaults ? 'stale-walk' : 'fixed']);
    expect(l.counters('shadow_fault', 'shadow_guest_walk', 'shadow_inconsistent_gwalk')).toEqual({
      shadow_fault: 2,
      shadow_guest_walk: refaults ? 2 : 3,
      shadow_inconsistent_gwalk: 1,
    });
    expect(l.shadow(0x30, 1).slice(0, 3)).toBe('106');
    expect(l.broken).toEqual([]);
  });

  it('F: nothing goes out of sync even if asked', () => {
    const l = lab('F');
    underLock(l, shUnsync, 0, 0x30, 0, 0);
    expect([l.x.outOfSync(0x30), l.counter('shadow_unsync')]).toEqual([false, 0]);
  });

  it.each(OOS_ERAS)('%s: what a resync counts and compares (sheet 5.9)', (era) => {
    const l = letGo(era);
    l.fresh();
    l.run(0, cr3());
    const compares = ['S', 'U', 'A', 'xen-4.17'].includes(era);
    // The shadow holds three entries, of which one was changed.
    expect(l.counters('shadow_resync', 'shadow_validate_gl1e_calls')).toEqual(
      compares ? { shadow_resync: 1 } : { shadow_resync: 1, shadow_validate_gl1e_calls: 3 },
    );
    expect(l.events('ResyncCompared')).toHaveLength(compares ? 3 : 0);
    expect(l.events('Resynced')).toEqual([compares ? 'Resynced 30 0 3 1' : 'Resynced 30 0 0 3']);
    expect(l.shadow(0x30, 1).slice(0, 3)).toBe('105');
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['B', [], { shadow_writeable_h_6: 1 }],
    ['T', ['oos_fixup_add_ok'], { shadow_writeable_h_7: 1 }],
    ['S', ['oos_fixup_add_ok'], { shadow_writeable_h_7: 1 }],
    ['U', ['oos_fixup_add_ok'], { shadow_writeable_h_7: 1 }],
    ['A', ['oos_fixup_add'], { shadow_writeable_h_7: 1 }],
  ] as const)('%s: how the writer of a table is remembered (sheet 5.6)', (era, added, found) => {
    const l = letGo(era);
    const kept = ['oos_fixup_add_ok', 'oos_fixup_add'].filter((name) => l.counter(`shadow_${name}`) > 0);
    expect(kept).toEqual(added);
    l.run(0, cr3());
    const means = [4, 5, 6, 7, 8].map((n) => `shadow_writeable_h_${n}`);
    expect(l.counters(...means, 'shadow_writeable_bf_1')).toEqual(found);
    expect(l.writable(0x30)).toBe(false);
    expect(l.broken).toEqual([]);
  });

  it.each(OOS_ERAS)(
    '%s: a read of a mapping of a table out of sync makes it writable, until A (2.6.1 rule 12)',
    (era) => {
      const l = letGo(era);
      l.run(0, load(vaOf(0x31, 5)));
      const smfn = l.shadowOf(0x31);
      expect((l.x.lo(smfn, 5) & W) !== 0).toBe(!fromA(era));
      l.run(0, store(vaOf(0x31, 5), EMPTY, 0));
      expect((l.x.lo(smfn, 5) & W) !== 0).toBe(true);
      expect(l.broken).toEqual([]);
    },
  );

  it.each(OOS_ERAS)('%s: a user store to a table out of sync (sheet 9.16)', (era) => {
    const l = letGo(era, { switches: { prefetch: false, 'user-store': fromA(era) } });
    l.fresh();
    l.run(0, store(vaOf(0x31, 5), EMPTY));
    const why = l.events('Unshadowed').map((line) => UNSHADOW_WHY[Number(line.split(' ')[2])]);
    expect([l.x.outOfSync(0x30), why]).toEqual(fromA(era) ? [false, ['user-store']] : [true, []]);
    expect(l.entry(0x30, 0)).toBe('0');
    // That the user writes what is shadowed is what A came to close; the invariant for it is this project's own.
    expect(l.broken.filter((name) => name !== 'I20')).toEqual([]);
  });

  it.each(OOS_ERAS)('%s: a resync that removes no mapping flushes from A on (sheet 5.7)', (era) => {
    const l = letGo(era);
    // The kernel's own mapping goes: 0x30 has no writer left.
    l.run(2, { kind: 'call', name: 'p2m-remove', args: [0x61] });
    expect([l.x.guest.writers(0x30), l.x.outOfSync(0x30)]).toEqual([0, true]);
    l.fresh();
    l.run(0, cr3());
    // One flush of its own is every CR3 load's; two more are those of a resync.
    expect(l.events('TlbFlushed').length).toBe(fromA(era) ? 3 : 1);
    expect(l.broken).toEqual([]);
  });

  it.each(TABLE)('%s: a removal for a resync may guess, but not in F (sheet 4.1)', (era, { oos }) => {
    const l = lab(era);
    // An ordinary page that the kernel has written through its direct map.
    l.run(0, store(direct(0x1f0), EMPTY, 0));
    l.fresh();
    underLock(l, shRemoveWriteAccess, 0, 0x1f0, 0, 0, 0);
    expect(l.counters('shadow_writeable_h_4', 'shadow_writeable_bf_1')).toEqual(
      oos ? { shadow_writeable_h_4: 1 } : { shadow_writeable_bf_1: 1 },
    );
  });
});
