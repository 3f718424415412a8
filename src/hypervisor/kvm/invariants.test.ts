import { describe, expect, it } from 'vitest';
import type { Violation } from '../../kernel';
import {
  cr3,
  D0,
  D1,
  e,
  KvmLab,
  load,
  PWU,
  PWUA,
  PWUAD,
  setEntry,
  store,
  T1,
  user,
} from '../../testing/kvmLab';
import { dataFrame, shadowEntry, shadowTable } from '../entity';
import { kvmInvariants } from './invariants';
import { sptePointer } from './pteList';

/** Pages of the guest's path to its data: T1 behind the entry of T2. */
const LEAVES = '103/l1/wux';
const ABOVE = '102/l2/wux';
/** Entry of T2 that names T1. */
const T2_T1 = 2;

/** What an invariant says about a lab, without its "Broken: ". */
function says(lab: KvmLab, name: string): string[] {
  const invariant = kvmInvariants.find((i) => i.name === name);
  if (invariant === undefined) throw new Error(`there is no invariant ${name}`);
  const check = invariant.check as (part: unknown) => readonly Violation[];
  return check(lab.k).map((v) => `${v.where}: ${v.says.replace('Broken: ', '')}`);
}

/** vCPU 0 has read D0, through a page in sync. */
function lab(vcpus = 1): KvmLab {
  const l = new KvmLab({ vcpus });
  l.run(0, load(user(0)));
  expect(l.broken).toEqual([]);
  return l;
}

/** As if vCPU 0 had flushed everything, and nobody had synchronised anything. */
function flushAndForget({ k }: KvmLab): void {
  k.flushWitness.beginAll(0);
  k.flushWitness.endAll(0);
}

describe('each invariant finds what it is for', () => {
  it('I7: entries and parents that disagree', () => {
    const l = lab();
    const [leaves, above] = [l.page(LEAVES), l.page(ABOVE)];
    const unknown = `${shadowEntry(above, T2_T1)}: an entry names a table that does not know of it.`;
    expect(says(l, 'I7')).toEqual([]);
    l.k.pages.set(leaves, 'parents', 0);
    expect(says(l, 'I7')).toEqual([unknown]);
    l.k.pages.set(leaves, 'parents', sptePointer(above, T2_T1 + 1));
    expect(says(l, 'I7')).toEqual([
      unknown,
      `${shadowTable(leaves)}: a page counts an entry as its parent that does not name it.`,
    ]);
  });

  it('I12: a page that is unsync below a root that was just synchronised', () => {
    const l = lab();
    const leaves = l.page(LEAVES);
    l.run(0, setEntry(T1, 5, e(D1, PWUAD)));
    expect(l.k.pages.get(leaves, 'unsync')).toBe(1);
    expect(says(l, 'I12')).toEqual([]); // not synchronised since
    l.run(0, cr3());
    expect(says(l, 'I12')).toEqual([]);
    l.k.pages.set(leaves, 'unsync', 1);
    expect(says(l, 'I12')).toEqual([
      `${shadowTable(leaves)}: vCPU 0 has synchronised everything below its root, but ${l.k.describe(leaves)} is unsync.`,
    ]);
  });

  it('I15: an spte of an unsync page that a flush should have taken away', () => {
    const l = lab();
    const stale = shadowEntry(l.page(LEAVES), 0);
    l.run(0, setEntry(T1, 0, e(D1, PWUAD)));
    expect(says(l, 'I15')).toEqual([]); // as old as a TLB's may be
    flushAndForget(l);
    expect(says(l, 'I15')).toEqual([
      `${stale}: vCPU 0 can still use what was there before its last flush: an spte made from a guest entry that was changed before that.`,
    ]);
    l.run(0, cr3());
    expect(says(l, 'I15')).toEqual([]); // brought in line
  });

  it('I16: a guest entry that is not marked for an access', () => {
    const missing = `${dataFrame(T1)}: vCPU 0 has made an access, but the guest’s entry is not marked for it, nor was it since the last flush.`;
    for (const [op, cleared] of [
      [load(user(0)), PWU],
      [store(user(0), e(0, 7)), PWUA],
    ] as const) {
      const l = lab();
      l.run(0, op);
      // The guest clears the mark and does not flush: what the TLB holds may still be used, and marks nothing.
      l.machine.memory.write64(T1, 0, 0, e(D0, cleared).lo);
      l.run(0, op);
      expect(says(l, 'I16')).toEqual([]);
      flushAndForget(l);
      l.run(0, op);
      expect(says(l, 'I16')).toEqual([missing]);
    }
  });

  it('I20: an exit without an entry, of the vCPU that has just moved', () => {
    const l = lab(2);
    expect(says(l, 'I20')).toEqual([]);
    l.k.vcpu(0).leaveGuest();
    expect(says(l, 'I20')).toEqual([
      'mmu_lock: vCPU 0 counts 1 exits more than entries, and is in its guest: 0 was expected.',
    ]);
    l.run(1, load(user(0)));
    expect(says(l, 'I20')).toEqual([]);
  });

  it('I21: a root that miscounts its users, or is gone', () => {
    const l = lab(2);
    const root = l.k.vcpu(0).get('root');
    expect(says(l, 'I21')).toEqual([]);
    l.k.pages.set(root, 'rootCount', 1);
    expect(says(l, 'I21')).toEqual([
      `${shadowTable(root)}: ${l.k.describe(root)} has root count 1, but is a root 2 times.`,
    ]);
    l.k.pages.set(root, 'used', 0);
    expect(says(l, 'I21')).toEqual([`${shadowTable(root)}: a root in use has been freed.`]);
  });
});
