import { describe, expect, it } from 'vitest';
import type { Invariant } from '../../kernel';
import { BareMachine, load } from '../../testing/bareMachine';
import { skeleton } from './design';

/** Two vCPUs that fault at the same time, taking turns step by step. */
function twoFaults(locked: boolean): BareMachine {
  const b = new BareMachine({
    design: 'skeleton',
    config: { vcpus: 2 },
    options: { switches: { 'fault-lock': locked } },
  });
  b.start([load(0x1000n)], [load(0x1000n)]);
  for (let i = 0; b.world.enabled(0) || b.world.enabled(1); i++)
    if (b.world.enabled(i % 2)) b.world.step(i % 2);
  return b;
}

const broken = (b: BareMachine): string[] =>
  (skeleton.invariants as readonly Invariant<unknown>[])
    .flatMap((i) => i.check(b.world.part(i.part)))
    .map((v) => v.says);

describe('the skeleton', () => {
  it('counts every fault under its lock, and gives it to the guest', () => {
    const b = twoFaults(true);
    expect(b.events('FaultCounted').map((e) => e.total)).toEqual([1, 2]);
    expect(b.events('GuestPageFault')).toHaveLength(2);
    expect(b.events('LockTaken')).toHaveLength(2);
    expect(b.world.counters.value('faults')).toBe(2);
    expect(broken(b)).toEqual([]);
  });

  it('loses one without the lock, and its invariant says so', () => {
    expect(broken(twoFaults(false))).toEqual([
      'Broken: the vCPUs have counted 2 faults, but the total says 1. Two of them read it at the same time.',
    ]);
  });

  it('can be told in mid-run to do without', () => {
    const b = new BareMachine({ design: 'skeleton' });
    b.machine.setSwitch('fault-lock', false);
    b.run(load(0x1000n));
    expect(b.events('LockTaken')).toEqual([]);
    expect(() => b.machine.setSwitch('other', true)).toThrow('fault-lock');
  });
});
