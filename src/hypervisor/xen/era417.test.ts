import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import type { Invariant } from '../../kernel';
import { cr3, EMPTY, e, type LabOptions, load, PUAD, setEntry, vaOf, XenLab } from '../../testing/xenLab';
import { wholeXen } from './whole';

/** Entry 1 has bit 45 set, which no physical address has; entry 2 is empty; entry 0 maps data. */
function lab(era: string, options: LabOptions = {}): XenLab {
  const l = new XenLab({
    era,
    vcpus: 1,
    entries: [
      { page: 0x30, index: 0, value: e(0x100, PUAD) },
      { page: 0x30, index: 1, value: word(0x2000, (0x101 << 12) | PUAD) },
    ],
    ...options,
  });
  l.run(0, load(vaOf(0x30, 0)));
  l.fresh();
  return l;
}

const faults = (l: XenLab): string[] => l.events('GuestPageFault').map((line) => line.split(' ')[4] ?? '');

describe('profile xen-4.17', () => {
  it('gives the guest the fault of a reserved bit, which the walk of 2008 did not know', () => {
    const now = lab('xen-4.17');
    now.run(0, load(vaOf(0x30, 1)));
    // P, U and RSVD.
    expect(faults(now)).toEqual(['d']);
    expect(now.shadow(0x30, 1)).toBe('0');
    const then = lab('U');
    then.run(0, load(vaOf(0x30, 1)));
    expect(faults(then)).not.toContain('d');
  });

  it('shadows what is not present as nothing, so that every such fault walks', () => {
    const l = lab('xen-4.17');
    l.run(0, load(vaOf(0x30, 2)), load(vaOf(0x30, 2)));
    expect(faults(l)).toEqual(['4', '4']);
    expect(l.counters('shadow_guest_walk', 'shadow_fault_fast_gnp')).toEqual({ shadow_guest_walk: 2 });
    expect(l.shadow(0x30, 2)).toBe('0');
  });

  it('tells what Xen traces, and the eras of 2008 do not', () => {
    const told = (era: string): number[] => {
      const l = lab(era);
      l.run(0, setEntry(0x30, 0, EMPTY), cr3());
      return ['UnsyncAsked', 'ResyncBegun', 'Propagated'].map((kind) => Math.min(1, l.events(kind).length));
    };
    expect([told('xen-4.17'), told('A')]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });

  it('says nothing of what only invariants derive', () => {
    const l = lab('xen-4.17');
    l.run(0, setEntry(0x30, 0, EMPTY));
    const { events } = l.x.world;
    const { mark } = events;
    for (const { check } of wholeXen.invariants as readonly Invariant<unknown>[])
      expect(check(l.x)).toEqual([]);
    expect(events.mark).toBe(mark);
  });

  it('knows no up-pointer of an L1 with two pages', () => {
    const up = (era: string, mode: '64' | '32'): boolean => {
      const l = new XenLab({ era, mode, vcpus: 1 });
      const { guest } = l;
      l.run(0, load(guest.direct(guest.tables[0] as number), 0));
      return l.x.pages.hasUp(l.shadowOf(guest.kernel));
    };
    expect([up('A', '32'), up('xen-4.17', '32'), up('xen-4.17', '64')]).toEqual([true, false, true]);
  });
});
