import { describe, expect, it } from 'vitest';
import { call, cr3, direct, e, load, PUAD, PWUAD, setEntry, vaOf, XenLab } from '../../../testing/xenLab';

const HOST = 2;
const TABLES = [0x30, 0x31, 0x32, 0x33];

const lab = (pool: number, vcpus = 2): XenLab => {
  const entries = TABLES.map((page) => ({ page, index: 0, value: e(0x100, PUAD) }));
  const l = new XenLab({ pool, vcpus, entries });
  for (const page of TABLES) l.run(0, load(vaOf(page, 0)));
  l.run(0, load(direct(0x30), 0), setEntry(0x30, 1, e(0x101, PWUAD)));
  l.fresh();
  return l;
};

describe('the size of the shadow pool (sheet 1.7)', () => {
  it('shrinks by its free pages first: no shadow is lost', () => {
    const l = lab(128);
    const used = l.x.pages.frames - l.x.pool.free;
    const shadows = [...l.x.shadows()];
    l.run(HOST, call('set-allocation', 64));
    expect([l.x.pool.total, l.x.pool.free]).toEqual([64, 64 - used]);
    expect([...l.x.shadows()]).toEqual(shadows);
    expect(l.counters('shadow_prealloc_1', 'shadow_prealloc_2', 'shadow_free')).toEqual({});
    expect(l.events('AllocationChanged')).toEqual(['AllocationChanged 40']);
    expect(l.x.outOfSync(0x30)).toBe(true);
    expect(l.broken).toEqual([]);
  });

  it('then loses shadows, as with any lack of room, and the guest goes on', () => {
    const l = lab(40, 1);
    expect(l.x.pool.free).toBeGreaterThan(24);
    for (let i = 0; i < 24; i++) l.run(0, cr3(0x80 + i), cr3());
    l.fresh();
    l.run(1, call('set-allocation', 24));
    expect(l.x.pool.total).toBe(24);
    expect(l.counter('shadow_free')).toBeGreaterThan(5);
    expect(l.counter('shadow_prealloc_1')).toBeGreaterThan(0);
    for (const page of TABLES)
      l.run(0, load(vaOf(page, 0)), setEntry(page, 2, e(0x102, PUAD)), load(vaOf(page, 2)));
    expect(l.events('GuestPageFault')).toEqual([]);
    expect(l.broken).toEqual([]);
  });

  it('grows again to what it was, and no further', () => {
    const l = lab(40, 1);
    l.run(1, call('set-allocation', 30), call('set-allocation', 40));
    expect([l.x.pool.total, l.x.domain.get('withdrawn')]).toEqual([40, 0]);
    const free = l.x.pool.free;
    for (let i = 0; i < free; i++) l.run(0, cr3(0x80 + i));
    expect(l.counter('shadow_prealloc_1')).toBe(0);
    l.run(1, call('set-allocation', 41));
    expect(l.events('OperationEnded').at(-1)?.split(' ')[3]).toBe('4');
    expect(l.x.pool.total).toBe(40);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['Xen’s bound: 128 for each vCPU, and one for each MiB', 300, 1, 128 + 96],
    ['what a pool that is small on purpose needs', 60, 1, 24],
  ])('not below %s', (_what, pool, vcpus, least) => {
    const l = lab(pool, vcpus);
    l.run(vcpus, call('set-allocation', 1));
    expect(l.x.pool.total).toBe(least);
    expect(l.broken).toEqual([]);
  });
});
