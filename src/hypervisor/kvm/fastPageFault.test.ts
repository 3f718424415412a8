import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { call, cr0, D0, KvmLab, load, store, T2, user } from '../../testing/kvmLab';
import { MEM_LOG_DIRTY_PAGES } from './constants';

const at = (gfn: number): ReturnType<typeof word> => word(0, gfn << 12);
const LEAF = '200/l1/wux/direct/!wp';
const logOn = call('memslot', 0, 0, 0x400, 0, MEM_LOG_DIRTY_PAGES);
const FAST = 'fast_page_fault';

/** A guest without paging that has written D0, whose slot is logged from now on: the spte is write-blocked, (1,1,0). */
function blocked(options: ConstructorParameters<typeof KvmLab>[0] = {}): KvmLab {
  const lab = new KvmLab({ paging: false, ...options });
  lab.run(0, store(at(D0), word(0, 1), 0));
  lab.run(lab.host, logOn);
  expect(lab.bits(LEAF, 0)).toBe('e65');
  lab.fresh();
  return lab;
}

describe('the fast page fault of a guest without paging', () => {
  it.each(['linux-6.1', 'merged-3.6'])(
    '%s: opens what dirty logging blocked, without mmu_lock',
    (profile) => {
      const lab = blocked({ profile });
      lab.run(0, store(at(D0), word(0, 2), 0));
      expect(lab.bits(LEAF, 0)).toBe('e67');
      expect(lab.events('LockTaken')).toEqual([]);
      expect(lab.events('KvmFastPageFault')).toEqual([
        `KvmFastPageFault 0 0 200000 3 ${lab.page(LEAF).toString(16)} 0 0 200e65 0 200e67 0 1`,
      ]);
      expect(lab.counters('pf_taken', 'pf_fast', 'pf_fixed')).toEqual({
        pf_taken: 1,
        pf_fast: 1,
        pf_fixed: 1,
      });
      expect(lab.k.slots.dirty(D0)).toBe(true);
      expect(lab.broken).toEqual([]);
    },
  );

  it('finds nothing to fix where another vCPU was first', () => {
    const lab = blocked();
    lab.begin(0, store(at(D0), word(0, 2), 0));
    lab.until(0, `${FAST}.read`);
    lab.run(1, store(at(D0), word(0, 3), 0));
    lab.finish(0);
    expect(lab.counters('pf_fast', 'pf_spurious', 'pf_fixed')).toEqual({
      pf_fast: 2,
      pf_spurious: 1,
      pf_fixed: 1,
    });
  });

  it('6.1 reads again when the spte changed under it; 3.6 lets the access fault again', () => {
    for (const [profile, faults] of [
      ['linux-6.1', 1],
      ['merged-3.6', 2],
    ] as const) {
      const lab = blocked({ profile });
      lab.begin(0, store(at(D0), word(0, 2), 0));
      lab.until(0, `${FAST}.exchange`);
      lab.run(1, store(at(D0), word(0, 3), 0));
      // Opened by the other vCPU, and shut again: only the A bit tells. A harvest would wait with its flush for the walk to end.
      lab.machine.memory.write64(lab.page(LEAF), 0, 0, 0x200e45);
      lab.finish(0);
      expect([profile, lab.counter('pf_taken')]).toEqual([profile, faults + 1]);
      expect(lab.k.slots.dirty(D0)).toBe(true);
      expect(lab.bits(LEAF, 0)).toBe('e67');
    }
  });

  it('goes the slow way where the spte is not MMU-writable: the page is a table of another vCPU', () => {
    const lab = new KvmLab();
    lab.run(1, cr0(0x1_0001), load(at(T2), 0));
    lab.run(0, load(user(0)));
    lab.fresh();
    lab.run(1, store(word(0, (T2 << 12) + 0x18), word(0, 0), 0));
    expect(lab.events('KvmFastPageFault')).toEqual([]);
    expect(lab.counter('pf_emulate')).toBe(1);
  });

  it('is not tried for tables of a guest that pages', () => {
    const lab = new KvmLab();
    lab.run(0, store(user(0), word(0, 1)));
    lab.run(lab.host, logOn);
    lab.fresh();
    lab.run(0, store(user(0), word(0, 2)));
    expect(lab.events('KvmFastPageFault')).toEqual([]);
    expect(lab.events('LockTaken').length).toBe(1);
    expect(lab.k.slots.dirty(D0)).toBe(true);
  });
});

describe('a walk without mmu_lock', () => {
  const freeing = call('memslot', 0, 0, 0, 0, 0);

  it('makes whoever frees a table wait until it is over', () => {
    const lab = blocked();
    lab.begin(0, store(at(D0), word(0, 2), 0));
    lab.until(0, `${FAST}.read`);
    lab.step(0);
    lab.begin(lab.host, freeing);
    lab.until(lab.host, 'guest.leave');
    while (!lab.waits(lab.host)) lab.step(lab.host);
    expect(lab.where(lab.host)).toBe('kvm_flush_remote_tlbs.cpu');
    lab.until(0, 'kvm_page_fault.settled');
    lab.finish(lab.host);
    lab.finish(0);
    expect(lab.machine.memory.lo(D0, 0)).toBe(1);
    expect(lab.broken).toEqual([]);
  });

  it('without its guard stands on a table that is freed: I17', () => {
    const lab = blocked({ switches: { 'walk-guard': false } });
    lab.begin(0, store(at(D0), word(0, 2), 0));
    lab.until(0, `${FAST}.read`);
    lab.step(0);
    lab.run(lab.host, freeing);
    lab.check();
    expect(lab.broken).toContain('I17');
  });
});
