import { describe, expect, it } from 'vitest';
import type { Word } from '../../../base';
import {
  asText,
  cr3,
  direct,
  EMPTY,
  e,
  GNP,
  invlpg,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  XenLab,
} from '../../../testing/xenLab';

/** A lab whose table pages are used and in sync, and whose direct map the shadow knows. */
function lab(options: LabOptions, ...use: readonly Word[]): XenLab {
  const made = new XenLab(options);
  for (const va of use) made.run(0, load(va));
  for (const page of [0x30, 0x33]) made.run(0, load(direct(page), 0));
  expect(made.violations).toEqual([]);
  made.fresh();
  return made;
}

const at = (page: number, index: number, value: Word) => ({ page, index, value });

describe('the snapshot exchange (sheet 9.6)', () => {
  const scenario = (on: boolean): XenLab => {
    const l = lab(
      {
        switches: { 'snapshot-exchange': on },
        entries: [at(0x30, 7, e(0x700, PWUAD)), at(0x33, 9, e(0x701, PWUAD))],
      },
      vaOf(0x30, 7),
      vaOf(0x33, 9),
    );
    l.run(0, setEntry(0x30, 7, EMPTY), setEntry(0x33, 9, EMPTY), cr3());
    return l;
  };

  it('on: the punted page is compared with its own copy, and the mapping goes', () => {
    const l = scenario(true);
    expect(l.shadow(0x30, 7)).toBe(GNP);
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.events('Resynced')).toEqual([
      // 33 in slot 0, 30 in slot 1; each shadow holds its entry and the magic ones behind it, up to 31.
      'Resynced 33 0 20 1',
      'Resynced 30 0 20 1',
    ]);
    expect(l.violations).toEqual([]);
  });

  it('off: it is compared with the copy of nothing, found equal, and the mapping stays', () => {
    const l = scenario(false);
    expect(l.shadow(0x30, 7)).toBe(asText(e(0x700, PWUAD & ~0x40)));
    expect(l.entry(0x30, 7)).toBe(asText(EMPTY));
    expect(l.broken).toEqual(['I9', 'I1']);
    const first = l.violations.find((v) => v.violation.invariant === 'I1')?.violation;
    const smfn = l.shadowOf(0x30).toString(16);
    expect(first?.where).toBe(`shadow s${smfn}[007]`);
    expect(first?.says).toBe(
      `Broken: entry 007 of s${smfn} maps 0x700, but the guest's entry 007 of 0x030 does not map it any more.`,
    );
  });
});

describe('a resync with 3 of 512 changed (sheet 9.7)', () => {
  const CHANGED = [10, 20, 30];
  const scenario = (snapshots: boolean, era = 'U'): XenLab => {
    const entries = Array.from({ length: 512 }, (_, i) => at(0x30, i, e(0x1000 + i, PWUAD)));
    const l = new XenLab({ era, switches: { snapshots }, entries });
    // 16 demand faults fill the shadow: each brings 31 neighbours along.
    for (let i = 0; i < 512; i += 32) l.run(0, load(vaOf(0x30, i)));
    expect(l.counter('shadow_fault')).toBe(16);
    l.run(0, load(direct(0x30), 0));
    l.fresh();
    for (const i of CHANGED) l.run(0, setEntry(0x30, i, e(0x2000 + i, PUAD)));
    expect(l.counter('shadow_fault')).toBe(1);
    expect(l.slots(0)).toEqual([0x30, -1, -1]);
    l.run(0, cr3());
    return l;
  };

  it.each(['U', 'A'])('with snapshots: 512 compares, 3 derivations, era %s', (era) => {
    const l = scenario(true, era);
    expect(l.events('Resynced')).toEqual(['Resynced 30 0 200 3']);
    expect(l.events('ResyncCompared').filter((line) => line.endsWith(' 0'))).toEqual([
      'ResyncCompared 30 a 0',
      'ResyncCompared 30 14 0',
      'ResyncCompared 30 1e 0',
    ]);
    expect(l.events('ShadowEntrySet').filter((line) => line.endsWith(' 2'))).toHaveLength(3);
    expect(
      l.counters(
        'shadow_unsync',
        'shadow_resync',
        'shadow_writeable_h_7',
        'shadow_writeable_bf_1',
        'shadow_validate_gl1e_calls',
      ),
    ).toEqual({ shadow_unsync: 1, shadow_resync: 1, shadow_writeable_h_7: 1 });
    // One flush of both vCPUs because the mapping went, then the local one of the CR3 load.
    expect(l.events('TlbFlushed')).toEqual([
      'TlbFlushed 0 2 0 0',
      'TlbFlushed 1 2 0 0',
      'TlbFlushed 0 2 0 0',
    ]);
    for (const i of CHANGED) expect(l.shadow(0x30, i)).toBe(asText(e(0x2000 + i, PUAD & ~0x40)));
    expect(l.shadow(0x30, 11)).toBe(asText(e(0x100b, PWUAD & ~0x40)));
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.writable(0x30)).toBe(false);
    expect(l.violations).toEqual([]);
  });

  it('without: 512 derivations, and the same end', () => {
    const l = scenario(false);
    expect(l.events('Resynced')).toEqual(['Resynced 30 0 0 200']);
    expect(l.events('ResyncCompared', 'SnapshotTaken')).toEqual([]);
    expect(l.events('ShadowEntrySet').filter((line) => line.endsWith(' 2'))).toHaveLength(3);
    for (const i of CHANGED) expect(l.shadow(0x30, i)).toBe(asText(e(0x2000 + i, PUAD & ~0x40)));
    expect(l.violations).toEqual([]);
  });
});

describe('INVLPG on a table out of sync (sheet 9.9)', () => {
  const A = e(0x400, PWUAD);
  const B = e(0x401, PWUAD);
  const va7 = vaOf(0x30, 7);
  const scenario = (): XenLab => {
    const l = lab({ entries: [at(0x30, 7, A), at(0x30, 8, e(0x402, PWUAD))] }, va7);
    l.run(1, load(va7));
    l.run(0, setEntry(0x30, 7, B), setEntry(0x30, 8, EMPTY));
    l.fresh();
    l.run(0, invlpg(va7));
    return l;
  };

  it('blanks the one entry, under the lock, and the processor forgets the page', () => {
    const l = scenario();
    expect(l.shadow(0x30, 7)).toBe('0');
    expect(l.shadow(0x30, 8)).toBe(asText(e(0x402, PWUAD & ~0x40)));
    expect(l.events('ShadowEntrySet', 'LockTaken', 'LockReleased', 'TlbFlushed')).toEqual([
      'LockTaken 0',
      `ShadowEntrySet 1 ${l.shadowOf(0x30).toString(16)} 7 0 0 4`,
      'LockReleased 0',
      `TlbFlushed 0 0 ${va7.hi.toString(16)} ${(va7.lo >>> 0).toString(16)}`,
    ]);
    expect(l.counters('shadow_invlpg', 'shadow_resync', 'shadow_invlpg_fault')).toEqual({ shadow_invlpg: 1 });
    expect(l.slots(0)).toEqual([0x30, -1, -1]);
  });

  it('the other vCPU may still use the old translation, until it flushes', () => {
    const l = scenario();
    const slot = l.machine.tlb.lookup(1, va7.hi, va7.lo);
    expect(l.machine.tlb.frame(slot, va7.hi, va7.lo)).toBe(0x400);
    expect(l.machine.tlb.lookup(0, va7.hi, va7.lo)).toBe(-1);
  });

  it('the next use derives the new entry into shadow and snapshot; the others stay stale', () => {
    const l = scenario();
    l.run(0, load(va7));
    expect(l.shadow(0x30, 7)).toBe(asText(e(0x401, (PWUAD & ~0x40) | 0x20)));
    expect(l.entry(l.snapshots(0)[0] as number, 7)).toBe(asText(B));
    expect(l.shadow(0x30, 8)).toBe(asText(e(0x402, PWUAD & ~0x40)));
    expect(l.slots(0)).toEqual([0x30, -1, -1]);
    expect(l.violations).toEqual([]);
  });

  it('in sync, or where nothing is shadowed, the shadow stays as it is', () => {
    const l = lab({ entries: [at(0x30, 7, A)] }, va7);
    l.run(0, invlpg(va7));
    expect(l.shadow(0x30, 7)).toBe(asText(e(0x400, PWUAD & ~0x40)));
    expect(l.events('TlbFlushed')).toHaveLength(1);
    l.fresh();
    l.run(0, invlpg(vaOf(0x36, 0)));
    expect(l.events('TlbFlushed', 'ShadowEntrySet')).toEqual([]);
  });
});

describe('a value that comes and goes (sheet 9.14)', () => {
  const va7 = vaOf(0x30, 7);
  const scenario = (on: boolean): XenLab => {
    const l = lab(
      { switches: { 'snapshot-update-fault': on }, entries: [at(0x30, 0, e(0x400, PUAD))] },
      vaOf(0x30, 0),
    );
    l.run(0, setEntry(0x30, 7, e(0x5555, PWUAD)), invlpg(va7), load(va7));
    expect(l.shadow(0x30, 7)).toBe(asText(e(0x5555, PWUAD)).replace(/67$/, '27'));
    l.run(0, setEntry(0x30, 7, EMPTY), cr3());
    return l;
  };

  it('on: the snapshot knows what was installed, so the resync sees the change', () => {
    const l = scenario(true);
    expect(l.shadow(0x30, 7)).toBe(GNP);
    expect(l.violations).toEqual([]);
  });

  it('off: the resync compares nothing with nothing, and the mapping survives', () => {
    const l = scenario(false);
    expect(l.shadow(0x30, 7)).toBe(asText(e(0x5555, PWUAD)).replace(/67$/, '27'));
    expect(l.broken).toEqual(['I9', 'I1']);
  });

  it('the same through a prefetch', () => {
    const prefetch = (on: boolean): XenLab => {
      const l = lab(
        { switches: { 'snapshot-update-prefetch': on }, entries: [at(0x30, 20, e(0x400, PUAD))] },
        vaOf(0x30, 20),
      );
      l.run(0, setEntry(0x30, 6, e(0x5554, PUAD)), setEntry(0x30, 7, e(0x5555, PUAD)));
      l.run(0, load(vaOf(0x30, 6)), setEntry(0x30, 7, EMPTY), cr3());
      return l;
    };
    expect(prefetch(true).violations).toEqual([]);
    expect(prefetch(true).shadow(0x30, 7)).toBe(GNP);
    expect(prefetch(false).broken).toEqual(['I9', 'I1']);
  });
});

describe('a CR3 load and the tables of others (sheet 5.12, 9.8)', () => {
  it('refreshes contents, and leaves the page out of sync with its owner', () => {
    const l = lab({ entries: [at(0x30, 7, e(0x400, PUAD))] }, vaOf(0x30, 7));
    l.run(0, setEntry(0x30, 7, e(0x401, PUAD)));
    l.run(1, cr3());
    expect(l.events('Refreshed', 'Resynced', 'ResyncSkipped')).toEqual(['Refreshed 30 0 20 1']);
    expect(l.shadow(0x30, 7)).toBe(asText(e(0x401, PUAD & ~0x40)));
    expect(l.slots(0)).toEqual([0x30, -1, -1]);
    expect(l.writable(0x30)).toBe(true);
    expect(l.violations).toEqual([]);
    expect(l.counter('shadow_resync')).toBe(0);
  });

  it('skips what cannot be reached from the new top table, unless L3s may be top levels', () => {
    const T1 = 0x18;
    const run = (l3TopLevel: boolean): XenLab => {
      const l = lab({ l3TopLevel, entries: [at(0x30, 0, e(0x400, PUAD))] }, vaOf(0x30, 0));
      // T1 has the kernel's half of T, and nothing of the user's.
      l.machine.memory.write64(T1, 0x102, l.machine.memory.hi(T, 0x102), l.machine.memory.lo(T, 0x102));
      l.run(1, cr3(T1), load(direct(0x31), 0));
      l.run(0, setEntry(0x30, 0, EMPTY));
      l.fresh();
      l.run(1, cr3(T1));
      return l;
    };
    const skipped = run(false);
    expect(skipped.events('Refreshed', 'ResyncSkipped')).toEqual(['ResyncSkipped 1 30 0']);
    expect(skipped.shadow(0x30, 0)).toBe(asText(e(0x400, PUAD & ~0x40)));
    skipped.run(1, cr3(T));
    expect(skipped.shadow(0x30, 0)).toBe(GNP);
    expect(skipped.slots(0)).toEqual([0x30, -1, -1]);
    expect(skipped.violations).toEqual([]);

    expect(run(true).events('Refreshed', 'ResyncSkipped')).toEqual(['Refreshed 30 0 20 1']);
  });

  it('flushes only the vCPU that loads, when nothing had to be write-protected', () => {
    const l = lab({});
    l.run(1, cr3());
    expect(l.events('TlbFlushed')).toEqual(['TlbFlushed 1 2 0 0']);
    expect(l.events('ControlRegisterLoaded')).toEqual([
      `ControlRegisterLoaded 1 3 0 ${(T << 12).toString(16)}`,
    ]);
  });

  it('protects a new top table that the guest can write', () => {
    const T1 = 0x34;
    const l = lab({});
    l.run(1, store(direct(T1, 0), e(0x11, PWUAD), 0));
    expect(l.writable(T1)).toBe(true);
    l.fresh();
    l.run(0, cr3(T1));
    expect(l.writable(T1)).toBe(false);
    expect(l.counters('shadow_writeable', 'shadow_writeable_h_4', 'shadow_writeable_bf')).toEqual({
      shadow_writeable: 1,
      shadow_writeable_h_4: 1,
    });
    expect(l.events('TlbFlushed')).toHaveLength(3);
    expect(l.violations).toEqual([]);
  });

  it('of a frame that does not exist crashes the domain', () => {
    const l = lab({});
    l.run(0, cr3(0x7000));
    expect(l.x.domain.get('crashed')).toBe(1);
    expect(l.events('DomainCrashed')).toHaveLength(1);
  });
});
