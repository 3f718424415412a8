import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { D0, D1, e, KvmLab, load, PWU, PWUAD, setEntry, T1, T2, user } from '../../testing/kvmLab';

/** What Linux 3.6 did otherwise on the slow way (sheet 4.9), beside 6.1. */

const both = (play: (lab: KvmLab) => void): readonly KvmLab[] =>
  ['linux-6.1', 'merged-3.6'].map((profile) => {
    const lab = new KvmLab({ profile });
    play(lab);
    expect(lab.broken).toEqual([]);
    return lab;
  });

/** An address whose entry of T2 names T2 itself: so its frame is a table of level 1 too, and entry 2 maps T1. */
const THROUGH_T2 = word(0, (3 << 21) + (2 << 12));

describe('3.6 beside 6.1', () => {
  it('a frame that becomes an upper-level table while it is unsync: synchronised, where 6.1 zaps', () => {
    const [now, then] = both((lab) => {
      // T1 is unsync, and then named by an entry of T3: as a table of level 2. What it maps serves as a table below.
      lab.machine.memory.write64(D0, 0, 0, (D1 << 12) | 7);
      lab.run(0, load(user(0)), setEntry(T1, 5, e(D1, PWUAD)));
      lab.fresh();
      lab.run(1, setEntry(0x101, 1, e(T1, PWU)), load(word(0, 0x4000_0000)));
    });
    expect(now?.events('KvmPrepareZapPage').length).toBeGreaterThan(0);
    expect(then?.pages()).toContain('103/l1/wux');
    expect(now?.pages()).not.toContain('103/l1/wux');
  });

  it('an emulated store to a table of both levels makes the level-1 entry anew, where 6.1 only drops it', () => {
    const [now, then] = both((lab) => {
      lab.run(0, load(user(0)), setEntry(T2, 3, e(T2, PWUAD)), load(THROUGH_T2));
      lab.fresh();
      lab.run(0, setEntry(T2, 7, e(D0, PWUAD)));
    });
    expect(now?.counters('mmu_pte_write', 'mmu_pte_updated')).toEqual({ mmu_pte_write: 1 });
    expect(then?.counters('mmu_pte_write', 'mmu_pte_updated')).toEqual({
      mmu_pte_write: 1,
      mmu_pte_updated: 1,
    });
  });

  it('a store to an upper-level table is found out when its spte is made: under mmu_lock, which 6.1 does not take', () => {
    const [now, then] = both((lab) => {
      lab.run(0, load(user(0)));
      lab.run(0, load(word(0x80, T2 << 12), 0));
      lab.fresh();
      lab.run(0, setEntry(T2, 9, e(D0, PWUAD)));
    });
    expect(now?.counter('pf_emulate')).toBe(1);
    expect(then?.counter('pf_emulate')).toBe(1);
    expect(now?.events('KvmSpteRequested')).toEqual([]);
    expect(then?.events('KvmSpteRequested').length).toBe(1);
  });

  it('a fault that finds everything right counts as fixed', () => {
    const [now, then] = both((lab) => {
      lab.begin(0, load(user(0)));
      lab.until(0, 'kvm_page_fault.lock');
      lab.run(1, load(user(0)));
      lab.finish(0);
    });
    expect(now?.counters('pf_fixed', 'pf_spurious')).toEqual({ pf_fixed: 1, pf_spurious: 1 });
    expect(then?.counters('pf_fixed', 'pf_spurious')).toEqual({ pf_fixed: 2 });
  });
});
