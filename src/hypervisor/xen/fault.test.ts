import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { A, D, type GuestOp, NX_HI, P, U, W } from '../../machine';
import {
  asText,
  direct,
  EMPTY,
  e,
  GNP,
  K,
  load,
  setEntry,
  store,
  T,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { OUTCOMES } from './events';
import { GNP_LO } from './magic';

const PWU = P | W | U;
const PWUAD = PWU | A | D;
const PUA = P | U | A;

const outcomes = (lab: XenLab): string[] =>
  lab
    .events('FaultOutcome')
    .map((line) => OUTCOMES[Number.parseInt(line.split(' ')[2] as string, 16)] as string);

/** The lab with the kernel's alias of P shadowed and writable, as a guest has it that has just filled P in. */
function aliasedLab(options: ConstructorParameters<typeof XenLab>[0] = {}): XenLab {
  const lab = new XenLab({ entries: [{ page: 0x30, index: 5, value: e(0x100, PWU) }], ...options });
  lab.run(0, load(direct(0x30), 0));
  lab.fresh();
  return lab;
}

describe('sheet 9.1: demand fault, shadow creation, A and D', () => {
  const lab = aliasedLab({
    entries: [{ page: 0x30, index: 5, value: e(0x100, PWU) }],
    switches: { 'flush-before-bump': false },
  });
  const before = { writers: lab.x.guest.writers(0x30), version: lab.x.domain.get('version') };
  lab.run(0, load(vaOf(0x30, 5)));
  const [l3, l2, l1] = [lab.shadowOf(0x11, 12), lab.shadowOf(0x12, 10), lab.shadowOf(0x30)] as const;
  const h = (n: number): string => n.toString(16);

  it('starts from a table page that its kernel maps writable', () => {
    expect(before.writers).toBe(1);
  });

  it('goes through the sheet’s events in order', () => {
    const kernel = lab.shadowOf(K);
    expect(
      lab.events(
        ...[
          'PageFault',
          'AccessedDirtySet',
          'LockTaken',
          'WriteAccessRemoved',
          'VersionBumped',
          'TlbFlushed',
        ],
        ...['GwalkRechecked', 'Promoted', 'ShadowCreated', 'PrefetchDone', 'LockReleased', 'FaultOutcome'],
      ),
    ).toEqual([
      'PageFault 0 7f80 88205000 4',
      'AccessedDirtySet 0 1 1 30 5 20',
      'LockTaken 0',
      `WriteAccessRemoved 30 ${h(kernel)} 30 4`,
      `VersionBumped ${h(before.version + 1)}`,
      'TlbFlushed 0 2 0 0',
      'TlbFlushed 1 2 0 0',
      'GwalkRechecked 0 1',
      'Promoted 11 c 1',
      `ShadowCreated c 11 ${h(l3)}`,
      'Promoted 12 a 1',
      `ShadowCreated a 12 ${h(l2)}`,
      'Promoted 30 8 1',
      `ShadowCreated 8 30 ${h(l1)}`,
      `PrefetchDone 0 ${h(l1)} 6 1f`,
      'LockReleased 0',
      'FaultOutcome 0 0',
    ]);
  });

  it('counts one walk, one re-check of its own making, one hit of the direct-map guess', () => {
    expect(
      lab.counters(
        ...['shadow_fault', 'shadow_fault_fixed', 'shadow_guest_walk', 'shadow_check_gwalk'],
        ...[
          'shadow_inconsistent_gwalk',
          'shadow_rm_write_flush_tlb',
          'shadow_writeable',
          'shadow_writeable_h_4',
        ],
        ...['shadow_writeable_bf', 'shadow_alloc', 'shadow_unsync', 'shadow_fault_bail_real_fault'],
      ),
    ).toEqual({
      shadow_fault: 1,
      shadow_fault_fixed: 1,
      shadow_guest_walk: 1,
      shadow_check_gwalk: 1,
      shadow_rm_write_flush_tlb: 1,
      shadow_writeable: 1,
      shadow_writeable_h_4: 1,
      shadow_alloc: 3,
    });
  });

  it('leaves the guest entry accessed, the shadow entry read-only, and the table protected', () => {
    expect(lab.entry(0x30, 5)).toBe(asText(e(0x100, PWU | A)));
    expect(lab.shadow(0x30, 5)).toBe(asText(e(0x100, PUA)));
    expect(lab.shadow(K, 0x30)).toBe(asText(e(0x30, P | A)));
    expect(lab.x.guest.writers(0x30)).toBe(0);
    expect(lab.shadow(0x30, 6)).toBe(GNP);
    expect(lab.shadow(0x30, 0x24)).toBe(GNP);
    expect(lab.shadow(0x30, 0x25)).toBe('0');
    expect(lab.shadow(0x30, 4)).toBe('0');
  });

  it('links the path from the top table down', () => {
    const upper = (frame: number): string => asText(e(frame, PWUAD));
    expect(lab.entry(lab.shadowOf(T, 13), 0xff)).toBe(upper(l3));
    expect(lab.entry(l3, 2)).toBe(upper(l2));
    expect(lab.entry(l2, 0x41)).toBe(upper(l1));
  });

  it('a store then sets D, makes the entry writable, and bumps nothing', () => {
    lab.fresh();
    lab.run(0, store(vaOf(0x30, 5), word(0, 7)));
    expect(lab.events('PageFault', 'VersionBumped', 'WriteAccessRemoved', 'LockReleased')).toEqual([
      'PageFault 0 7f80 88205000 7',
      'LockReleased 0',
    ]);
    expect(lab.entry(0x30, 5)).toBe(asText(e(0x100, PWUAD)));
    // D is the processor's doing, in the shadow entry.
    expect(lab.shadow(0x30, 5)).toBe(asText(e(0x100, PWUAD)));
    expect(lab.x.guest.writers(0x100)).toBe(1);
    expect([lab.x.outOfSync(0x30), lab.x.isPageTable(0x30)]).toEqual([false, true]);
    expect(lab.entry(0x100, 0)).toBe('7');
    expect(lab.violations).toEqual([]);
  });
});

describe('sheet 9.1 with a kernel that no guess knows', () => {
  it('finds the mapping by searching all L1 shadows', () => {
    const lab = aliasedLab({ switches: { 'wrmap-guess': false, 'writable-hint': false } });
    lab.run(0, load(vaOf(0x30, 5)));
    expect(lab.counters('shadow_writeable_h_4', 'shadow_writeable_h_5', 'shadow_writeable_bf')).toEqual({
      shadow_writeable_bf: 1,
    });
    expect(lab.writable(0x30)).toBe(false);
    expect(lab.violations).toEqual([]);
  });
});

describe('sheet 9.3: the first use of a new entry of a table that is out of sync', () => {
  const setUp = (fast: boolean): XenLab => {
    const lab = aliasedLab({ switches: { 'fast-fault-path': fast } });
    lab.run(0, load(vaOf(0x30, 5)));
    lab.run(0, setEntry(0x30, 7, e(0x101, PWUAD)));
    expect(lab.slots(0)).toEqual([0x30, -1, -1]);
    expect(lab.shadow(0x30, 7)).toBe(fast ? GNP : '0');
    lab.fresh();
    return lab;
  };

  it('does not believe the magic entry, walks, and updates the snapshot of the other vCPU', () => {
    const lab = setUp(true);
    lab.run(1, load(vaOf(0x30, 7)));
    const snapshot = lab.snapshots(0)[0] as number;
    expect(
      lab.events(
        'PageFault',
        'FastPath',
        'WriteAccessRemoved',
        'SnapshotUpdated',
        'FaultOutcome',
        'GuestPageFault',
      ),
    ).toEqual([
      'PageFault 1 7f80 88207000 d',
      'FastPath 1 3',
      `SnapshotUpdated 30 ${snapshot.toString(16)} 7`,
      'FaultOutcome 1 0',
    ]);
    expect(lab.shadow(0x30, 7)).toBe(asText(e(0x101, PWU | A)));
    expect(lab.entry(snapshot, 7)).toBe(asText(e(0x101, PWUAD)));
    expect(lab.slots(0)).toEqual([0x30, -1, -1]);
    expect(lab.x.outOfSync(0x30)).toBe(true);
    expect(lab.violations).toEqual([]);
  });

  it('works the same where there is no magic', () => {
    const lab = setUp(false);
    lab.run(1, load(vaOf(0x30, 7)));
    expect(lab.events('PageFault', 'FastPath', 'FaultOutcome')).toEqual([
      'PageFault 1 7f80 88207000 4',
      'FaultOutcome 1 0',
    ]);
    expect(lab.shadow(0x30, 7)).toBe(asText(e(0x101, PWU | A)));
    expect(lab.violations).toEqual([]);
  });
});

describe('faults that are the guest’s own', () => {
  it('a magic entry of a table in sync needs no walk and no lock', () => {
    const lab = aliasedLab();
    lab.run(0, load(vaOf(0x30, 5)));
    lab.fresh();
    lab.run(0, load(vaOf(0x30, 6)));
    expect(lab.events('PageFault', 'WalkStarted', 'LockTaken', 'FastPath', 'GuestPageFault')).toEqual([
      'WalkStarted 0 0 7f80 88206000 0',
      'PageFault 0 7f80 88206000 d',
      'FastPath 0 0',
      'GuestPageFault 0 7f80 88206000 4',
    ]);
    expect(lab.counters('shadow_fault', 'shadow_fault_fast_gnp', 'shadow_guest_walk')).toEqual({
      shadow_fault: 1,
      shadow_fault_fast_gnp: 1,
    });
  });

  it('a magic entry that another vCPU has replaced meanwhile lets the guest retry', () => {
    const lab = aliasedLab({ switches: { 'out-of-sync': false } });
    lab.run(0, load(vaOf(0x30, 5)));
    lab.begin(1, load(vaOf(0x30, 6)));
    lab.until(1, 'sh_page_fault.magic');
    lab.run(0, setEntry(0x30, 6, e(0x102, PWUAD)));
    lab.fresh();
    lab.finish(1);
    expect(lab.counters('shadow_fault_fast_fail', 'shadow_guest_walk')).toEqual({
      shadow_fault_fast_fail: 1,
    });
    expect(lab.events('GuestPageFault', 'FaultOutcome')).toEqual(['FaultOutcome 1 9']);
  });

  it.each([
    ['a load where nothing is mapped', load(vaOf(0x30, 400)), 4],
    ['a kernel load where nothing is mapped', load(vaOf(0x30, 400), 0), 0],
    ['a user store to a read-only page', store(vaOf(0x30, 1), EMPTY), 7],
    ['a kernel store to a read-only page', store(vaOf(0x30, 1), EMPTY, 0), 3],
    ['a user load of a kernel page', load(vaOf(0x30, 2)), 5],
    ['a fetch from a page without execution', { kind: 'fetch', va: vaOf(0x30, 3), cpl: 3 } as GuestOp, 0x15],
  ])('%s gets the error code of the guest’s own tables', (_what, op, error) => {
    const lab = new XenLab({
      vcpus: 1,
      entries: [
        { page: 0x30, index: 1, value: e(0x101, PUA) },
        { page: 0x30, index: 2, value: e(0x102, P | W | A | D) },
        { page: 0x30, index: 3, value: word(NX_HI, e(0x103, PUA).lo) },
      ],
    });
    const at = lab.entry(0x30, 1);
    lab.run(0, op);
    expect(
      lab.events('GuestPageFault').map((line) => Number.parseInt(line.split(' ')[4] as string, 16)),
    ).toEqual([error]);
    expect(outcomes(lab)).toEqual(['guest-fault']);
    expect(lab.counter('shadow_fault_bail_real_fault')).toBe(1);
    // A walk that fails marks nothing.
    expect(lab.entry(0x30, 1)).toBe(at);
  });

  it('an upper table that is no memory counts as not present', () => {
    const lab = new XenLab({ vcpus: 1 });
    lab.machine.memory.write64(0x12, 0x41, 0x7, 0x0000_0027);
    lab.run(0, load(vaOf(0x30, 1)));
    expect(outcomes(lab)).toEqual(['guest-fault']);
    expect(lab.events('GuestPageFault').map((line) => line.split(' ')[4])).toEqual(['4']);
  });
});

describe('devices', () => {
  const device = e(0x7_0000, PWUAD);
  const setUp = (): XenLab => new XenLab({ vcpus: 1, entries: [{ page: 0x30, index: 1, value: device }] });

  it('are reached the long way once, and by the magic entry from then on', () => {
    const lab = setUp();
    lab.run(0, load(vaOf(0x30, 1)), load(vaOf(0x30, 1)), store(vaOf(0x30, 1), word(0, 3)));
    expect(outcomes(lab)).toEqual(['mmio', 'fast-mmio', 'fast-mmio']);
    expect(lab.counters('shadow_fault_mmio', 'shadow_fault_fast_mmio', 'shadow_guest_walk')).toEqual({
      shadow_fault_mmio: 1,
      shadow_fault_fast_mmio: 2,
      shadow_guest_walk: 1,
    });
    expect(lab.shadow(0x30, 1)).toBe(asText(word(-1, (0x7_0000 << 4) | PWU)));
  });

  it('read as all ones', () => {
    const lab = setUp();
    lab.run(0, load(vaOf(0x30, 1)));
    expect(lab.events('OperationEnded')).toEqual(['OperationEnded 0 0 0 ffffffff ffffffff']);
  });
});

describe('GNP', () => {
  it('is one word everybody knows', () => {
    expect(asText(word(-1, GNP_LO))).toBe(GNP);
  });
});
