import { describe, expect, it } from 'vitest';
import type { Word } from '../../base';
import { A, D, P, U, W } from '../../machine';
import { asText, direct, e, GNP, load, PUAD, PWUAD, setEntry, vaOf, XenLab } from '../../testing/xenLab';

const lab = (entries: readonly (readonly [index: number, value: Word])[], switches = {}): XenLab =>
  new XenLab({
    vcpus: 1,
    switches,
    entries: entries.map(([index, value]) => ({ page: 0x30, index, value })),
  });

const prefetched = (l: XenLab): number =>
  Number.parseInt(l.events('PrefetchDone')[0]?.split(' ')[4] ?? '-1', 16);

describe('sh_prefetch (sheet 2.6.4)', () => {
  it.each([
    ['31 of them at most', 5, 31],
    ['not past the end of the table', 510, 1],
    ['none at the last entry', 511, 0],
  ])('derives the entries after the faulting one: %s', (_what, index, count) => {
    const l = lab([[index, e(0x100, PWUAD)]]);
    l.run(0, load(vaOf(0x30, index)));
    expect(prefetched(l)).toBe(count);
    expect(l.shadow(0x30, index)).toBe(asText(e(0x100, P | W | U | A)));
    if (count > 0) expect(l.shadow(0x30, index + count)).toBe(GNP);
    if (index + count + 1 < 512) expect(l.shadow(0x30, index + count + 1)).toBe('0');
  });

  it.each([
    ['a present entry without A', e(0x103, P | W | U | D), 2],
    ['a writable entry without D', e(0x103, P | W | U | A), 2],
    ['nothing at a read-only entry without D', e(0x103, P | U | A), 31],
    ['nothing at an entry that is not present', e(0x103, W | U), 31],
  ])('stops at %s', (_what, third, count) => {
    const l = lab([
      [5, e(0x100, PUAD)],
      [6, e(0x101, PWUAD)],
      [7, e(0x102, PUAD)],
      [8, third],
    ]);
    l.run(0, load(vaOf(0x30, 5)));
    expect(prefetched(l)).toBe(count);
    expect([l.shadow(0x30, 6), l.shadow(0x30, 7)]).toEqual([
      asText(e(0x101, P | W | U | A)),
      asText(e(0x102, P | U | A)),
    ]);
  });

  it('stops at the first slot that holds something already', () => {
    const l = lab([
      [5, e(0x100, PUAD)],
      [9, e(0x101, PUAD)],
    ]);
    l.run(0, load(vaOf(0x30, 9)));
    l.fresh();
    l.run(0, load(vaOf(0x30, 5)));
    expect(prefetched(l)).toBe(3);
  });

  it('does nothing when switched off, so that each entry costs a fault', () => {
    const entries = [5, 6, 7].map((index) => [index, e(0x100 + index, PUAD)] as const);
    const faults = (switches: object): number => {
      const l = lab(entries, switches);
      for (const [index] of entries) l.run(0, load(vaOf(0x30, index)));
      return l.counter('shadow_fault');
    };
    expect([faults({}), faults({ prefetch: false })]).toEqual([1, 3]);
  });

  it('reads the guest table now, not as the walk found it, and keeps the snapshot current', () => {
    const l = lab([[0, e(0x100, PUAD)]]);
    l.run(
      0,
      load(direct(0x30), 0),
      load(vaOf(0x30, 0)),
      setEntry(0x30, 100, e(0x101, PUAD)),
      setEntry(0x30, 101, e(0x102, PUAD)),
    );
    const snapshot = l.snapshots(0)[0] as number;
    expect(l.entry(snapshot, 101)).toBe('0');
    l.run(0, load(vaOf(0x30, 100)));
    expect(l.shadow(0x30, 101)).toBe(asText(e(0x102, P | U | A)));
    expect(l.entry(snapshot, 101)).toBe(asText(e(0x102, PUAD)));
    expect(l.broken).toEqual([]);
  });
});
