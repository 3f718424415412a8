import { describe, expect, it } from 'vitest';
import { D, P, U, W } from '../../machine';
import {
  cr3,
  direct,
  EMPTY,
  e,
  K,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { xenInvariants } from './invariants';
import { SHF_OOS_MAY_WRITE, SHF_OUT_OF_SYNC } from './types';

/** 0x30 is out of sync with vCPU 0, 0x33 in sync; both map data at entries 000 and 001. */
function lab(options: LabOptions = {}): XenLab {
  const entries = [0x30, 0x33].flatMap((page) =>
    [0, 1].map((index) => ({ page, index, value: e(0x200 + index, PWUAD) })),
  );
  const l = new XenLab({ ...options, entries });
  l.run(0, load(vaOf(0x30, 0)), load(vaOf(0x33, 0)), load(direct(0x30), 0), load(direct(0x33), 0));
  l.run(0, setEntry(0x30, 9, EMPTY));
  l.check();
  expect(l.violations).toEqual([]);
  return l;
}

/** What an invariant says about a lab, without its "Broken: ". */
function says(l: XenLab, name: string): string[] {
  const found = xenInvariants.find((i) => i.name === name)?.check(l.x) ?? [];
  return found.map((v) => `${v.where}: ${v.says.replace('Broken: ', '')}`);
}

const sname = (smfn: number): string => `s${smfn.toString(16)}`;

describe('each invariant finds what it is for', () => {
  it('I1: a table in sync that grants more than the guest’s', () => {
    const l = lab();
    const smfn = l.shadowOf(0x33);
    l.machine.memory.write64(0x33, 0, 0, e(0x200, PUAD).lo);
    l.machine.memory.write64(smfn, 1, 0, e(0x201, P | W | U).lo);
    l.machine.memory.write64(0x33, 1, 0, e(0x201, PWUAD & ~D).lo);
    l.machine.memory.write64(0x33, 5, 0, e(0x201, PUAD).lo);
    expect(says(l, 'I1')).toEqual([
      `shadow ${sname(smfn)}[000]: entry 000 of ${sname(smfn)} maps 0x200 writable, but the guest took the permission away.`,
      `shadow ${sname(smfn)}[001]: entry 001 of ${sname(smfn)} maps 0x201 writable, but the guest took the permission away.`,
      `shadow ${sname(smfn)}[005]: entry 005 of ${sname(smfn)} says that the guest has nothing there, but it has.`,
    ]);
    l.machine.memory.write64(0x33, 0, 0, e(0x300, PWUAD).lo);
    expect(says(l, 'I1')[0]).toContain("maps 0x200, but the guest's entry 000 of 0x033 leads elsewhere.");
    expect(says(l, 'I9')).toEqual([]);
  });

  it('I1 does not speak of tables out of sync', () => {
    const l = lab();
    l.machine.memory.write64(0x30, 0, 0, 0);
    expect(says(l, 'I1')).toEqual([]);
  });

  it('I2: a mapping through which a table in sync can be written', () => {
    const l = lab();
    const sK = l.shadowOf(K);
    l.machine.memory.write64(sK, 0x33, 0, l.machine.memory.lo(sK, 0x33) | W);
    l.x.guest.addWriters(0x33, 1);
    expect(says(l, 'I2')).toEqual([
      `shadow ${sname(sK)}[033]: entry 033 of ${sname(sK)} maps 0x033 writable, but that is a page table in sync.`,
      'guest 0x033: the type count of 0x033 is 1, but it is a page table in sync, which nothing may map writable.',
    ]);
  });

  it('I3: a translation through which a table in sync can be written', () => {
    const l = lab();
    const va = direct(0x33);
    l.machine.tlb.fill(1, va.hi, va.lo, 0x33, 12, W | D);
    expect(says(l, 'I3')).toEqual([
      'tlb 1 0x033: the TLB of vCPU 1 still lets it write 0x033, but that is a page table in sync.',
    ]);
  });

  it('I4: one mark without the other', () => {
    const l = lab();
    l.x.guest.setFlags(0x30, l.x.guest.flags(0x30) & ~SHF_OOS_MAY_WRITE);
    l.x.guest.setFlags(0x33, l.x.guest.flags(0x33) | SHF_OOS_MAY_WRITE);
    expect(says(l, 'I4')).toEqual([
      'guest 0x030: frame 0x030 is out of sync, but may not be written.',
      'guest 0x033: frame 0x033 may be written, but is not marked out of sync.',
    ]);
  });

  it('I5: a table of two levels that is out of sync', () => {
    const l = lab();
    l.x.guest.setFlags(0x30, l.x.guest.flags(0x30) | (1 << 10));
    expect(says(l, 'I5')).toEqual([
      'guest 0x030: frame 0x030 is out of sync, but is not shadowed as one L1 table alone.',
    ]);
  });

  it('I6: marks and slots that disagree', () => {
    const l = lab();
    l.x.vcpu(0).oos.setPage(2, 0x33);
    expect(says(l, 'I6')).toEqual([
      'oos 0[2]: slot 2 of vCPU 0 holds 0x033, which is not out of sync.',
      'oos 0[2]: slot 2 of vCPU 0 holds 0x033, whose home is slot 0.',
    ]);
    l.x.vcpu(0).oos.setPage(2, -1);
    l.x.vcpu(1).oos.setPage(0, 0x30);
    expect(says(l, 'I6')).toEqual(['oos 1[0]: slot 0 of vCPU 1 holds 0x030, and so does slot 0 of vCPU 0.']);
    l.x.vcpu(1).oos.setPage(0, -1);
    l.x.vcpu(0).oos.setPage(0, -1);
    expect(says(l, 'I6')).toEqual(['guest 0x030: frame 0x030 is out of sync, but is in no slot.']);
  });

  it('I7: three pages of one home', () => {
    const l = lab();
    [0x30, 0x33, 0x36].forEach((page, slot) => {
      l.x.vcpu(0).oos.setPage(slot, page);
    });
    expect(says(l, 'I7')).toEqual(['oos 0[2]: the table of vCPU 0 holds three pages whose home is slot 0.']);
  });

  it('I8: a writable mapping that no fixup knows', () => {
    const l = lab({ era: 'A' });
    l.x.fixupArrays[0]?.clear(0);
    const sK = l.shadowOf(K);
    expect(says(l, 'I8')).toEqual([
      `shadow ${sname(sK)}[030]: entry 030 of ${sname(sK)} maps the out-of-sync page 0x030 writable, but no fixup of its slot says so.`,
    ]);
    const u = lab({ era: 'U' });
    u.x.fixupTables[0]?.setUsed(false);
    expect(says(u, 'I8')).toEqual([]);
  });

  it('I9 and I10: a snapshot that is not what the shadow was made from', () => {
    const l = lab();
    const smfn = l.shadowOf(0x30);
    const snapshot = l.snapshots(0)[0] as number;
    l.machine.memory.write64(snapshot, 0, 0, e(0x222, PWUAD).lo);
    l.machine.memory.write64(snapshot, 1, 0, e(0x201, PUAD).lo);
    l.machine.memory.write64(snapshot, 5, 0, e(0x201, PUAD).lo);
    const copy = `the snapshot of 0x030 in ${sname(snapshot)}`;
    expect(says(l, 'I9')).toEqual([
      `shadow ${sname(smfn)}[000]: entry 000 of ${sname(smfn)} maps 0x200, which was not derived from ${copy}.`,
      `shadow ${sname(smfn)}[005]: entry 005 of ${sname(smfn)} is known not present, but ${copy} has an entry there.`,
    ]);
    expect(says(l, 'I10')).toEqual([
      `shadow ${sname(smfn)}[001]: entry 001 of ${sname(smfn)} maps 0x201 writable, but ${copy} does not allow that.`,
    ]);
    l.x.vcpu(1).oos.setSnapshot(1, snapshot);
    expect(says(l, 'I9')[0]).toBe(
      `shadow ${sname(snapshot)}: snapshot page ${sname(snapshot)} belongs to slot 1 of vCPU 1 and to slot 0 of vCPU 0.`,
    );
  });

  it('I12: an upper entry that is not what the guest’s says', () => {
    const l = lab();
    const l2 = l.shadowOf(0x12, 10);
    l.machine.memory.write64(0x12, 0x41, 0, e(0x33, P | W | U | 0x20).lo);
    expect(says(l, 'I12')).toEqual([
      `shadow ${sname(l2)}[041]: entry 041 of ${sname(l2)} leads to ${sname(l.shadowOf(0x30))}, the shadow of 0x030, but the guest's entry names 0x033.`,
    ]);
    l.machine.memory.write64(0x12, 0x41, 0, 0);
    expect(says(l, 'I12')).toEqual([
      `shadow ${sname(l2)}[041]: entry 041 of ${sname(l2)} maps ${sname(l.shadowOf(0x30))}, but the guest's entry 041 of 0x012 does not map it any more.`,
    ]);
  });

  it('I13: counts that do not count', () => {
    const l = lab();
    const smfn = l.shadowOf(0x30);
    l.x.pages.setCount(smfn, 2);
    l.x.guest.addWriters(0x200, 1);
    l.x.guest.addRefs(0x201, -1);
    expect(says(l, 'I13')).toEqual([
      `shadow ${sname(smfn)}: ${sname(smfn)} counts 2 references, but 1 were found.`,
      'guest 0x200: the type count of 0x200 is 3, but 2 writable mappings were found.',
      'guest 0x201: frame 0x201 counts 1 references, but 2 were found.',
    ]);
  });

  it('I14: an up-pointer that leads astray', () => {
    const l = lab();
    const smfn = l.shadowOf(0x30);
    l.x.pages.setUp(smfn, l.shadowOf(0x12, 10), 3);
    expect(says(l, 'I14')).toHaveLength(1);
    l.x.pages.clearUp(smfn);
    expect(says(l, 'I14')).toEqual([]);
  });

  it('I15: a shadow that the hash does not find, or that its page does not know', () => {
    const l = lab();
    const smfn = l.shadowOf(0x30);
    l.x.hash.delete(0x30, 8, smfn);
    expect(says(l, 'I15')).toEqual([`shadow ${sname(smfn)}: ${sname(smfn)} is not in the hash.`]);
    l.x.hash.insert(0x30, 8, smfn);
    l.x.guest.setFlags(0x30, SHF_OUT_OF_SYNC | SHF_OOS_MAY_WRITE);
    expect(says(l, 'I15')).toEqual([
      `guest 0x030: ${sname(smfn)} is the l1_64 shadow of 0x030, which is not marked as one.`,
    ]);
  });

  it('I16: a walk that has seen a version still to come', () => {
    const l = lab();
    l.x.vcpu(1).gw.start(5, 0, 0);
    expect(says(l, 'I16')).toEqual([
      'version of vCPU 1: the walk of vCPU 1 has recorded version 5, but the version is 0.',
    ]);
  });

  describe('I11: what was there before a flush', () => {
    /** 0x30[0] has lost its entry while the table is out of sync; the shadow has it still. */
    const stale = (): XenLab => {
      const l = lab();
      l.run(0, setEntry(0x30, 0, EMPTY));
      return l;
    };
    const entry = (l: XenLab): string =>
      `shadow ${sname(l.shadowOf(0x30))}[000]: vCPU 1 can still use what was there before its last flush: entry 000 of ${sname(l.shadowOf(0x30))} maps 0x200 by a guest entry that was changed before that.`;

    it('is allowed until the flush', () => {
      expect(says(stale(), 'I11')).toEqual([]);
    });

    it('is found after it, for the vCPU that has flushed', () => {
      const l = stale();
      l.x.flushWitness.beginAll(1);
      expect(says(l, 'I11')).toEqual([]); // not over yet
      l.x.flushWitness.endAll(1);
      expect(says(l, 'I11')).toEqual([entry(l)]);
    });

    it('is found after INVLPG of the address, and of no other', () => {
      const l = stale();
      const flush = (va: ReturnType<typeof vaOf>): void => {
        l.x.flushWitness.beginPage(1, va.hi, va.lo);
        l.x.flushWitness.endPage(1);
      };
      flush(vaOf(0x30, 1));
      flush(vaOf(0x33, 0));
      expect(says(l, 'I11')).toEqual([]);
      flush(vaOf(0x30, 0));
      expect(says(l, 'I11')).toEqual([entry(l)]);
    });

    it('is no matter if the entry was there at some moment since', () => {
      const l = stale();
      l.run(0, setEntry(0x30, 0, e(0x200, PWUAD)));
      l.x.flushWitness.beginAll(1);
      l.x.flushWitness.endAll(1);
      l.run(0, setEntry(0x30, 0, EMPTY), setEntry(0x30, 0, e(0x222, PUAD)));
      expect(says(l, 'I11')).toEqual([]);
    });

    it('is no matter to a vCPU that cannot get there', () => {
      const l = stale();
      l.x.flushWitness.beginAll(1);
      l.x.flushWitness.endAll(1);
      const l2 = l.shadowOf(0x12, 10);
      l.machine.memory.write64(l2, 0x41, 0, 0);
      expect(says(l, 'I11')).toEqual([]);
    });
  });

  it('I16: a walk that was stale when it was installed, without a trace', () => {
    const l = lab();
    const va = vaOf(0x33, 0);
    const { gw } = l.x.vcpu(1);
    gw.start(l.x.domain.get('version'), va.hi, va.lo);
    gw.setMfn(1, 0x33);
    gw.setEntry(1, 0, e(0x200, PWUAD & ~D).lo);
    l.x.walkWitness.used(l.x, 1);
    expect(says(l, 'I16')).toEqual([]); // a D that a walker has set is no change
    gw.setEntry(1, 0, e(0x222, PWUAD).lo);
    l.x.walkWitness.cameBack(l.x, 0x33);
    l.x.walkWitness.used(l.x, 1);
    expect(says(l, 'I16')).toEqual([]); // a table that was out of sync meanwhile may change
    l.x.walkWitness.walk(1);
    l.x.walkWitness.used(l.x, 1);
    expect(says(l, 'I16')).toEqual([
      'version of vCPU 1: vCPU 1 has installed an entry by a walk whose L1 entry had changed, but the version had not moved.',
    ]);
  });

  it('I19: a table out of sync while a vCPU has paging off', () => {
    const l = lab();
    l.machine.vcpu(1).set('cr0', 1);
    expect(says(l, 'I19')).toEqual([
      'vcpu 1: vCPU 1 has paging off, but tables may go out of sync.',
      'oos 0[0]: 0x030 is out of sync, but vCPU 1 has paging off.',
    ]);
  });

  it('I20: a user program that is let into a table', () => {
    const l = lab();
    l.x.walkWitness.userStored(0, 0x30);
    expect(says(l, 'I20')).toEqual([
      'guest 0x030: the user program on vCPU 0 was let write frame 0x030, which is shadowed as a page table.',
    ]);
    l.x.walkWitness.begin(0);
    expect(says(l, 'I20')).toEqual([]);
  });

  it('I18: a page left behind by a CR3 load', () => {
    const l = lab();
    l.begin(0, cr3());
    l.until(0, 'sh_update_cr3.others');
    expect(says(l, 'I18')).toEqual([]);
    l.x.vcpu(0).oos.setPage(1, 0x33);
    expect(says(l, 'I18')).toEqual([
      'oos 0[1]: vCPU 0 has loaded CR3, but slot 1 of its table still holds 0x033.',
    ]);
  });

  it('says nothing about a domain that was crashed', () => {
    const l = lab();
    l.x.guest.addWriters(0x33, 1);
    l.x.domain.set('crashed', 1);
    for (const invariant of xenInvariants) expect(invariant.check(l.x)).toEqual([]);
  });

  it('writes nothing while it looks', () => {
    const l = lab();
    const mark = l.store.mark;
    for (const invariant of xenInvariants) invariant.check(l.x);
    expect(l.store.mark).toBe(mark);
  });
});
