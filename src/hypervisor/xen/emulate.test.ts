import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { A, D, P, U, W } from '../../machine';
import { at, inSyncLab, interrupt, TWO_TABLES, unshadowed } from '../../testing/xenInSync';
import {
  asText,
  direct,
  EMPTY,
  e,
  GNP,
  invlpg,
  K,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  type XenLab,
} from '../../testing/xenLab';

const L2 = 0x12;
const L3 = 0x11;
const upper = (frame: number): ReturnType<typeof e> => e(frame, P | W | U | A);
const linked = (frame: number): string => asText(e(frame, PWUAD));

describe('a store to a table that may not go out of sync', () => {
  it('is emulated: memory, shadow entry, version, in this order and under the lock', () => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 2, e(0x102, PUAD)));
    const va = direct(0x30, 2);
    const shadow = l.shadowOf(0x30).toString(16);
    expect(
      l.events(
        ...['PageFault', 'LockTaken', 'LockReleased', 'EntryEmulated', 'MemoryWritten', 'VersionBumped'],
        ...['FaultOutcome', 'Unsynced', 'TlbFlushed'],
      ),
    ).toEqual([
      `PageFault 0 ${(va.hi >>> 0).toString(16)} ${va.lo.toString(16)} 3`,
      'LockTaken 0',
      'LockReleased 0',
      'LockTaken 0',
      'MemoryWritten 0 30 10 8 0 102065',
      'EntryEmulated 0 30 2 0 102065 0',
      `VersionBumped ${l.x.domain.get('version').toString(16)}`,
      'LockReleased 0',
      'FaultOutcome 0 1',
    ]);
    expect(l.events('ShadowEntrySet')).toEqual([`ShadowEntrySet 1 ${shadow} 2 0 102025 3`]);
    expect(l.shadow(0x30, 2)).toBe(asText(e(0x102, P | U | A)));
    expect(
      l.counters('shadow_fault_emulate_write', 'shadow_fault_fixed', 'shadow_validate_gl1e_calls'),
    ).toEqual({
      shadow_fault_emulate_write: 1,
      shadow_validate_gl1e_calls: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it('leaves the mapping read-only: the table is never writable', () => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 2, e(0x102, PUAD)));
    expect([l.x.guest.writers(0x30), l.writable(0x30)]).toEqual([0, false]);
  });

  it.each([
    ['8 bytes that are not present before and after', 0, 9, EMPTY, e(0x109, W | U)],
    ['8 bytes that become present', 1, 9, EMPTY, e(0x109, PUAD)],
    ['8 bytes that were present', 1, 1, e(0x101, PWUAD), EMPTY],
  ])('%s: validated %i times', (_what, calls, index, before, value) => {
    const l = inSyncLab({ switches: { 'early-unshadow': false } });
    expect(l.entry(0x30, index)).toBe(asText(before));
    l.run(0, setEntry(0x30, index, value));
    expect(l.counter('shadow_validate_gl1e_calls')).toBe(calls);
    expect(l.counter('shadow_fault_emulate_write')).toBe(1);
    expect(l.shadow(0x30, index)).toBe((value.lo & P) === 0 ? GNP : asText(e(0x109, P | U | A)));
    expect(l.events('VersionBumped')).toHaveLength(1);
    expect(l.broken).toEqual([]);
  });

  it('is always validated without skip-verify', () => {
    const l = inSyncLab({ switches: { 'skip-verify': false, 'early-unshadow': false } });
    l.run(0, setEntry(0x30, 9, e(0x109, W | U)));
    expect(l.counter('shadow_validate_gl1e_calls')).toBe(1);
  });

  it('of one byte inside an entry is validated even if that byte has its low bit clear', () => {
    const l = inSyncLab();
    l.run(0, at(0x30, 8 + 1, 0x20, 1)); // 0x101... becomes 0x102...
    expect(l.entry(0x30, 1)).toBe(asText(e(0x102, PWUAD)));
    expect(l.shadow(0x30, 1)).toBe(asText(e(0x102, P | W | U | A)));
    expect(l.broken).toEqual([]);
  });

  it('in two aligned halves is validated half by half', () => {
    const l = inSyncLab();
    l.run(0, at(0x30, 8, (0x103 << 12) | PUAD, 4));
    expect(l.shadow(0x30, 1)).toBe(asText(e(0x103, P | U | A)));
    l.run(0, at(0x30, 12, 0x8000_0000 | 0, 4));
    expect(l.shadow(0x30, 1)).toBe(asText(word(0x8000_0000 | 0, (0x103 << 12) | P | U | A)));
    expect(l.counter('shadow_validate_gl1e_calls')).toBe(2);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['xchg', e(0x107, PUAD), '107025'],
    ['or', word(0, 0), '101027'],
    ['and', word(0, ~(W | A)), '101005'],
    ['add', word(0, 0x1000), '102027'],
    ['cmpxchg', e(0x107, PUAD), '107025'],
  ] as const)('locked %s gives the guest the old value', (op, value, shadow) => {
    const l = inSyncLab();
    const expected = e(0x101, PWUAD);
    l.run(0, { kind: 'locked', op, va: direct(0x30, 1), value, expected, width: 8, cpl: 0 });
    expect(l.events('OperationEnded')).toEqual([`OperationEnded 0 0 0 0 ${asText(e(0x101, PWUAD))}`]);
    expect(l.entry(0x30, 1)).not.toBe(op === 'or' ? '' : asText(e(0x101, PWUAD)));
    // Without A the entry is not present in the shadow, though it keeps its frame.
    expect(l.shadow(0x30, 1)).toBe(op === 'and' ? '101004' : shadow);
    expect(l.broken).toEqual([]);
  });

  it('that a cmpxchg does not make bumps the version all the same', () => {
    const l = inSyncLab();
    l.run(0, {
      kind: 'locked',
      op: 'cmpxchg',
      va: direct(0x30, 1),
      value: EMPTY,
      expected: EMPTY,
      width: 8,
      cpl: 0,
    });
    expect(l.entry(0x30, 1)).toBe(asText(e(0x101, PWUAD)));
    expect(l.events('VersionBumped')).toHaveLength(1);
  });

  it('whose permission the guest takes away before it is emulated faults in the guest', () => {
    const l = inSyncLab();
    l.run(1, invlpg(vaOf(0x31, 0)));
    l.begin(0, setEntry(0x30, 2, EMPTY));
    l.until(0, 'sh_x86_emulate_write.map');
    l.x.vtlbs[0]?.flush();
    l.run(1, setEntry(K, 0x30, e(0x30, P | A | D)));
    l.finish(0);
    expect(l.events('GuestPageFault').map((line) => line.split(' ')[4])).toEqual(['3']);
    expect(l.entry(0x30, 2)).toBe(asText(e(0x102, PWUAD)));
  });
});

describe('fast emulation (sheet 2.1)', () => {
  it('does without walk and fault path from the second store on', () => {
    const l = inSyncLab();
    l.run(
      0,
      setEntry(0x30, 1, e(0x101, PUAD)),
      setEntry(0x30, 2, e(0x102, PUAD)),
      setEntry(0x30, 3, e(0x103, PUAD)),
    );
    expect(
      l.counters(
        'shadow_fault',
        'shadow_fault_emulate_write',
        'shadow_fault_fast_emulate',
        'shadow_guest_walk',
      ),
    ).toEqual({
      shadow_fault: 3,
      shadow_fault_emulate_write: 1,
      shadow_fault_fast_emulate: 2,
      shadow_guest_walk: 1,
    });
    expect(l.events('EntryEmulated').map((line) => line.split(' ').at(-1))).toEqual(['0', '1', '1']);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['another vCPU', 0, (l: XenLab) => l.run(1, setEntry(0x30, 2, e(0x102, PUAD)))],
    ['another page', 0, (l: XenLab) => l.run(0, setEntry(0x31, 2, e(0x102, PUAD)))],
    ['INVLPG', 0, (l: XenLab) => l.run(0, invlpg(vaOf(0x30, 1)), setEntry(0x30, 2, e(0x102, PUAD)))],
    [
      'a CR3 load',
      0,
      (l: XenLab) => l.run(0, { kind: 'cr3', value: word(0, T << 12) }, setEntry(0x30, 2, e(0x102, PUAD))),
    ],
    [
      'a load, which does not fault',
      1,
      (l: XenLab) => l.run(0, load(direct(0x30), 0), setEntry(0x30, 2, e(0x102, PUAD))),
    ],
    [
      'the switch',
      0,
      (l: XenLab) =>
        l.run(0, { kind: 'switch', name: 'fast-emulation', on: false }, setEntry(0x30, 2, e(0x102, PUAD))),
    ],
  ])('after %s: %i', (_what, fast, then) => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    then(l);
    expect(l.counter('shadow_fault_fast_emulate')).toBe(fast);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['a fault of another kind on the same page', (l: XenLab) => l.run(0, store(direct(0x30, 2), EMPTY, 3))],
    ['the end of any shadow, whoever’s', (l: XenLab) => l.run(1, store(direct(L2, 0x42), EMPTY, 0))],
    ['a push of an interrupt', (l: XenLab) => l.run(0, interrupt(direct(0x30, 2)))],
  ])('is forgotten with %s', (_what, then) => {
    const l = inSyncLab({ entries: TWO_TABLES });
    l.run(1, load(vaOf(0x31, 0)));
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    expect(l.x.vcpu(0).get('lastWriteEmulOk')).toBe(1);
    then(l);
    expect(l.x.vcpu(0).get('lastWriteEmulOk')).toBe(0);
    expect(l.broken).toEqual([]);
  });

  it('that the emulator cannot do is counted, and the page is unshadowed', () => {
    const l = inSyncLab();
    l.run(2, { kind: 'call', name: 'p2m-ro', args: [0x31] });
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    l.fresh();
    l.run(0, at(0x30, 0xffc, 0, 8));
    expect(unshadowed(l)).toEqual(['30 emulation-failed']);
    expect(
      l.counters(
        'shadow_fault_fast_emulate',
        'shadow_fault_fast_emulate_fail',
        'shadow_fault_emulate_failed',
        'shadow_fault_emulate_write',
      ),
    ).toEqual({
      shadow_fault_fast_emulate: 1,
      shadow_fault_fast_emulate_fail: 1,
      shadow_fault_emulate_failed: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it('that ends in a fault of the guest is no failure of the emulator, but is not trusted again', () => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    l.begin(0, setEntry(0x30, 2, EMPTY));
    l.until(0, 'sh_x86_emulate_write.map');
    l.x.vtlbs[0]?.flush();
    l.run(1, setEntry(K, 0x30, e(0x30, P | A | D)));
    l.fresh();
    l.finish(0);
    expect(l.counters('shadow_fault_fast_emulate_fail', 'shadow_fault_emulate_failed')).toEqual({});
    expect(l.events('GuestPageFault')).toHaveLength(1);
    expect(l.x.vcpu(0).get('lastWriteEmulOk')).toBe(0);
  });

  it('is given up when the page has gone out of sync meanwhile', () => {
    const l = inSyncLab();
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    l.begin(0, setEntry(0x30, 3, e(0x103, PUAD)));
    l.until(0, 'sh_page_fault.fault');
    l.run(1, { kind: 'switch', name: 'out-of-sync', on: true }, setEntry(0x30, 2, e(0x102, PUAD)));
    expect(l.slots(1)).toEqual([0x30, -1, -1]);
    l.fresh();
    l.finish(0);
    expect(
      l.counters('shadow_fault_fast_emulate', 'shadow_fault_fixed', 'shadow_guest_walk', 'shadow_unsync'),
    ).toEqual({
      shadow_fault_fixed: 1,
      shadow_guest_walk: 1,
    });
    expect(l.x.vcpu(0).get('lastWriteEmulOk')).toBe(0);
    expect(l.entry(0x30, 3)).toBe(asText(e(0x103, PUAD)));
    expect(l.broken).toEqual([]);
  });
});

describe('upper tables are always emulated (sheet 2.8)', () => {
  it('an entry that leads to a table with a shadow is linked at once', () => {
    const l = inSyncLab({ switches: { 'out-of-sync': true } });
    l.run(0, load(vaOf(0x31, 0)));
    const s31 = l.shadowOf(0x31);
    l.fresh();
    l.run(0, store(direct(L2, 0x50), upper(0x30), 0));
    expect(l.entry(l.shadowOf(L2, 10), 0x50)).toBe(linked(l.shadowOf(0x30)));
    expect(l.counters('shadow_validate_gl2e_calls', 'shadow_unsync')).toEqual({
      shadow_validate_gl2e_calls: 1,
    });
    expect(l.x.pages.count(l.shadowOf(0x30))).toBe(2);
    expect(s31).toBe(-1); // 0x31 has no entry at 0: it was never shadowed
    expect(l.events('TlbFlushed')).toEqual([]);
    expect(l.broken).toEqual([]);
  });

  it('an entry that leads to a table without one stays empty: validating never makes a shadow', () => {
    const l = inSyncLab();
    l.run(0, store(direct(L2, 0x50), upper(0x35), 0));
    expect(l.entry(l.shadowOf(L2, 10), 0x50)).toBe('0');
    expect(l.shadowOf(0x35)).toBe(-1);
    expect(l.broken).toEqual([]);
  });

  it('an entry that leads elsewhere flushes every TLB and destroys what nothing refers to any more', () => {
    const l = inSyncLab();
    const smfn = l.shadowOf(0x30);
    l.run(0, store(direct(L2, 0x41), EMPTY, 0));
    expect(l.events('ShadowDestroyed', 'Demoted', 'TlbFlushed')).toEqual([
      `ShadowDestroyed 8 30 ${smfn.toString(16)}`,
      'Demoted 30 8 1',
      'TlbFlushed 0 2 0 0',
      'TlbFlushed 1 2 0 0',
    ]);
    expect(l.x.isPageTable(0x30)).toBe(false);
    expect(l.broken).toEqual([]);
  });

  it('an entry that loses a right flushes; one that gains some does not', () => {
    const l = inSyncLab();
    l.run(0, store(direct(L2, 0x41), e(0x30, P | U | A), 0));
    expect(l.events('TlbFlushed')).toHaveLength(2);
    l.fresh();
    l.run(0, store(direct(L2, 0x41), upper(0x30), 0));
    expect(l.events('TlbFlushed')).toEqual([]);
    expect(l.entry(l.shadowOf(L2, 10), 0x41)).toBe(linked(l.shadowOf(0x30)));
    expect(l.broken).toEqual([]);
  });

  it('an L3 and an L4 entry are validated at their own level', () => {
    const l = inSyncLab();
    l.run(0, store(direct(L3, 5), upper(L2), 0), store(direct(T, 7), upper(L3), 0));
    expect(l.counters('shadow_validate_gl3e_calls', 'shadow_validate_gl4e_calls')).toEqual({
      shadow_validate_gl3e_calls: 1,
      shadow_validate_gl4e_calls: 1,
    });
    expect(l.entry(l.shadowOf(L3, 12), 5)).toBe(linked(l.shadowOf(L2, 10)));
    expect(l.entry(l.shadowOf(T, 13), 7)).toBe(linked(l.shadowOf(L3, 12)));
    expect(l.broken).toEqual([]);
  });

  it('a page that is a table at two levels is validated at both, the lower first', () => {
    const l = inSyncLab();
    // The L2 table maps itself, so it serves as an L1 table too.
    l.run(
      0,
      store(direct(L2, 0x60), upper(L2), 0),
      load(word(vaOf(0x30, 0).hi, vaOf(0x30, 0).lo + ((0x60 - 0x41) << 21) + 0x41000), 0),
    );
    l.fresh();
    l.run(0, store(direct(L2, 0x61), upper(0x30), 0));
    expect(l.counters('shadow_validate_gl1e_calls', 'shadow_validate_gl2e_calls')).toEqual({
      shadow_validate_gl1e_calls: 1,
      shadow_validate_gl2e_calls: 1,
    });
    const [asL1, asL2] = [l.shadowOf(L2).toString(16), l.shadowOf(L2, 10).toString(16)];
    expect(l.events('ShadowEntrySet').map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      `ShadowEntrySet 1 ${asL1} 61`,
      `ShadowEntrySet 2 ${asL2} 61`,
    ]);
    expect(l.broken).toEqual([]);
  });
});
