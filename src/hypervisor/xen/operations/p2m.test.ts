import { describe, expect, it } from 'vitest';
import { word } from '../../../base';
import { A, D, P, U, W } from '../../../machine';
import {
  call,
  direct,
  EMPTY,
  e,
  invlpg,
  K,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  XenLab,
} from '../../../testing/xenLab';
import { UNSHADOW_WHY } from '../events';
import { isMmioMagic } from '../magic';

const HOST = 2;

const lab = (era = 'U', switches: Readonly<Record<string, boolean>> = {}): XenLab => {
  const l = new XenLab({
    era,
    switches,
    entries: [
      { page: 0x30, index: 0, value: e(0x100, PWUAD) },
      { page: 0x31, index: 0, value: e(0x100, PUAD) },
      { page: 0x30, index: 1, value: e(0x101, PWUAD) },
    ],
  });
  l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)), load(vaOf(0x31, 0)));
  l.fresh();
  return l;
};

const outcome = (l: XenLab): string | undefined => l.events('OperationEnded').at(-1)?.split(' ')[3];
const why = (l: XenLab): string[] =>
  l.events('Unshadowed').map((line) => UNSHADOW_WHY[Number.parseInt(line.split(' ')[2] ?? '', 16)] ?? '');

describe('a guest frame taken away (sheet 2.10, 1.11)', () => {
  it('loses all its mappings, writable or not, and every TLB is flushed before the entry changes', () => {
    const l = lab();
    expect(l.x.guest.refs(0x100)).toBe(2);
    l.run(HOST, call('p2m-remove', 0x100));
    expect([l.shadow(0x30, 0), l.shadow(0x31, 0)]).toEqual(['0', '0']);
    expect([l.x.guest.refs(0x100), l.x.guest.writers(0x100)]).toEqual([0, 0]);
    expect(l.counters('shadow_mappings', 'shadow_mappings_bf', 'shadow_unshadow')).toEqual({
      shadow_mappings: 1,
      shadow_mappings_bf: 1,
    });
    expect(l.events('LockTaken', 'LockReleased', 'TlbFlushed', 'P2mChanged')).toEqual([
      'LockTaken 0',
      'TlbFlushed 0 2 0 0',
      'TlbFlushed 1 2 0 0',
      'P2mChanged 100 ffffffff 1',
      'LockReleased 0',
    ]);
    expect(l.broken).toEqual([]);
  });

  it('is a bad frame for its next user: the fault is the guest’s', () => {
    const l = lab();
    l.run(HOST, call('p2m-remove', 0x100));
    l.run(0, load(vaOf(0x30, 0)));
    expect(l.counter('shadow_fault_bail_bad_gfn')).toBe(1);
    expect(l.events('GuestPageFault')).toHaveLength(1);
    expect(l.broken).toEqual([]);
  });

  it.each([true, false])('that is a table (out of sync: %s) loses its shadows too', (oos) => {
    const l = lab('U', { 'out-of-sync': oos });
    l.run(0, setEntry(0x30, 3, e(0x103, PUAD)));
    expect(l.x.outOfSync(0x30)).toBe(oos);
    l.run(HOST, call('p2m-remove', 0x30));
    expect(why(l)).toEqual(['p2m-change']);
    expect([l.x.isPageTable(0x30), l.shadowOf(0x30), l.x.guest.refs(0x30)]).toEqual([false, -1, 0]);
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    l.run(0, load(vaOf(0x30, 0)));
    expect(l.counter('shadow_fault_bail_real_fault')).toBe(1);
    expect(l.broken).toEqual([]);
  });

  it('that is the top table of a vCPU cannot lose its shadow: the domain is crashed', () => {
    const l = lab();
    l.run(HOST, call('p2m-remove', 0x10));
    expect(l.events('DomainCrashed')).toEqual(['DomainCrashed 10']);
  });

  it('needs no snapshot update: what was unmapped is not present, and a resync passes it over (sheet 6.6)', () => {
    const l = lab();
    l.run(0, setEntry(0x30, 3, e(0x103, PUAD)));
    l.run(HOST, call('p2m-remove', 0x101));
    expect(l.events('SnapshotUpdated')).toEqual([]);
    expect(l.x.outOfSync(0x30)).toBe(true);
    l.run(0, invlpg(vaOf(0x30, 9)), { kind: 'cr3', value: word(0, 0x10 << 12) });
    expect(l.shadow(0x30, 1)).toBe('0');
    expect(l.broken).toEqual([]);
  });

  it('waits until no vCPU is in the middle of an operation, and holds them up meanwhile', () => {
    const l = lab();
    l.begin(0, load(vaOf(0x30, 1)));
    l.until(0, 'guest_access.lookup');
    l.begin(HOST, call('p2m-remove', 0x101));
    l.until(HOST, 'domain_pause.wait');
    expect(l.world.enabled(HOST)).toBe(false);
    l.finish(0);
    l.begin(1, load(vaOf(0x30, 1)));
    expect([l.world.enabled(HOST), l.world.enabled(1)]).toEqual([true, true]);
    l.step(HOST);
    expect(l.world.enabled(1)).toBe(false);
    l.finish(HOST);
    l.finish(1);
    expect(l.events('GuestPageFault')).toHaveLength(1);
    expect(l.broken).toEqual([]);
  });

  it('by the guest itself pauses nobody, so a walk made before may be installed after it: nothing re-checks the p2m', () => {
    const l = new XenLab({ entries: [{ page: 0x30, index: 0, value: e(0x100, PWUAD) }] });
    l.begin(0, load(vaOf(0x30, 0)));
    l.until(0, 'sh_page_fault.lock');
    l.run(1, call('p2m-remove', 0x100));
    l.finish(0);
    expect(l.broken).toEqual(['I1']);
  });

  it('that another domain maps still is mapped there: Xen says so and goes on', () => {
    const l = lab();
    l.run(HOST, call('grant', 0x100), call('p2m-remove', 0x100));
    expect([l.x.guest.refs(0x100), l.x.guest.writers(0x100)]).toEqual([0, 1]);
    expect(l.broken).toEqual([]);
  });
});

describe('a guest frame that becomes something else', () => {
  it('read-only memory is mapped without W; a store to it goes to the device emulator, which drops it', () => {
    const l = lab();
    l.run(HOST, call('p2m-ro', 0x100));
    expect(l.events('P2mChanged')).toEqual(['P2mChanged 100 100 3']);
    l.run(0, load(vaOf(0x30, 0)), store(vaOf(0x30, 0), word(0, 7)));
    expect(l.shadow(0x30, 0)).toBe((0x100000 | P | U | A).toString(16));
    expect(l.counters('shadow_fault_mmio', 'shadow_fault_fixed')).toEqual({
      shadow_fault_mmio: 1,
      shadow_fault_fixed: 1,
    });
    expect(l.entry(0x100, 0)).toBe('0');
    l.run(HOST, call('p2m-ram', 0x100));
    l.run(0, store(vaOf(0x30, 0), word(0, 7)));
    expect(l.entry(0x100, 0)).toBe('7');
    expect(l.broken).toEqual([]);
  });

  it('an emulated device leaves a magic entry, and is found by it the next time; another frame gets its memory', () => {
    const l = lab();
    l.run(HOST, call('p2m-mmio', 0x100));
    l.run(0, load(vaOf(0x30, 0)), load(vaOf(0x30, 0)));
    expect(l.counters('shadow_fault_mmio', 'shadow_fault_fast_mmio')).toEqual({
      shadow_fault_mmio: 1,
      shadow_fault_fast_mmio: 1,
    });
    const smfn = l.shadowOf(0x30);
    expect(isMmioMagic(l.x.hi(smfn, 0), l.x.lo(smfn, 0))).toBe(true);
    expect(l.x.domain.get('hasMmioEntries')).toBe(1);
    expect(l.broken).toEqual([]);
  });

  it('memory where there was a device: all shadows go, for any of them may hold a magic entry for it', () => {
    const l = lab();
    l.run(HOST, call('p2m-mmio', 0x100));
    l.run(0, load(vaOf(0x30, 0)));
    l.fresh();
    l.run(HOST, call('p2m-ram', 0x100));
    expect([l.shadowOf(0x30), l.shadowOf(K), l.x.domain.get('hasMmioEntries')]).toEqual([-1, -1, 0]);
    expect(l.events('TlbFlushed')).toHaveLength(2);
    expect(l.counter('shadow_mappings')).toBe(0);
    l.run(0, store(vaOf(0x30, 0), word(0, 7)));
    expect(l.entry(0x100, 0)).toBe('7');
    expect(l.broken).toEqual([]);
  });

  it('a device passed through is mapped, with the rights of the guest, and is no table’s frame', () => {
    const l = lab();
    l.run(HOST, call('p2m-mmio-direct', 0x100));
    l.run(0, store(vaOf(0x30, 0), word(0, 7)));
    expect(l.shadow(0x30, 0)).toBe((0x100000 | P | W | U | A | D).toString(16));
    expect(l.counters('shadow_fault_mmio', 'shadow_fault_fixed')).toEqual({ shadow_fault_fixed: 1 });
    l.run(HOST, call('p2m-mmio-direct', 0x31));
    l.run(0, load(vaOf(0x31, 0)));
    expect(l.counter('shadow_fault_bail_real_fault')).toBe(1);
    expect(l.broken).toEqual([]);
  });

  it('another machine frame behind it: the guest reads what is there, and the old frame is nobody’s', () => {
    const l = lab();
    l.run(HOST, { kind: 'poke', frame: 0x500, index: 0, value: word(0, 99) }, call('p2m-remove', 0x500));
    l.run(HOST, call('p2m-move', 0x100, 0x500));
    l.run(0, load(vaOf(0x30, 0)));
    expect(l.shadow(0x30, 0)).toBe((0x500000 | P | W | U | A).toString(16));
    expect([l.x.p2m.gfn(0x500), l.x.p2m.gfn(0x100)]).toEqual([0x100, -1]);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['p2m-move', [0x100, 0x101]],
    ['p2m-move', [0x100, 0x7fff_0000]],
    ['p2m-ram', [0x4000_0000]],
    ['p2m-ram', [0x7000]],
  ] as const)('%s %j is refused, and changes nothing', (name, args) => {
    const l = lab();
    l.run(HOST, call(name, ...args));
    expect(outcome(l)).toBe('4');
    expect(l.events('P2mChanged', 'LockTaken', 'TlbFlushed')).toEqual([]);
  });

  it('cannot be taken away twice', () => {
    const l = lab();
    l.run(HOST, call('p2m-remove', 0x100), call('p2m-remove', 0x100));
    expect([outcome(l), l.events('P2mChanged').length]).toEqual(['4', 1]);
  });
});

describe('all shadows thrown away (sheet 1.11)', () => {
  it('leaves the loaded top levels, empty, and flushes every TLB; the guest notices nothing', () => {
    const l = lab();
    l.run(0, setEntry(0x30, 3, e(0x103, PUAD)));
    l.fresh();
    l.run(HOST, call('blow-tables'));
    expect([...l.x.shadows()].map((s) => l.x.pages.type(s))).toEqual([13]);
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.events('TlbFlushed')).toHaveLength(2);
    expect(l.events('VersionBumped', 'Resynced')).toEqual([]);
    l.run(0, load(vaOf(0x30, 3)), setEntry(0x30, 3, EMPTY));
    expect(l.events('GuestPageFault')).toEqual([]);
    expect(l.broken).toEqual([]);
  });
});

describe('a domain that is shutting down (sheet 2.3, step 8)', () => {
  it('has no fault fixed any more: the walk is made, nothing is installed', () => {
    const l = lab();
    l.run(HOST, call('shutdown'));
    l.run(0, invlpg(vaOf(0x30, 5)), load(vaOf(0x31, 9)));
    expect(l.counter('shadow_fault_bail_real_fault') + l.counter('shadow_fault_fast_gnp')).toBe(1);
    l.fresh();
    l.run(0, store(vaOf(0x30, 1), word(0, 1)));
    l.run(0, load(vaOf(0x34, 0)));
    l.run(1, setEntry(0x30, 9, e(0x109, PUAD)));
    expect(l.events('FaultOutcome').map((line) => line.split(' ')[2])).toContain('b');
    expect(l.events('Unsynced', 'ShadowEntrySet', 'LockTaken')).toEqual([]);
    expect(l.broken).toEqual([]);
  });
});
