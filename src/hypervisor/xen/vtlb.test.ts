import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { Store } from '../../kernel';
import { PFEC_U, PFEC_W } from '../../machine';
import { cr3, direct, e, invlpg, load, PUAD, PWUAD, setEntry, vaOf, XenLab } from '../../testing/xenLab';
import { Vtlb } from './vtlb';

describe('the vTLB (sheet 1.8)', () => {
  const page = (n: number) => n << 12;

  it('has 13 slots, the page number mod 13: the next page that falls into one drives the old one out', () => {
    const vtlb = new Vtlb(new Store(), 0);
    for (let n = 1; n <= 13; n++) vtlb.insert(0, page(n), 100 + n, PFEC_W);
    for (let n = 1; n <= 13; n++) expect(vtlb.lookup(0, page(n) + 0x123, PFEC_W)).toBe(100 + n);
    vtlb.insert(0, page(14), 200, PFEC_W);
    expect([vtlb.lookup(0, page(1), 0), vtlb.lookup(0, page(14), 0), vtlb.lookup(0, page(2), 0)]).toEqual([
      -1, 200, 102,
    ]);
  });

  it('tells addresses apart that differ above bit 31', () => {
    const vtlb = new Vtlb(new Store(), 0);
    vtlb.insert(13, page(1), 7, 0);
    expect([vtlb.lookup(13, page(1), 0), vtlb.lookup(0, page(1), 0)]).toEqual([7, -1]);
  });

  it('answers for an access that its own fault covers, and for no other', () => {
    const vtlb = new Vtlb(new Store(), 0);
    vtlb.insert(0, page(1), 7, PFEC_W);
    expect([vtlb.lookup(0, page(1), PFEC_W), vtlb.lookup(0, page(1), PFEC_W | PFEC_U)]).toEqual([7, -1]);
    vtlb.flush();
    expect(vtlb.lookup(0, page(1), 0)).toBe(-1);
  });

  const known = (l: XenLab, v: number): number =>
    l.x.vtlbs[v]?.lookup(direct(0x30).hi, direct(0x30).lo, PFEC_W) ?? -1;

  const lab = (): XenLab => {
    const l = new XenLab({
      switches: { 'out-of-sync': false },
      entries: [{ page: 0x30, index: 0, value: e(0x100, PWUAD) }],
    });
    for (const v of [0, 1]) l.run(v, load(direct(0x30), 0), load(vaOf(0x30, 0)));
    l.run(0, setEntry(0x30, 1, e(0x101, PUAD)));
    l.fresh();
    return l;
  };

  it('spares the emulator its walk of the address that just faulted', () => {
    const l = lab();
    expect(known(l, 0)).toBe(0x30);
    l.run(1, setEntry(0x30, 1, e(0x102, PUAD)));
    expect(l.counters('shadow_guest_walk', 'shadow_fault_emulate_write')).toEqual({
      shadow_guest_walk: 1,
      shadow_fault_emulate_write: 1,
    });
  });

  it('is empty after INVLPG of any page, and after a CR3 load; that of other vCPUs stays', () => {
    for (const op of [invlpg(vaOf(0x31, 5)), cr3()]) {
      const l = lab();
      l.run(1, setEntry(0x30, 1, e(0x102, PUAD)));
      expect([known(l, 0), known(l, 1)]).toEqual([0x30, 0x30]);
      l.run(0, op);
      expect([known(l, 0), known(l, 1)]).toEqual([-1, 0x30]);
    }
  });

  it('forgotten in between, the emulator walks, and remembers what it finds', () => {
    const l = lab();
    l.begin(1, setEntry(0x30, 1, word(0, 0)));
    l.until(1, 'sh_x86_emulate_write.map');
    l.x.vtlbs[1]?.flush();
    l.finish(1);
    expect(l.counter('shadow_guest_walk')).toBe(2);
    expect(known(l, 1)).toBe(0x30);
  });
});
