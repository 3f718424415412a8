import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { cr3, e, invlpg, load, PWUAD, store, XenLab } from '../../testing/xenLab';

describe.each(['pae', '32'] as const)('a guest with %s tables', (mode) => {
  const make = () => {
    const entries = [0, 1, 5].map((index) => ({ page: 0, index, value: e(0x200 + index, PWUAD) }));
    const probe = new XenLab({ mode, vcpus: 1 });
    const p = probe.guest.tables[0] as number;
    return { p, lab: new XenLab({ mode, entries: entries.map((x) => ({ ...x, page: p })) }) };
  };
  it('demand fault', () => {
    const { lab, p } = make();
    const g = lab.guest;
    lab.run(0, load(g.vaOf(p, 5)));
    expect(lab.broken).toEqual([]);
    expect(lab.machine.vcpu(0).get('outcome')).toBe(0);
    expect(lab.shadow(p, 5)).toBe('205027');
    lab.run(0, store(g.vaOf(p, 1), word(0, 7)));
    lab.run(0, lab.setEntry(p, 5, e(0x206, PWUAD)));
    expect(lab.events('Unsynced').length).toBe(1);
    lab.run(0, load(g.vaOf(p, 5)), invlpg(g.vaOf(p, 5)), load(g.vaOf(p, 5)));
    lab.run(0, lab.setEntry(p, 1, e(0x207, PWUAD)));
    lab.run(0, cr3(g.root), load(g.vaOf(p, 1)));
    expect(lab.broken).toEqual([]);
    expect(lab.x.shadows).toBeDefined();
  });
});
