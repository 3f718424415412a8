import { describe, expect, it } from 'vitest';
import { type Procedure, procedure, slots } from '../kernel';
import { BareMachine, load, store } from '../testing/bareMachine';
import { P, U, W } from './bits';
import { FAULT_DONE, FAULT_INJECT, FAULT_RETRY } from './exits';
import type { Machine } from './machine';

const USER = P | W | U;
const at = 0x7f80_8820_7000n;
const L = slots('vaHi', 'vaLo', 'error');

const handler = (name: string, run: (m: Machine) => number[]): Procedure<Machine> =>
  procedure<Machine>({
    name,
    part: 'machine',
    lane: 'hypervisor',
    about: 'A page-fault exit of a test.',
    slots: L,
    steps: [{ label: 'handle', line: 'handle', say: 'It is handled.', run: (t, m) => t.ret(...run(m)) }],
  });

let calls = 0;
const repairs = handler('test_repairs', (m) => {
  calls++;
  m.memory.write64(0x13, 7, 0, (0x45 << 12) | USER);
  return [FAULT_RETRY];
});
const performs = handler('test_performs', (m) => {
  m.memory.write64(0x45, 0, 0, 0xabc);
  m.vcpu(0).set('resultLo', 0xabc);
  return [FAULT_DONE];
});
const disguises = handler('test_disguises', () => [FAULT_INJECT, 6]);

/** Bare hardware, but for what it does on a page fault. Entry 7 of the L1 table 0x13 is not present. */
function withHandler(pageFault: Procedure<Machine>): BareMachine {
  const b = new BareMachine({ exits: { pageFault } });
  b.map(at, 0, 0);
  return b;
}

describe('a page-fault exit', () => {
  it('that asks for a retry makes the instruction start over; the guest hears nothing of it', () => {
    calls = 0;
    const b = withHandler(repairs);
    b.machine.memory.write64(0x45, 0, 0, 0x77);
    expect(b.run(load(at)).outcomes()).toEqual(['ok']);
    expect(b.result).toBe(0x77n);
    expect(calls).toBe(1);
    expect(b.events('PageFault')).toHaveLength(1);
    expect(b.events('GuestPageFault')).toEqual([]);
    expect(b.machine.vcpu(0).get('cr2Lo')).toBe(0);
  });

  it('that has performed the instruction ends it', () => {
    const b = withHandler(performs);
    expect(b.run(store(at, 0xabcn)).outcomes()).toEqual(['ok']);
    expect(b.events('MemoryWritten')).toEqual([]);
    expect(b.run(load(at)).result).toBe(0xabcn);
  });

  it('may give the guest another error code than the processor had', () => {
    const b = withHandler(disguises);
    expect(b.run(load(at)).outcomes()).toEqual([6]);
    expect(b.events('PageFault').map((e) => e.error)).toEqual([4]);
  });

  it('is marked in the vCPU while it lasts', () => {
    const b = withHandler(repairs);
    b.start([load(at)]).until(0, 'test_repairs.handle');
    expect(b.machine.vcpu(0).get('inHypervisor')).toBe(1);
    b.finish();
    expect(b.machine.vcpu(0).get('inHypervisor')).toBe(0);
  });
});
