import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { procedure, slots } from '../../kernel';
import { A, P, U, W } from '../../machine';
import {
  cr3,
  direct,
  EMPTY,
  e,
  type LabOptions,
  load,
  PWUAD,
  store,
  T,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { OPT_LINUX_L3_TOPLEVEL } from './domain';
import { unshadowCode } from './events';
import { shadowPrealloc } from './prealloc';
import { shRemoveShadows } from './removeShadows';
import type { Xen } from './state';
import { typeName } from './types';

const TABLE = P | W | U | A;
const L3 = 0x11;
const L2 = 0x12;

/** A lab whose table pages 0x30 and 0x31 are in use. */
function lab(options: LabOptions = {}): XenLab {
  const entries = [0x30, 0x31].map((page) => ({ page, index: 0, value: e(0x100, PWUAD) }));
  const l = new XenLab({ entries, ...options });
  l.run(0, load(vaOf(0x30, 0)), load(vaOf(0x31, 0)));
  l.fresh();
  return l;
}

/** Shadows in use as `type of page: references`, by page. */
const shadows = (l: XenLab): string[] =>
  [...l.x.shadows()]
    .map(
      (s) =>
        `${typeName(l.x.pages.type(s))} of ${l.x.pages.backpointer(s).toString(16)}: ${l.x.pages.count(s)}`,
    )
    .sort();

/** Runs a procedure of the hypervisor on vCPU 0, as an exit would, with the lock held. */
const S = slots('a', 'b', 'c', 'd');
let which = shadowPrealloc;
const underLock = procedure<Xen>({
  name: 'test_under_lock',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Calls one procedure under the shadow lock.',
  slots: S,
  steps: [
    {
      label: 'lock',
      line: 'lock',
      run: (t, x) => {
        x.lock.take(t);
        t.call(which, [t.get(S.a), t.get(S.b), t.get(S.c), t.get(S.d)]);
      },
      say: 'Locked.',
    },
    { label: 'unlock', line: 'unlock', run: (t, x) => x.lock.release(t), say: 'Unlocked.' },
  ],
});
function call(l: XenLab, what: typeof which, ...args: number[]): void {
  which = what;
  l.world.actors[0]?.thread?.start(underLock, ...args);
  l.finish(0);
}

describe('references of shadows (sheet 1.5)', () => {
  it('are one for each entry above, each vCPU and the pin', () => {
    // Both vCPUs have T loaded, and it is pinned; the L3 is pinned too while L3s are taken for top levels.
    expect(shadows(lab())).toEqual([
      'l1_64 of 30: 1',
      'l1_64 of 31: 1',
      'l2_64 of 12: 1',
      'l3_64 of 11: 2',
      'l4_64 of 10: 3',
    ]);
  });

  it('keep a table alive that two entries share, and its up-pointer names the first only', () => {
    const l = lab();
    l.run(0, store(direct(L2, 0x50), e(0x30, TABLE), 0));
    const s30 = l.shadowOf(0x30);
    const s12 = l.shadowOf(L2, 10);
    expect([l.x.pages.count(s30), l.x.pages.upFrame(s30), l.x.pages.upIndex(s30)]).toEqual([2, s12, 0x41]);
    l.run(0, store(direct(L2, 0x41), EMPTY, 0));
    expect([l.shadowOf(0x30), l.x.pages.count(s30), l.x.pages.hasUp(s30)]).toEqual([s30, 1, false]);
    expect(l.broken).toEqual([]);
  });

  it('gone, the shadow and all that hangs on it alone go at once', () => {
    const l = lab();
    l.run(0, store(direct(L3, 2), EMPTY, 0));
    expect(l.events('ShadowDestroyed').map((line) => line.split(' ')[2])).toEqual(['12', '30', '31']);
    expect(shadows(l).filter((line) => !/ of 6/.test(line))).toEqual(['l3_64 of 11: 2', 'l4_64 of 10: 3']);
    expect([0x12, 0x30, 0x31].map((g) => l.x.isPageTable(g))).toEqual([false, false, false]);
    expect(l.x.guest.refs(0x100)).toBe(0);
    expect(l.broken).toEqual([]);
  });

  it('of mapped pages follow the entries: one each, and a writer for each writable one', () => {
    const l = lab();
    expect([l.x.guest.refs(0x100), l.x.guest.writers(0x100)]).toEqual([2, 2]);
    l.run(0, store(direct(L2, 0x41), EMPTY, 0));
    expect([l.x.guest.refs(0x100), l.x.guest.writers(0x100)]).toEqual([1, 1]);
  });
});

describe('top levels', () => {
  const second = (l: XenLab, frame: number): void => {
    for (const [index, value] of [
      [0x102, e(0x62, P | W | A)],
      [0xff, e(L3, TABLE)],
    ] as const)
      l.machine.memory.write64(frame, index, value.hi, value.lo);
  };

  it('stay while nobody has them loaded, because they are pinned', () => {
    const l = lab({ vcpus: 1 });
    second(l, 0x40);
    l.run(0, cr3(0x40));
    expect(shadows(l)).toContain('l4_64 of 10: 1');
    expect(shadows(l)).toContain('l4_64 of 40: 2');
    l.fresh();
    l.run(0, cr3(T));
    expect(l.events('ShadowCreated', 'ShadowDestroyed')).toEqual([]);
    expect([...l.x.pinned.all()].map((s) => l.x.pages.backpointer(s))).toEqual([0x10, 0x40, 0x11]);
    expect(l.broken).toEqual([]);
  });

  it('of many processes end the belief that L3s are top levels: they are unpinned (sheet 1.5)', () => {
    const l = lab({ vcpus: 1 });
    const l3 = l.shadowOf(L3, 12);
    for (const frame of [0x40, 0x41]) {
      second(l, frame);
      l.run(0, cr3(frame));
      // The second and the third L4: not more than twice as many as vCPUs are pinned when they are made.
      expect(l.x.domain.get('optFlags')).toBe(OPT_LINUX_L3_TOPLEVEL);
    }
    expect(l.x.pages.pinned(l3)).toBe(true);
    second(l, 0x42);
    l.run(0, cr3(0x42));
    expect(l.x.domain.get('optFlags')).toBe(0);
    expect(l.events('Unpinned')).toContain(`Unpinned ${l3.toString(16)}`);
    expect(l.x.pages.pinned(l3)).toBe(false);
    expect(l.broken).toEqual([]);
  });
});

describe('sh_remove_shadows (sheet 2.10)', () => {
  const asked = unshadowCode('asked');

  it('goes by the up-pointer if that is the only reference', () => {
    const l = lab();
    call(l, shRemoveShadows, 0x30, 0, 1, asked);
    expect(l.counters('shadow_unshadow', 'shadow_up_pointer', 'shadow_unshadow_bf')).toEqual({
      shadow_unshadow: 1,
      shadow_up_pointer: 1,
    });
    expect(l.shadowOf(0x30)).toBe(-1);
    expect(l.events('TlbFlushed')).toHaveLength(2);
    expect(l.broken).toEqual([]);
  });

  it('searches all parents for what the up-pointer does not know, unless it has to be fast', () => {
    const l = lab();
    l.run(0, store(direct(L2, 0x50), e(0x30, TABLE), 0));
    l.fresh();
    call(l, shRemoveShadows, 0x30, 1, 0, asked);
    expect(l.counter('shadow_unshadow_bf')).toBe(1);
    expect(l.x.pages.count(l.shadowOf(0x30))).toBe(1);
    call(l, shRemoveShadows, 0x30, 0, 1, asked);
    expect(l.shadowOf(0x30)).toBe(-1);
    expect([l.entry(l.shadowOf(L2, 10), 0x41), l.entry(l.shadowOf(L2, 10), 0x50)]).toEqual(['0', '0']);
    expect(l.x.domain.get('hashWalking')).toBe(0);
    expect(l.broken).toEqual([]);
  });

  it('removes every shadow of a page that is a table at several levels', () => {
    const l = lab();
    const self = word(vaOf(0x30, 0).hi, vaOf(0x30, 0).lo + ((0x60 - 0x41) << 21) + 0x41000);
    l.run(0, store(direct(L2, 0x60), e(L2, TABLE), 0), load(self, 0));
    expect(shadows(l).filter((line) => line.includes('of 12'))).toEqual(['l1_64 of 12: 1', 'l2_64 of 12: 1']);
    call(l, shRemoveShadows, L2, 0, 1, asked);
    expect(shadows(l).filter((line) => line.includes('of 12'))).toEqual([]);
    expect(l.x.isPageTable(L2)).toBe(false);
    expect(l.broken).toEqual([]);
  });

  it('leaves the top level that is in use, or crashes the domain if it must not', () => {
    const l = lab();
    call(l, shRemoveShadows, T, 0, 0, asked);
    expect(shadows(l)).toContain('l4_64 of 10: 2');
    expect(l.x.pages.pinned(l.shadowOf(T, 13))).toBe(false);
    expect(l.x.domain.get('crashed')).toBe(0);
    call(l, shRemoveShadows, T, 0, 1, asked);
    expect(l.events('DomainCrashed')).toEqual(['DomainCrashed 10']);
    l.fresh();
    l.run(0, load(vaOf(0x30, 77)));
    expect(l.events('GuestPageFault')).toHaveLength(1);
  });

  it('of an out-of-sync page frees its slot without a resync', () => {
    const l = lab();
    l.run(0, load(direct(0x30), 0), store(direct(0x30, 1), e(0x101, PWUAD), 0));
    expect(l.slots(0)).toEqual([0x30, -1, -1]);
    const snapshots = l.snapshots(0);
    l.fresh();
    call(l, shRemoveShadows, 0x30, 0, 1, asked);
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.snapshots(0)).toEqual(snapshots);
    expect(l.counter('shadow_resync')).toBe(0);
    expect(l.writable(0x30)).toBe(true);
    expect(l.broken).toEqual([]);
  });

  it('of an ordinary page does nothing', () => {
    const l = lab();
    call(l, shRemoveShadows, 0x200, 0, 1, asked);
    expect(l.counters('shadow_unshadow')).toEqual({});
    expect(l.events('TlbFlushed', 'Unshadowed')).toEqual([]);
  });
});

describe('shadow_prealloc (sheet 1.7)', () => {
  it('has nothing to do while there is room', () => {
    const l = lab();
    call(l, shadowPrealloc, 3);
    expect(l.counters('shadow_prealloc_1', 'shadow_prealloc_2')).toEqual({});
  });

  it('first unpins what was pinned longest ago', () => {
    const l = lab({ vcpus: 1 });
    for (const [index, value] of [
      [0x102, e(0x62, P | W | A)],
      [0xff, e(L3, TABLE)],
    ] as const)
      l.machine.memory.write64(0x40, index, value.hi, value.lo);
    const first = l.shadowOf(T, 13);
    l.run(0, cr3(0x40));
    l.fresh();
    call(l, shadowPrealloc, l.x.pool.free + 1);
    expect(l.counters('shadow_prealloc_1', 'shadow_prealloc_2')).toEqual({ shadow_prealloc_1: 1 });
    expect(
      l.events('Unpinned', 'ShadowDestroyed').map((line) => line.split(' ').slice(0, 3).join(' ')),
    ).toEqual([`Unpinned ${first.toString(16)}`, 'ShadowDestroyed d 10']);
    expect(shadows(l)).not.toContain('l4_64 of 10: 1');
    expect(l.broken).toEqual([]);
  });

  it('then blanks the top levels in use, and flushes', () => {
    const l = lab();
    call(l, shadowPrealloc, l.x.pool.free + 3);
    expect(l.counters('shadow_prealloc_1', 'shadow_prealloc_2')).toEqual({
      shadow_prealloc_1: 1,
      shadow_prealloc_2: 1,
    });
    expect(shadows(l)).toEqual(['l4_64 of 10: 2']);
    expect(l.events('TlbFlushed')).toHaveLength(2);
    l.run(0, load(vaOf(0x30, 0)));
    expect(l.shadowOf(0x30)).toBeGreaterThan(0);
    expect(l.broken).toEqual([]);
  });

  it('says so if the pool is too small for what is asked', () => {
    const l = lab();
    expect(() => call(l, shadowPrealloc, 1000)).toThrow('the shadow pool of 128 pages is too small');
  });

  it('keeps a guest going that needs more than the pool holds', () => {
    const entries = [0x30, 0x31, 0x32, 0x33, 0x34, 0x36].map((page) => ({
      page,
      index: 0,
      value: e(0x100, PWUAD),
    }));
    const l = new XenLab({ vcpus: 1, pool: 16, entries, tlb: 0 });
    for (let round = 0; round < 3; round++)
      for (const { page } of entries)
        l.run(0, load(vaOf(page, 0)), store(direct(page, 1), e(0x101, PWUAD), 0));
    expect(l.counter('shadow_prealloc_2')).toBeGreaterThan(0);
    expect(l.events('GuestPageFault')).toEqual([]);
    expect(l.broken).toEqual([]);
  });
});
