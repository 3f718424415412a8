import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { CR0_PG, type GuestOp, PS } from '../../machine';
import { CR0, guestOf } from '../../testing/xenGuest';
import { e, invlpg, load, PWUAD, store, XenLab } from '../../testing/xenLab';
import { SH_FL1_32, SH_L2_32 } from './types';

describe('a guest without paging', () => {
  const off: GuestOp = { kind: 'cr0', value: CR0 & ~CR0_PG };
  const on: GuestOp = { kind: 'cr0', value: CR0 };

  it('runs on a table of Xen’s own of 1,024 large pages, splintered as they are used', () => {
    const l = new XenLab({ mode: 'off', vcpus: 1 });
    const own = l.x.domain.get('unpagedTable');
    expect(l.shadowOf(own, SH_L2_32)).toBe(l.x.vcpu(0).shadowTop);
    l.run(0, store(word(0, 0x0020_5010), word(0, 9), 0));
    expect(l.machine.memory.lo(0x205, 2)).toBe(9);
    expect(l.x.lo(l.shadowOf(0, SH_FL1_32), 0x205) >>> 12).toBe(0x205);
    expect(l.broken).toEqual([]);
  });

  it('shares the splintered pages with the large pages of a 2-level guest', () => {
    const g = guestOf('32');
    const l = new XenLab({
      mode: 'off',
      vcpus: 1,
      entries: [{ page: g.root, index: g.upper.first, value: e(0, PWUAD | PS) }],
    });
    l.run(0, store(word(0, 0x0020_5000), word(0, 9), 0), on);
    l.fresh();
    l.run(0, load(g.vaOf(g.tables[0] as number, 0x205), 0));
    expect(l.events('ShadowCreated')).toEqual([]);
    expect(l.broken).toEqual([]);
  });

  it('keeps everybody’s tables in sync until it pages again (9.24)', () => {
    const g = guestOf('pae');
    const [p = 0] = g.tables;
    const l = new XenLab({ mode: 'pae', entries: [{ page: p, index: 0, value: e(0x200, PWUAD) }] });
    l.run(0, load(g.vaOf(p, 0)), l.setEntry(p, 1, e(0x301, PWUAD)));
    expect(l.x.outOfSync(p)).toBe(true);
    l.run(1, off);
    expect([l.x.outOfSync(p), l.x.domain.get('oosActive')]).toEqual([false, 0]);
    l.fresh();
    l.run(0, l.setEntry(p, 2, e(0x302, PWUAD)));
    expect(l.counters('shadow_unsync', 'shadow_fault_emulate_write')).toEqual({
      shadow_fault_emulate_write: 1,
    });
    l.run(1, on);
    expect(l.x.domain.get('oosActive')).toBe(1);
    l.run(0, invlpg(g.vaOf(p, 3)), l.setEntry(p, 3, e(0x303, PWUAD)));
    expect(l.x.outOfSync(p)).toBe(true);
    expect(l.broken).toEqual([]);
  });

  it('is crashed if it switches paging on with a CR3 that names no memory', () => {
    const l = new XenLab({ mode: 'off', vcpus: 1 });
    l.run(0, { kind: 'cr3', value: word(0, 0x7000 << 12) });
    expect(l.x.domain.get('crashed')).toBe(0);
    l.run(0, on);
    expect(l.x.domain.get('crashed')).toBe(1);
  });
});
