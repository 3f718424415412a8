import { describe, expect, it } from 'vitest';
import { XenLab } from '../../testing/xenLab';
import { SH_L1_64, SH_L2_64, SH_OOS_SNAPSHOT } from './types';

describe('the shadow pool (sheet 1.7)', () => {
  it('hands out the lowest page first and snapshot pages from the top', () => {
    const lab = new XenLab({ vcpus: 2, pool: 32 });
    const first = lab.x.pages.first;
    // Both vCPUs have loaded the same top table, which is shadowed first; three snapshot pages each.
    expect([...lab.x.pages.inUse()].map((s) => s - first)).toEqual([0, 26, 27, 28, 29, 30, 31]);
    expect(lab.x.pages.type(first + 31)).toBe(SH_OOS_SNAPSHOT);
    expect(lab.snapshots(0).map((s) => s - first)).toEqual([31, 30, 29]);
    expect(lab.x.pool.free).toBe(25);
    expect(lab.x.pool.alloc(SH_L1_64, 0x30)).toBe(first + 1);
  });

  it('has no snapshot pages in eras without snapshots', () => {
    const lab = new XenLab({ vcpus: 2, pool: 32, era: 'T' });
    expect([...lab.x.pages.inUse()].length).toBe(1);
  });

  it('uses fresh pages before freed ones, and freed ones oldest first, cleared', () => {
    const lab = new XenLab({ vcpus: 1, pool: 20 });
    const { x } = lab;
    const [a, b] = [x.pool.alloc(SH_L1_64, 0x30), x.pool.alloc(SH_L1_64, 0x31)] as [number, number];
    x.memory.write64(a, 7, 1, 2);
    x.pool.release(a);
    x.pool.release(b);
    expect(x.hi(a, 7)).toBe(1); // a freed page keeps its contents
    const free = x.pool.free;
    const rest = Array.from({ length: free - 2 }, () => x.pool.alloc(SH_L2_64, 0x32));
    expect(rest).not.toContain(a);
    expect(x.pool.alloc(SH_L1_64, 0x33)).toBe(a);
    expect(x.pool.alloc(SH_L1_64, 0x34)).toBe(b);
    expect([x.hi(a, 7), x.lo(a, 7)]).toEqual([0, 0]);
    expect(x.pool.free).toBe(0);
    expect(() => x.pool.alloc(SH_L1_64, 0x35)).toThrow('shadow_prealloc has made room');
  });

  it('flushes only the processors that have not flushed since the page was freed', () => {
    const lab = new XenLab({ vcpus: 2, pool: 20 });
    const { x } = lab;
    const a = x.pool.alloc(SH_L1_64, 0x30);
    while (x.pool.free > 0) x.pool.alloc(SH_L2_64, 0x32);
    x.pool.release(a);
    x.pool.flushTlb(1);
    lab.fresh();
    expect(x.pool.alloc(SH_L1_64, 0x30)).toBe(a);
    expect(lab.events('TlbFlushed')).toEqual(['TlbFlushed 0 2 0 0']);
    expect(lab.counter('shadow_alloc_tlbflush')).toBe(1);
    x.pool.release(a);
    x.pool.flushTlb(0);
    x.pool.flushTlb(1);
    lab.fresh();
    x.pool.alloc(SH_L1_64, 0x30);
    expect(lab.events('TlbFlushed')).toEqual([]);
  });

  it('makes every vCPU forget fast emulation, and the hint that names the page', () => {
    const lab = new XenLab({ vcpus: 2 });
    const { x } = lab;
    const [a, b] = [x.pool.alloc(SH_L1_64, 0x30), x.pool.alloc(SH_L1_64, 0x31)] as [number, number];
    for (const v of x.vcpus) v.set('lastWriteEmulOk', 1);
    x.vcpu(0).set('lastWriteablePteSmfn', a + 1);
    x.vcpu(1).set('lastWriteablePteSmfn', b + 1);
    x.pool.release(a);
    expect(x.vcpus.map((v) => v.get('lastWriteEmulOk'))).toEqual([0, 0]);
    expect(x.vcpus.map((v) => v.get('lastWriteablePteSmfn'))).toEqual([0, b + 1]);
  });
});
