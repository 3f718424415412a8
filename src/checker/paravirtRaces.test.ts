import { describe, expect, it } from 'vitest';
import { buildWorld } from '../engine';
import { resolvedText } from '../testing/library';
import { type PvScenario, pvText } from '../testing/paravirt';
import { findRace, type RaceResult } from './race';
import { subjectOf } from './subject';

const X = 'map 0x40_0000 -> 0x040 rwx user a';
const WRITTEN = `${X} d`;
/** The kernel has used its table, the program its page: translations are known. */
const warm = (...vcpus: number[]): string =>
  vcpus.map((v) => `prologue vcpu ${v}\n  load 0xffff_8100_0001_3000\n`).join('');
const used = 'prologue vcpu 0\n  load 0x40_0000\n';
const mprotect = 'vcpu 0\n  call mprotect 0x40_0000 1 3\n';
const store = 'vcpu 1\n  store 0x40_0000 = 7\n';
const on = (vcpu: number, what: string): string => `vcpu ${vcpu}\n  ${what}\n`;

function race(s: PvScenario, verdictOnly = false): RaceResult {
  const { spec, design } = resolvedText(pvText({ vcpus: 2, ...s }));
  const subject = subjectOf(buildWorld(spec, design));
  return findRace(subject, { verdictOnly, bounds: { states: 200_000 } });
}

describe('every order of an mprotect and a store to the same page', () => {
  it.each(['native', 'cmpxchg', 'xor', 'trap', 'trap-queued', 'preserve-ad', 'vmi', 'unsync', 'mmu-op'])(
    '%s loses no mark, ends its loops, keeps its order',
    (scheme) => {
      const { outcome, states } = race({ scheme, memory: X, program: warm(0) + mprotect + store }, true);
      expect(outcome.kind).toBe('holds');
      expect(states).toBeGreaterThan(100);
    },
  );

  it('naive: the mark is lost if the store falls between read and write, and nowhere else', () => {
    const { counterexample } = race({ scheme: 'naive', memory: X, program: warm(0) + mprotect + store });
    expect(counterexample).toMatchObject({ shortest: true, violation: { invariant: 'J1' } });
    expect(counterexample?.schedule.length).toBeLessThan(40);
    expect(counterexample?.switches).toBeLessThan(4);
    expect(counterexample?.avoidable).toBeDefined();
  });

  it('an update that does not keep the marks: lost in the same way, and the batch makes it likely', () => {
    const { counterexample } = race({
      scheme: 'preserve-ad',
      switches: 'without preserve-ad',
      memory: X,
      program: warm(0) + mprotect + store,
    });
    expect(counterexample?.violation?.invariant).toBe('J1');
    expect(counterexample?.schedule.length).toBeLessThan(50);
  });
});

describe('every order of an mprotect and of what takes the page-table lock alone', () => {
  it.each(['native', 'cmpxchg', 'trap-queued', 'preserve-ad', 'vmi', 'unsync', 'mmu-op'])(
    '%s and reclaim',
    (scheme) => {
      const program = warm(0, 1) + mprotect + on(1, 'call reclaim 0x40_0000');
      expect(race({ scheme, memory: WRITTEN, program }, true).outcome.kind).toBe('holds');
    },
  );

  it.each(['native', 'preserve-ad', 'vmi'])('%s: cleaning a page while the program writes it', (scheme) => {
    const program = warm(0) + on(0, 'call clean 0x40_0000') + store;
    expect(race({ scheme, memory: WRITTEN, program }, true).outcome.kind).toBe('holds');
  });

  it('a queue emptied after the lock is released: an update waits while its table is free', () => {
    const { counterexample } = race({
      scheme: 'vmi',
      switches: 'without flush-before-unlock',
      memory: WRITTEN,
      program: used + warm(0, 1) + mprotect + on(1, 'call reclaim 0x40_0000'),
    });
    expect(counterexample).toMatchObject({ shortest: true, violation: { invariant: 'J3' } });
    expect(counterexample?.schedule.length).toBeLessThan(40);
  });

  it('and what comes of it, if the rule itself is not asked about: a freed frame is back in the shadow', () => {
    const { counterexample } = race({
      scheme: 'vmi',
      switches: 'without flush-before-unlock',
      memory: WRITTEN,
      program: `${used}${warm(0, 1)}${mprotect}${on(1, 'call reclaim 0x40_0000')}explore J4, J11`,
    });
    expect(counterexample?.violation?.invariant).toBe('J11');
    expect(counterexample?.violation?.says).toContain('was freed and belongs to somebody else');
    expect(counterexample?.switches).toBeLessThan(4);
  });

  it('lock xor without the lock: both change the same entry', () => {
    const { counterexample } = race({
      scheme: 'xor',
      switches: 'without page-table-lock',
      memory: X,
      program: warm(0, 1) + on(0, 'call write-protect 0x40_0000') + on(1, 'call write-protect 0x40_0000'),
    });
    expect(counterexample).toMatchObject({ violation: { invariant: 'J2' }, switches: 1 });
    expect(counterexample?.schedule.length).toBeLessThan(20);
  });
});

describe('shootdown, handler, shadow', () => {
  const unmap = used + warm(0) + on(0, 'call unmap 0x40_0000') + on(1, 'load 0x40_0000');

  it('no processor keeps a freed frame, if the queue goes before the shootdown', () => {
    expect(race({ scheme: 'vmi', memory: WRITTEN, program: unmap }, true).outcome.kind).toBe('holds');
  });

  it('and one does, if the shootdown goes first', () => {
    const { counterexample } = race({
      scheme: 'vmi',
      switches: 'without flush-before-shootdown',
      memory: WRITTEN,
      program: unmap,
    });
    expect(counterexample?.violation?.invariant).toBe('J11');
  });

  it('a handler that does not look again takes the window for a missing page', () => {
    const program = warm(0) + on(0, 'call clean 0x40_0000') + store;
    const { counterexample } = race({
      scheme: 'native',
      switches: 'without recheck-under-lock',
      memory: X,
      program,
    });
    expect(counterexample).toMatchObject({ shortest: true, violation: { invariant: 'J12' } });
    expect(counterexample?.schedule.length).toBeLessThan(40);
  });

  it('a shadow made from what was read before its table was protected stays wrong', () => {
    const { counterexample } = race({
      scheme: 'unsync',
      switches: 'without recheck-entry',
      memory: X,
      program: warm(0) + mprotect + store,
    });
    expect(counterexample?.violation?.invariant).toBe('J4');
  });
});

describe('a page on disk', () => {
  it.each(['native', 'vmi'])('%s: both vCPUs want it, and it is brought in once', (scheme) => {
    const program = `${used}${warm(0, 1)}prologue vcpu 0\n  call reclaim 0x40_0000\n${on(0, 'store 0x40_0000 = 7')}${on(1, 'load 0x40_0000')}`;
    const { outcome, states } = race({ scheme, memory: WRITTEN, program }, true);
    expect(outcome.kind).toBe('holds');
    expect(states).toBeGreaterThan(100);
  });
});

describe('lguest, whose guests have one processor: what is left is its own order', () => {
  const lguest = (switches: string) =>
    race({
      scheme: 'lguest',
      vcpus: 1,
      switches,
      memory: WRITTEN,
      program: used + mprotect + on(0, 'call unmap 0x40_0000'),
    });

  it('holds, also where each change is a call of its own', () => {
    expect(lguest('').outcome.kind).toBe('holds');
    expect(lguest('without lazy').outcome.kind).toBe('holds');
  });

  it('a ring emptied after the lock is released; nobody else is there to be told too early', () => {
    expect(lguest('without flush-before-unlock').counterexample).toMatchObject({
      shortest: true,
      violation: { invariant: 'J3' },
    });
    expect(lguest('without flush-before-shootdown').outcome.kind).toBe('holds');
  });
});
