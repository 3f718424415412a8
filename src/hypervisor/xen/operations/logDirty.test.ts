import { describe, expect, it } from 'vitest';
import { word } from '../../../base';
import { P, U } from '../../../machine';
import {
  call,
  direct,
  e,
  K,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  XenLab,
} from '../../../testing/xenLab';
import { dirtyFrames } from '../dirty';

const HOST = 2;

const lab = (era = 'U', switches: Readonly<Record<string, boolean>> = {}): XenLab => {
  const l = new XenLab({
    era,
    switches,
    entries: [
      { page: 0x30, index: 0, value: e(0x100, PWUAD) },
      { page: 0x30, index: 1, value: e(0x101, PWUAD) },
      { page: 0x30, index: 2, value: e(0x102, PUAD) },
      { page: 0x31, index: 0, value: e(0x110, PWUAD & ~0x60) },
    ],
  });
  l.run(0, store(vaOf(0x30, 0), word(0, 1)), setEntry(0x30, 9, e(0x109, PUAD)));
  l.run(1, load(direct(0x30), 0));
  l.fresh();
  return l;
};

const on = (l: XenLab): XenLab => {
  l.run(HOST, call('log-dirty-on'));
  l.fresh();
  return l;
};

const last = (l: XenLab): string | undefined => l.events('OperationEnded').at(-1);

describe('log-dirty mode (sheet 2.6.1 rule 10, 5.12)', () => {
  it.each(['U', 'A'])(
    'goes on: all shadows go, everything is in sync, every vCPU’s paging is set up anew, in era %s',
    (era) => {
      const l = lab(era);
      expect(l.x.outOfSync(0x30)).toBe(true);
      l.run(HOST, call('log-dirty-on'));
      expect([...l.x.shadows()].map((s) => l.x.pages.type(s))).toEqual([13]);
      expect([l.x.outOfSync(0x30), l.slots(0), l.x.domain.get('oosActive')]).toEqual([
        false,
        [-1, -1, -1],
        1,
      ]);
      expect(l.events('LogDirtyChanged')).toEqual(['LogDirtyChanged 1']);
      expect(l.events('LockTaken', 'LockReleased')).toEqual(['LockTaken 0', 'LockReleased 0']);
      expect([l.x.vcpu(0).shadowTop, l.x.vcpu(1).shadowTop]).toEqual([l.shadowOf(T, 13), l.shadowOf(T, 13)]);
      expect(dirtyFrames(l.x)).toEqual([]);
      expect(l.broken).toEqual([]);
    },
  );

  it('a read maps a frame read-only, the first write marks it and gets it writable, the next costs nothing', () => {
    const l = on(lab('U', { prefetch: false }));
    l.run(0, load(vaOf(0x30, 0)));
    expect(l.shadow(0x30, 0)).toBe((0x100000 | P | U | 0x20).toString(16));
    expect(l.events('MarkedDirty')).toEqual([]);
    l.run(0, store(vaOf(0x30, 0), word(0, 2)));
    expect(l.events('MarkedDirty')).toEqual(['MarkedDirty 100']);
    expect(l.counters('shadow_fault')).toEqual({ shadow_fault: 2 });
    l.run(0, store(vaOf(0x30, 0), word(0, 3)));
    expect(l.counters('shadow_fault')).toEqual({ shadow_fault: 2 });
    expect(l.broken).toEqual([]);
  });

  it('a prefetched entry is read-only, unless its frame is marked already', () => {
    const l = on(lab());
    l.run(0, store(vaOf(0x30, 1), word(0, 2)));
    l.run(0, load(vaOf(0x30, 0)));
    expect(l.shadow(0x30, 1)).toBe((0x101000 | PWUAD).toString(16));
    expect(l.shadow(0x30, 0)).toBe((0x100000 | P | U | 0x20).toString(16));
    l.run(HOST, call('blow-tables'));
    l.run(0, load(vaOf(0x30, 0)));
    // Entry 1 is prefetched anew: its frame has its mark.
    expect(l.shadow(0x30, 1)).toBe((0x101000 | (PWUAD & ~0x40)).toString(16));
    expect(l.broken).toEqual([]);
  });

  it('the walker’s own marks in the guest’s tables count as writes', () => {
    const l = on(lab());
    l.run(0, load(vaOf(0x31, 0)));
    expect(l.events('AccessedDirtySet').length).toBeGreaterThan(0);
    expect(dirtyFrames(l.x)).toContain(0x31);
  });

  it.each([true, false])('a store to a table (out of sync: %s) marks the table', (oos) => {
    const l = on(lab('U', { 'out-of-sync': oos }));
    l.run(0, load(vaOf(0x30, 0)));
    expect(dirtyFrames(l.x)).not.toContain(0x30);
    l.run(0, setEntry(0x30, 9, e(0x10a, PUAD)));
    expect(dirtyFrames(l.x)).toContain(0x30);
    expect([l.x.outOfSync(0x30), l.counter('shadow_fault_emulate_write')]).toEqual([oos, oos ? 0 : 1]);
    expect(l.broken).toEqual([]);
  });

  it('read and started anew: the marks go, and so do all shadows; the next write is marked again', () => {
    const l = on(lab());
    l.run(0, store(vaOf(0x30, 0), word(0, 2)), store(vaOf(0x30, 1), word(0, 2)));
    const marked = dirtyFrames(l.x).length;
    l.run(HOST, call('log-dirty-peek'));
    expect(last(l)).toBe(`OperationEnded 2 0 0 0 ${marked}`);
    expect(dirtyFrames(l.x)).toEqual([0x100, 0x101]);
    l.fresh();
    l.run(HOST, call('log-dirty-clean'));
    expect(last(l)).toBe(`OperationEnded 2 0 0 0 ${marked}`);
    expect(l.events('DirtyLogRead')).toEqual([`DirtyLogRead ${marked} 1`]);
    expect([dirtyFrames(l.x), l.shadowOf(0x30), l.shadowOf(K)]).toEqual([[], -1, -1]);
    expect(l.events('TlbFlushed')).toHaveLength(2);
    expect(l.broken).toEqual([]);
    l.fresh();
    l.run(0, store(vaOf(0x30, 0), word(0, 3)));
    expect(l.events('MarkedDirty')).toEqual(['MarkedDirty 100']);
    expect(l.broken).toEqual([]);
  });

  it('goes off: nothing is thrown away, everything comes in sync, entries become writable with their next fault', () => {
    const l = on(lab('U', { prefetch: false }));
    l.run(0, load(vaOf(0x30, 0)), setEntry(0x30, 9, e(0x10a, PUAD)));
    expect(l.x.outOfSync(0x30)).toBe(true);
    l.fresh();
    l.run(HOST, call('log-dirty-off'));
    expect(l.events('Resynced')).toEqual(['Resynced 30 0 1 0']);
    expect(l.shadow(0x30, 0)).toBe((0x100000 | P | U | 0x20).toString(16));
    l.run(0, store(vaOf(0x30, 0), word(0, 5)), load(vaOf(0x30, 1)));
    expect(l.events('MarkedDirty', 'Unshadowed')).toEqual([]);
    expect(l.shadow(0x30, 1)).toBe((0x101000 | (PWUAD & ~0x40)).toString(16));
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['log-dirty-off', false],
    ['log-dirty-clean', false],
    ['log-dirty-peek', false],
    ['log-dirty-on', true],
  ] as const)('%s is refused if the log is on: %s', (name, already) => {
    const l = already ? on(lab()) : lab();
    l.run(HOST, call(name));
    expect(last(l)).toBe('OperationEnded 2 0 4 0 0');
    expect(l.events('LogDirtyChanged', 'DirtyLogRead', 'LockTaken')).toEqual([]);
    expect(l.machine.pausedBy).toBe(-1);
  });
});
