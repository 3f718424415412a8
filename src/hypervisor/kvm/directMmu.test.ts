import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import {
  CR0_OFF,
  CR0_ON,
  call,
  cr0,
  D0,
  invlpg,
  KvmLab,
  load,
  setEntry,
  store,
  T1,
  T2,
  user,
} from '../../testing/kvmLab';
import { MEM_LOG_DIRTY_PAGES } from './constants';

/** A guest-physical address, as a guest without paging uses it. */
const at = (gfn: number): ReturnType<typeof word> => word(0, gfn << 12);
const DIRECT = '/direct/!wp';

describe('a guest that runs without paging', () => {
  it('gets four direct roots and pages that map its memory linearly; no guest table is read', () => {
    const lab = new KvmLab({ paging: false, vcpus: 1 });
    expect(lab.pages()).toEqual(['0', '40000', '80000', 'c0000'].map((g) => `${g}/l2/wux${DIRECT}`));
    lab.run(0, store(at(D0), word(0, 7), 0));
    expect(lab.pages().at(-1)).toBe(`200/l1/wux${DIRECT}`);
    expect(lab.bits(`200/l1/wux${DIRECT}`, 0)).toBe('e67');
    expect(lab.machine.memory.lo(D0, 0)).toBe(7);
    expect(lab.events('KvmPagetableWalk', 'KvmPagingElement', 'KvmUnsyncPage')).toEqual([]);
    expect(lab.counters('pf_taken', 'pf_fixed', 'pf_spurious')).toEqual({ pf_taken: 1, pf_fixed: 1 });
    lab.run(0, store(at(D0 + 1), word(0, 8), 0));
    // The group of eight was prefetched.
    expect(lab.counter('pf_taken')).toBe(1);
    expect(lab.broken).toEqual([]);
  });

  it('goes from tables to none and back by MOV CR0: other roots, and pages of both kinds for one frame', () => {
    const lab = new KvmLab({ vcpus: 1 });
    lab.run(0, load(user(0)), cr0(CR0_OFF), load(at(D0), 0));
    expect(lab.pages()).toContain(`200/l1/wux${DIRECT}`);
    expect(lab.pages()).toContain('103/l1/wux');
    expect(lab.k.direct(0)).toBe(true);
    lab.run(0, cr0(CR0_ON), load(user(0)));
    expect(lab.k.direct(0)).toBe(false);
    expect(lab.machine.vcpu(0).get('outcome')).toBe(0);
    expect(lab.broken).toEqual([]);
  });

  it('writes the tables of a vCPU that pages: unsync for a page table, emulated for one above', () => {
    const lab = new KvmLab();
    lab.run(1, cr0(CR0_OFF));
    lab.run(0, load(user(0)));
    lab.fresh();
    lab.run(1, store(at(T1), word(0, 0), 0));
    expect(lab.events('KvmUnsyncPage').length).toBe(1);
    lab.run(1, store(word(0, (T2 << 12) + 0x18), word(0, 0), 0));
    expect(lab.counter('mmu_pte_write')).toBe(1);
    expect(lab.events('KvmPagetableWalk')).toEqual([]);
    expect(lab.broken).toEqual([]);
  });

  it('INVLPG and MOV CR3 leave its shadow alone', () => {
    const lab = new KvmLab({ paging: false, vcpus: 1 });
    lab.run(0, load(at(D0), 0));
    const pages = lab.pages();
    lab.run(0, invlpg(at(D0)), { kind: 'cr3', value: word(0, 0x5000) }, load(at(D0), 0));
    expect(lab.pages().toSorted()).toEqual(pages.toSorted());
    expect(lab.counter('pf_taken')).toBe(1);
  });

  it('has its frames logged by the slow path where nothing was mapped yet', () => {
    const lab = new KvmLab({ paging: false, vcpus: 1 });
    lab.run(lab.host, call('memslot', 0, 0, 0x400, 0, MEM_LOG_DIRTY_PAGES));
    lab.run(0, store(at(D0), word(0, 7), 0));
    expect(lab.k.slots.dirty(D0)).toBe(true);
    expect(lab.k.slots.dirty(D0 + 1)).toBe(false);
  });

  it('keeps the tables of another vCPU protected while it begins to use them', () => {
    const lab = new KvmLab();
    lab.run(1, cr0(CR0_OFF), store(at(T2), word(0, 0), 0));
    expect(lab.bits(`0/l1/wux${DIRECT}`, T2)).toBe('e67');
    lab.run(0, load(user(0)), setEntry(T1, 5, word(0, 0)));
    expect(lab.bits(`0/l1/wux${DIRECT}`, T2)).toBe('a65');
    expect(lab.broken).toEqual([]);
  });
});
