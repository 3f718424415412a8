import { describe, expect, it } from 'vitest';
import type { Word } from '../../base';
import { type GuestOp, P, U, W } from '../../machine';
import {
  call,
  cr3,
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
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { dirtyFrames } from './dirty';
import { OUTCOMES } from './events';

const HOST = 2;
const table = P | W | U | 0x20;
const update = (page: number, index: number, value: Word): GuestOp =>
  call('mmu-update', page, index, value.hi, value.lo);

/** The lab's guest as a PV guest that is being migrated: 0x30 in use, the log on. */
function lab(era = 'U'): XenLab {
  const l = new XenLab({
    era,
    pv: true,
    entries: [
      { page: 0x30, index: 0, value: e(0x100, PWUAD) },
      { page: 0x31, index: 0, value: e(0x110, PUAD) },
    ],
  });
  l.run(HOST, call('log-dirty-on'));
  for (const v of [0, 1]) l.run(v, load(direct(0x30), 0), load(vaOf(0x30, 0)), load(vaOf(0x31, 0)));
  l.fresh();
  return l;
}

const outcomes = (l: XenLab): string[] =>
  l.events('FaultOutcome').map((line) => OUTCOMES[Number.parseInt(line.split(' ')[2] ?? '', 16)] ?? '');
const ended = (l: XenLab): string | undefined => l.events('OperationEnded').at(-1)?.split(' ')[3];

describe('a PV domain (sheet 1.5, 2.6.1, 5.2)', () => {
  it('has types for all its tables before it runs, whether shadowed or not', () => {
    const l = lab();
    expect([0x10, 0x11, 0x12, 0x30, 0x34, K].map((g) => l.x.guest.pageType(g))).toEqual([4, 3, 2, 1, 1, 1]);
    expect([l.x.isPageTable(0x34), l.x.isTable(0x34), l.x.isTable(0x100)]).toEqual([false, true, false]);
  });

  it.each(['U', 'A'])(
    'never lets a table go out of sync, and emulates nothing: the store is the guest’s fault, in era %s',
    (era) => {
      const l = lab(era);
      l.run(0, setEntry(0x30, 1, e(0x101, PUAD)), setEntry(0x34, 1, e(0x101, PUAD)));
      expect(outcomes(l)).toEqual(['not-emulated', 'not-emulated']);
      expect(l.events('GuestPageFault')).toHaveLength(2);
      expect(l.counters('shadow_unsync', 'shadow_fault_emulate_write', 'shadow_guest_walk')).toEqual({
        shadow_fault_emulate_write: 2,
        shadow_guest_walk: 2,
      });
      expect([l.x.outOfSync(0x30), l.entry(0x30, 1), l.entry(0x34, 1)]).toEqual([false, '0', '0']);
      expect(l.broken).toEqual([]);
    },
  );

  it('has its shadow follow what it asks Xen to write, and no version moves', () => {
    const l = lab();
    expect(l.shadow(0x30, 1)).toBe(GNP);
    l.run(0, update(0x30, 1, e(0x101, PUAD)));
    expect([l.entry(0x30, 1).slice(0, 3), l.shadow(0x30, 1).slice(0, 3)]).toEqual(['101', '101']);
    expect(l.events('VersionBumped', 'Unsynced', 'EntryEmulated')).toEqual([]);
    expect(l.counters('shadow_validate_gl1e_calls')).toEqual({ shadow_validate_gl1e_calls: 1 });
    expect(dirtyFrames(l.x)).toContain(0x30);
    expect(l.broken).toEqual([]);
  });

  it('has the user bit in every entry, for its kernel runs where its programs do', () => {
    const l = lab();
    l.run(0, load(direct(0x200 - 0x30), 0));
    const smfn = l.shadowOf(K);
    expect(l.x.lo(smfn, 0x200 - 0x30) & U).toBe(U);
    expect(l.machine.memory.lo(K, 0x200 - 0x30) & U).toBe(0);
    expect(l.broken).toEqual([]);
  });

  it('has nothing write-protected by a search: whatever is a table was never mapped writable', () => {
    const l = lab();
    l.run(0, load(vaOf(0x30, 0)), cr3(), load(vaOf(0x31, 0)));
    expect(l.counter('shadow_writeable')).toBe(0);
    expect([l.writable(0x30), l.writable(0x34), l.x.domain.get('optFlags')]).toEqual([false, false, 0]);
    expect(l.broken).toEqual([]);
  });

  it('has a new table linked, and its type given, once the guest has made it read-only for itself', () => {
    const l = lab();
    l.run(0, update(0x12, 0x50, e(0x150, table)));
    expect(ended(l)).toBe('4'); // The direct map lets the guest write it.
    l.run(0, update(K, 0x150, e(0x150, P | 0x60)), invlpg(direct(0x150)));
    l.run(0, update(0x12, 0x50, e(0x150, table)));
    expect([ended(l), l.x.guest.pageType(0x150)]).toEqual(['0', 1]);
    l.run(0, update(K, 0x150, e(0x150, P | W | 0x60)));
    expect(ended(l)).toBe('4');
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['a page that is no table', update(0x100, 0, EMPTY)],
    ['an index that no table has', update(0x30, 512, EMPTY)],
    ['an entry that names no memory', update(0x30, 1, e(0x7000, PUAD))],
    ['a writable entry for a table', update(0x30, 1, e(0x31, PWUAD))],
    ['an L2 entry for an L2 table', update(0x12, 0x50, e(0x12, table))],
    ['a large page', update(0x12, 0x50, e(0x200, table | 0x80))],
  ])('is refused %s', (_what, op) => {
    const l = lab();
    l.run(0, op);
    expect(ended(l)).toBe('4');
    expect(l.events('MemoryWritten', 'LockTaken')).toEqual([]);
  });

  it('may load as top table only what is one, and only without paging tricks: 64-bit from the start', () => {
    const l = lab();
    l.run(0, cr3(0x30));
    expect([l.events('GeneralProtection').length, l.x.vcpu(0).guestTop]).toEqual([1, 0x10]);
    expect(() => new XenLab({ pv: true, mode: 'pae' })).toThrow('Only 64-bit PV guests');
  });

  it('still has a log that no write escapes', () => {
    const l = lab();
    l.run(0, store(vaOf(0x30, 0), EMPTY), update(0x31, 3, e(0x113, PWUAD)), store(vaOf(0x31, 3), EMPTY));
    expect(dirtyFrames(l.x)).toEqual(expect.arrayContaining([0x31, 0x100, 0x113]));
    l.run(HOST, call('log-dirty-clean'));
    expect(dirtyFrames(l.x)).toEqual([]);
    expect(l.broken).toEqual([]);
  });
});

describe('an HVM guest', () => {
  it('writes its tables itself', () => {
    const l = new XenLab();
    l.run(0, update(0x30, 1, EMPTY));
    expect(ended(l)).toBe('4');
  });
});
