import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import type { GuestOp } from '../../machine';
import { at, otherPath } from '../../testing/xenBreaks/breaks';
import { cr3, direct, EMPTY, e, load, PUAD, setEntry, vaOf, XenLab } from '../../testing/xenLab';
import { HOW_BRUTE_FORCE, HOW_DIRECT_MAP } from './events';

const OLD = e(0x100, PUAD);

/** Switches of sheet 10 that protect nothing: what each changes. */
describe('changes after 2008 that save time', () => {
  it('fixup-no-duplicates: one mapping takes one place', () => {
    const places = (on: boolean): number[] => {
      const l = new XenLab({
        era: 'A',
        vcpus: 2,
        entries: [at(0x30, 0, OLD)],
        switches: { 'fixup-no-duplicates': on },
      });
      l.run(0, load(vaOf(0x30, 0)), load(direct(0x30), 0));
      for (const v of [0, 1]) {
        l.begin(v, setEntry(0x30, 100 + v, EMPTY));
        l.until(v, 'sh_page_fault.lock');
      }
      for (const v of [0, 1]) l.finish(v);
      expect(l.broken).toEqual([]);
      return [0, 1].map((i) => l.x.fixupArrays[0]?.off(0, i) ?? -1);
    };
    expect(places(false)).toEqual([0x30, 0x30]);
    expect(places(true)).toEqual([0x30, 0]);
  });

  it('fast-emul-cleared: a fault that falls back is remembered again when it is emulated after all', () => {
    const remembered = (on: boolean): number => {
      const l = new XenLab({
        entries: [at(0x30, 0, OLD)],
        switches: { 'out-of-sync': false, 'fast-emul-cleared': on },
      });
      l.run(0, load(vaOf(0x30, 0)), load(direct(0x30), 0), setEntry(0x30, 9, e(0x109, PUAD)));
      // v1 lets the table go between two stores of v0, and brings it in sync again after v0 has fallen back.
      l.begin(0, setEntry(0x30, 10, e(0x10a, PUAD)));
      l.until(0, 'sh_page_fault.fault');
      l.run(1, { kind: 'switch', name: 'out-of-sync', on: true }, setEntry(0x30, 11, EMPTY));
      l.until(0, 'sh_page_fault.lock-first');
      l.run(1, { kind: 'switch', name: 'out-of-sync', on: false }, cr3());
      l.finish(0);
      expect(l.counter('shadow_fault_fast_emulate')).toBe(0);
      expect(l.broken).toEqual([]);
      return l.x.vcpu(0).get('lastWriteEmulOk');
    };
    expect([remembered(false), remembered(true)]).toEqual([0, 1]);
  });

  it('guess-any-vcpu: a resync of a page of another vCPU may guess', () => {
    /** HOW_* of the removal. */
    const how = (on: boolean): (string | undefined)[] => {
      const l = new XenLab({
        era: 'A',
        entries: [at(0x30, 0, OLD), ...otherPath(0x20, 0x30, 8, 0x31), at(0x31, 0, OLD)],
        switches: { fixups: false, 'guess-any-vcpu': on },
      });
      l.run(0, load(vaOf(0x30, 0)), load(direct(0x30), 0), setEntry(0x30, 9, EMPTY));
      l.fresh();
      // The table of vCPU 0 is an L2 on the way of vCPU 1: it must be in sync.
      l.run(1, load(word(0x80, 8 << 21)));
      expect(l.counter('shadow_resync')).toBe(1);
      expect(l.broken).toEqual([]);
      const removed = l
        .events('WriteAccessRemoved')
        .filter((line) => line.startsWith('WriteAccessRemoved 30 '));
      return removed.map((line) => line.split(' ').at(-1));
    };
    expect(how(false)).toEqual([String(HOW_BRUTE_FORCE)]);
    expect(how(true)).toEqual([String(HOW_DIRECT_MAP)]);
  });

  it('no-gnp: what the guest has not present is empty in the shadow, where tables may drift', () => {
    const neighbour = (era: string, on: boolean): string => {
      const l = new XenLab({ era, vcpus: 1, entries: [at(0x30, 0, OLD)], switches: { 'no-gnp': on } });
      l.run(0, load(vaOf(0x30, 0)), load(vaOf(0x30, 1)));
      expect(l.broken).toEqual([]);
      return l.shadow(0x30, 1).slice(0, 4);
    };
    expect([neighbour('U', false), neighbour('U', true), neighbour('F', true)]).toEqual([
      'ffff',
      '0',
      'ffff',
    ]);
  });

  it('early-unshadow-halves: a PAE guest that clears a table by halves is noticed', () => {
    const unshadowed = (on: boolean): number => {
      const mode = 'pae';
      const probe = new XenLab({ mode, vcpus: 1 });
      const { direct: see, vaOf: of } = probe.guest;
      const l = new XenLab({
        mode,
        vcpus: 1,
        entries: [at(0x30, 0, OLD)],
        switches: { 'out-of-sync': false, 'early-unshadow-halves': on },
      });
      const half = (bytes: number): GuestOp => {
        const { hi, lo } = see(0x30, 8);
        return { kind: 'store', va: word(hi, lo + bytes), value: EMPTY, width: 4, cpl: 0 };
      };
      l.run(0, load(of(0x30, 0)), ...[0, 4, 8, 12].map(half));
      expect(l.broken).toEqual([]);
      return l.counter('shadow_early_unshadow');
    };
    expect([unshadowed(false), unshadowed(true)]).toEqual([0, 1]);
  });
});
