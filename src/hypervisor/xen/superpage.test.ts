import { describe, expect, it } from 'vitest';
import { type Word, word } from '../../base';
import { A, D, G, P, PS, PWT, U, W } from '../../machine';
import { asText, direct, EMPTY, e, invlpg, load, store, XenLab } from '../../testing/xenLab';
import { SH_FL1_64, SH_L2_64 } from './types';

const L2 = 0x12;
const LARGE = P | W | U | A | PS;
/** The 2 MiB page at L2 entry 0x50, and an address in its 4 KiB page i. */
const va = (i: number): Word => word(0x7f80, (0x8a00_0000 + i * 0x1000) | 0);
const large = (flags: number, frame = 0x1000): Word => e(frame, flags);

function lab(flags: number, options: ConstructorParameters<typeof XenLab>[0] = {}): XenLab {
  const l = new XenLab({ vcpus: 1, entries: [{ page: L2, index: 0x50, value: large(flags) }], ...options });
  return l;
}
const fl1 = (l: XenLab, gfn = 0x1000): number => l.x.hash.find(gfn, SH_FL1_64);
const sl2e = (l: XenLab): string => l.entry(l.x.hash.find(L2, SH_L2_64), 0x50);

describe('superpages are splintered (sheet 1.2, 2.3)', () => {
  it('into a shadow keyed by the gfn where the page starts, with full rights', () => {
    const l = lab(LARGE | D | G | PWT);
    l.run(0, load(va(7)));
    const smfn = fl1(l);
    expect(l.x.pages.backpointer(smfn)).toBe(0x1000);
    expect(l.entry(smfn, 7)).toBe(asText(e(0x1007, P | W | U | A)));
    // The neighbours are fabricated as the walk's entry was.
    expect(l.entry(smfn, 38)).toBe(asText(e(0x1026, P | W | U | A)));
    expect(l.entry(smfn, 39)).toBe('0');
    expect(l.counter('shadow_alloc')).toBe(3);
    expect(l.events('Promoted').map((line) => line.split(' ')[1])).toEqual(['11', '12']);
    expect(l.x.isPageTable(0x1000)).toBe(false);
    expect(l.broken).toEqual([]);
  });

  it('without PS in the shadow', () => {
    const l = lab(LARGE | D);
    l.run(0, load(va(0)));
    expect(sl2e(l)).toBe(asText(e(fl1(l), P | W | U | A | D)));
  });

  it('the first write finds the L2 entry read-only, and makes it anew', () => {
    const l = lab(LARGE);
    l.run(0, load(va(0)));
    expect(sl2e(l)).toBe(asText(e(fl1(l), P | U | A | D)));
    l.fresh();
    l.run(0, store(va(0), word(0, 5)));
    expect(sl2e(l)).toBe(asText(e(fl1(l), P | W | U | A | D)));
    expect(l.entry(L2, 0x50)).toBe(asText(large(LARGE | D)));
    expect([l.counter('shadow_fault'), l.entry(0x1000, 0)]).toEqual([1, '5']);
    expect(l.broken).toEqual([]);
  });

  it('two mappings of the same frames share the pieces', () => {
    const l = lab(LARGE | D);
    l.machine.memory.write64(L2, 0x51, 0, large(LARGE | D).lo & ~U);
    l.run(0, load(va(0)), load(word(0x7f80, 0x8a20_0000 | 0), 0));
    expect(l.x.pages.count(fl1(l))).toBe(2);
    expect(l.broken).toEqual([]);
  });

  it('a page table inside one is not writable through it', () => {
    const l = lab(LARGE | D, {
      entries: [
        { page: L2, index: 0x50, value: large(LARGE | D, 0) },
        { page: 0x30, index: 0, value: e(0x100, P | U | A) },
      ],
    });
    l.run(0, load(va(0x30)));
    expect(l.x.guest.writers(0x30)).toBe(1);
    l.run(0, load(word(0x7f80, 0x8820_0000 | 0)));
    expect(l.x.guest.writers(0x30)).toBe(0);
    expect(l.entry(fl1(l, 0), 0x30)).toBe(asText(e(0x30, P | U | A)));
    expect(l.broken).toEqual([]);
  });

  it('that the guest takes away take their shadow along', () => {
    const l = lab(LARGE | D);
    l.run(0, load(va(0)), load(direct(L2), 0));
    l.fresh();
    l.run(0, store(direct(L2, 0x50), EMPTY, 0));
    expect(fl1(l)).toBe(-1);
    expect(l.counter('shadow_validate_gl2e_calls')).toBe(1);
    expect(l.x.guest.refs(0x1000)).toBe(0);
    expect(l.broken).toEqual([]);
  });

  it('that the guest moves to other frames get another shadow', () => {
    const l = lab(LARGE | D);
    l.run(
      0,
      load(va(0)),
      load(direct(L2), 0),
      store(direct(L2, 0x50), large(LARGE | D, 0x2000), 0),
      load(va(3)),
    );
    expect([fl1(l), l.entry(fl1(l, 0x2000), 3)]).toEqual([-1, asText(e(0x2003, P | W | U | A))]);
    expect(l.broken).toEqual([]);
  });

  it('INVLPG inside one flushes the whole TLB of the vCPU', () => {
    const l = lab(LARGE | D);
    l.run(0, load(va(0)));
    l.fresh();
    l.run(0, invlpg(va(9)));
    expect(l.events('TlbFlushed')).toEqual(['TlbFlushed 0 2 0 0']);
  });

  it('an unaligned frame number starts where the page starts', () => {
    const l = lab(LARGE | D, { entries: [{ page: L2, index: 0x50, value: large(LARGE | D, 0x1001) }] });
    l.run(0, load(va(2)));
    expect(l.entry(fl1(l), 2)).toBe(asText(e(0x1002, P | W | U | A)));
  });
});
