import { describe, expect, it } from 'vitest';
import { type Word, word } from '../../base';
import { A, D, type GuestOp, P, U, W } from '../../machine';
import {
  asText,
  direct,
  EMPTY,
  e,
  GNP,
  invlpg,
  K,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { UNSHADOW_WHY } from './events';

const L2 = 0x12;
const L3 = 0x11;
const upper = (frame: number): ReturnType<typeof e> => e(frame, P | W | U | A);
const linked = (frame: number): string => asText(e(frame, PWUAD));
const narrow = (op: GuestOp, width: 1 | 2 | 4 | 8): GuestOp => ({ ...op, width }) as GuestOp;
const at = (page: number, offset: number, value: number, width: 1 | 2 | 4 | 8): GuestOp =>
  narrow(store(word(direct(page).hi, direct(page).lo + offset), word(0, value), 0), width);
const unshadowed = (lab: XenLab): string[] =>
  lab.events('Unshadowed').map((line) => `${line.split(' ')[1]} ${UNSHADOW_WHY[Number(line.split(' ')[2])]}`);

/** P = 0x30 shadowed with entries 0 to 3, no table may go out of sync; the kernel's alias is known to the shadow. */
function lab(options: LabOptions = {}): XenLab {
  const entries = [0, 1, 2, 3].map((index) => ({ page: 0x30, index, value: e(0x100 + index, PWUAD) }));
  const made = new XenLab({ entries, ...options, switches: { 'out-of-sync': false, ...options.switches } });
  made.run(
    0,
    load(direct(0x30), 0),
    load(vaOf(0x30, 0)),
    load(direct(L2), 0),
    load(direct(L3), 0),
    load(direct(T), 0),
  );
  made.fresh();
  return made;
}

const interrupt = ({ hi, lo }: { hi: number; lo: number }): GuestOp => ({
  kind: 'call',
  name: 'interrupt',
  args: [hi, lo],
});

const locked = (op: 'and' | 'or', va: Word, value: Word): GuestOp => ({
  kind: 'locked',
  op,
  va,
  value,
  expected: EMPTY,
  width: 8,
  cpl: 0,
});

/** 0x30 as ever, and 0x31 with one entry. */
const TWO_TABLES = [
  ...[0, 1, 2, 3].map((index) => ({ page: 0x30, index, value: e(0x100 + index, PWUAD) })),
  { page: 0x31, index: 0, value: e(0x110, PWUAD) },
];

describe('a store to a table that may not go out of sync', () => {
  it('is emulated: memory, shadow entry, version, in this order and under the lock', () => {
    const l = lab();
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
    const l = lab();
    l.run(0, setEntry(0x30, 2, e(0x102, PUAD)));
    expect([l.x.guest.writers(0x30), l.writable(0x30)]).toEqual([0, false]);
  });

  it.each([
    ['8 bytes that are not present before and after', 0, 9, EMPTY, e(0x109, W | U)],
    ['8 bytes that become present', 1, 9, EMPTY, e(0x109, PUAD)],
    ['8 bytes that were present', 1, 1, e(0x101, PWUAD), EMPTY],
  ])('%s: validated %i times', (_what, calls, index, before, value) => {
    const l = lab({ switches: { 'early-unshadow': false } });
    expect(l.entry(0x30, index)).toBe(asText(before));
    l.run(0, setEntry(0x30, index, value));
    expect(l.counter('shadow_validate_gl1e_calls')).toBe(calls);
    expect(l.counter('shadow_fault_emulate_write')).toBe(1);
    expect(l.shadow(0x30, index)).toBe((value.lo & P) === 0 ? GNP : asText(e(0x109, P | U | A)));
    expect(l.events('VersionBumped')).toHaveLength(1);
    expect(l.broken).toEqual([]);
  });

  it('is always validated without skip-verify', () => {
    const l = lab({ switches: { 'skip-verify': false, 'early-unshadow': false } });
    l.run(0, setEntry(0x30, 9, e(0x109, W | U)));
    expect(l.counter('shadow_validate_gl1e_calls')).toBe(1);
  });

  it('of one byte inside an entry is validated even if that byte has its low bit clear', () => {
    const l = lab();
    l.run(0, at(0x30, 8 + 1, 0x20, 1)); // 0x101... becomes 0x102...
    expect(l.entry(0x30, 1)).toBe(asText(e(0x102, PWUAD)));
    expect(l.shadow(0x30, 1)).toBe(asText(e(0x102, P | W | U | A)));
    expect(l.broken).toEqual([]);
  });

  it('in two aligned halves is validated half by half', () => {
    const l = lab();
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
    const l = lab();
    const expected = e(0x101, PWUAD);
    l.run(0, { kind: 'locked', op, va: direct(0x30, 1), value, expected, width: 8, cpl: 0 });
    expect(l.events('OperationEnded')).toEqual([`OperationEnded 0 0 0 0 ${asText(e(0x101, PWUAD))}`]);
    expect(l.entry(0x30, 1)).not.toBe(op === 'or' ? '' : asText(e(0x101, PWUAD)));
    // Without A the entry is not present in the shadow, though it keeps its frame.
    expect(l.shadow(0x30, 1)).toBe(op === 'and' ? '101004' : shadow);
    expect(l.broken).toEqual([]);
  });

  it('that a cmpxchg does not make bumps the version all the same', () => {
    const l = lab();
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
    const l = lab();
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
    const l = lab();
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
    const l = lab();
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
    const l = lab({ entries: TWO_TABLES });
    l.run(1, load(vaOf(0x31, 0)));
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    expect(l.x.vcpu(0).get('lastWriteEmulOk')).toBe(1);
    then(l);
    expect(l.x.vcpu(0).get('lastWriteEmulOk')).toBe(0);
    expect(l.broken).toEqual([]);
  });

  it('that the emulator cannot do is counted, and the page is unshadowed', () => {
    const l = lab();
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
    const l = lab();
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
    const l = lab();
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
    const l = lab({ switches: { 'out-of-sync': true } });
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
    const l = lab();
    l.run(0, store(direct(L2, 0x50), upper(0x35), 0));
    expect(l.entry(l.shadowOf(L2, 10), 0x50)).toBe('0');
    expect(l.shadowOf(0x35)).toBe(-1);
    expect(l.broken).toEqual([]);
  });

  it('an entry that leads elsewhere flushes every TLB and destroys what nothing refers to any more', () => {
    const l = lab();
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
    const l = lab();
    l.run(0, store(direct(L2, 0x41), e(0x30, P | U | A), 0));
    expect(l.events('TlbFlushed')).toHaveLength(2);
    l.fresh();
    l.run(0, store(direct(L2, 0x41), upper(0x30), 0));
    expect(l.events('TlbFlushed')).toEqual([]);
    expect(l.entry(l.shadowOf(L2, 10), 0x41)).toBe(linked(l.shadowOf(0x30)));
    expect(l.broken).toEqual([]);
  });

  it('an L3 and an L4 entry are validated at their own level', () => {
    const l = lab();
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
    const l = lab();
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

describe('what tells that a page is no table any more (sheet 2.10)', () => {
  it('an unaligned store', () => {
    const l = lab();
    l.run(0, at(0x30, 9, 0, 4));
    expect(unshadowed(l)).toEqual(['30 unaligned']);
    expect(l.x.isPageTable(0x30)).toBe(false);
    expect(l.broken).toEqual([]);
  });

  it('a store over two tables: both go', () => {
    const l = lab();
    l.run(0, load(vaOf(0x31, 0)));
    l.run(0, setEntry(0x31, 0, e(0x110, PUAD)), load(vaOf(0x31, 0)));
    expect(l.x.isPageTable(0x31)).toBe(true);
    l.fresh();
    l.run(0, at(0x30, 0xffc, 0, 8));
    expect(unshadowed(l)).toEqual(['30 unaligned', '31 unaligned']);
    expect(l.broken).toEqual([]);
  });

  it('two zeroes in a row: the shadow goes by its up-pointer, and later stores are free (sheet 9.15)', () => {
    const l = lab();
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
    const l = lab();
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
    const l = lab({ entries: TWO_TABLES });
    l.run(0, load(vaOf(0x31, 0)), setEntry(0x30, 4, EMPTY), second);
    expect(unshadowed(l)).toEqual(early ? ['30 early'] : []);
    expect(l.counter('shadow_early_unshadow')).toBe(early ? 1 : 0);
    expect(l.broken).toEqual([]);
  });

  it('and a zero of another vCPU in between does not count: each remembers its own page', () => {
    const l = lab();
    l.run(0, setEntry(0x30, 4, EMPTY));
    l.run(1, setEntry(0x30, 5, EMPTY));
    expect(unshadowed(l)).toEqual([]);
    l.run(0, setEntry(0x30, 6, EMPTY));
    expect(unshadowed(l)).toEqual(['30 early']);
  });

  it('a push of the processor that delivers an interrupt: the page is a stack', () => {
    const l = lab();
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
    const l = lab();
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)), interrupt(direct(0x30, 7)));
    expect(unshadowed(l)).toEqual(['30 event-injection']);
    expect(l.counters('shadow_fault_fast_emulate', 'shadow_fault_fast_emulate_fail')).toEqual({
      shadow_fault_fast_emulate: 1,
      shadow_fault_fast_emulate_fail: 1,
    });
    expect(l.broken).toEqual([]);
  });

  it('but a push to an L1 table that may go out of sync goes the way of any store', () => {
    const l = lab({ switches: { 'out-of-sync': true } });
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
    const l = lab({ era, entries });
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
      const l = lab({ era, entries, switches: { 'out-of-sync': true, 'user-store': era === 'A' } });
      l.run(0, load(vaOf(0x31, 0)), store(vaOf(0x30, 3), word(0, 5)));
      expect(l.entry(0x31, 0)).toBe('5');
      expect(l.broken).toEqual(era === 'A' ? [] : ['I20']);
      return l;
    };
    expect(run('U').x.outOfSync(0x31)).toBe(true);
    expect(unshadowed(run('A'))).toEqual(['31 user-store']);
  });

  it('but CR0.WP clear does not: the store to a read-only page is emulated', () => {
    const l = lab({ entries: [{ page: 0x30, index: 0, value: e(0x100, P | U | A | D) }] });
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
