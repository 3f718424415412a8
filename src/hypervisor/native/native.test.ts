import { describe, expect, it } from 'vitest';
import type { Invariant, Violation } from '../../kernel';
import { type GuestOp, type Machine, P, PS, U, W } from '../../machine';
import { BareMachine, load, va } from '../../testing/bareMachine';
import { designs } from '../registry';
import { native } from './design';

const USER = P | W | U;
const at = 0x7f80_8820_7000n;

const broken = (m: Machine): readonly Violation[] =>
  (native.invariants as readonly Invariant<unknown>[]).flatMap((i) => i.check(m.world.part(i.part)));

describe('bare hardware', () => {
  it('gives a fault to the guest with the processor’s own error code', () => {
    const b = new BareMachine();
    b.run(load(at));
    expect(b.events('GuestPageFault')).toMatchObject([{ vcpu: 0, error: 4, actor: 0 }]);
  });

  it('walks with the guest’s registers, from boot on and after every change', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    const ops: GuestOp[] = [{ kind: 'cr3', value: va(0x20000n) }, { kind: 'cr4', value: 0x100020 }, load(at)];
    b.run(...ops);
    expect(broken(b.machine)).toEqual([]);
    expect(b.machine.vcpu(0).get('hwCr3Lo')).toBe(0x20000);
    expect(b.outcomes()).toEqual(['ok', 'ok', 4]);
  });

  it('says on stage what a CR3 load does', () => {
    const b = new BareMachine();
    b.start([{ kind: 'cr3', value: va(0x20000n) }]);
    const said: string[] = [];
    while (b.world.enabled(0)) said.push(b.stepSaying(0));
    expect(said).toEqual([
      'vCPU 0 loads CR3 with 0x20000: its tables begin at frame 0x020.',
      'vCPU 0 executes a privileged instruction: whoever is below the guest has to see to it.',
      'vCPU 0 may load that CR3.',
      'CR3 of vCPU 0 is 0x20000: walks begin there.',
      'The TLB of vCPU 0 forgets everything.',
      'vCPU 0 goes on with its program.',
    ]);
  });

  it('answers with its TLBs and CR2 when asked for its state', () => {
    const b = new BareMachine();
    b.map(at, 0x45, USER);
    b.run(load(at), load(0x123000n));
    const built = native.build(b.world, b.machine, {
      profile: '',
      switches: {},
      p2m: [],
      poolFrames: 0,
      knobs: {},
    });
    expect(built.describe.state('tlb', [0])).toEqual([0x45]);
    expect(built.describe.state('cr2', [0])).toEqual([0, 0x123000]);
    expect(built.describe.state('oos', [0])).toBeUndefined();
    expect(built.describe.summary()).toEqual(['vCPU 0: CR3 0x10000, TLB 0x045']);
  });

  it('refuses to turn a switch that it does not have', () => {
    const b = new BareMachine();
    expect(() => b.machine.setSwitch('recheck', false)).toThrow('bare hardware has no switch `recheck`');
  });
});

describe('the invariants of bare hardware name what is wrong', () => {
  const found = (spoil: (b: BareMachine) => void): string[] => {
    const b = new BareMachine({ mode: 'pae' });
    b.map(0x8820_7000n, 0x45, USER);
    b.map(0x20_0000n, 0x200, USER | PS, { level: 2 });
    b.run(load(0x8820_7000n), load(0x20_0000n));
    expect(broken(b.machine)).toEqual([]);
    spoil(b);
    return broken(b.machine).map((v) => v.invariant);
  };

  it('T1: two TLB entries for one page', () => {
    expect(
      found((b) => {
        const { store } = b.world;
        const [slot = 0] = b.machine.tlb.slots(0);
        for (let i = 0; i < 4; i++) store.set(slot + 4 + i, store.get(slot + i));
      }),
    ).toEqual(['T1']);
  });

  it('T2: a large page that begins in the middle of one', () => {
    expect(
      found((b) => {
        const large = b.machine.tlb.entries(0).find((e) => e.pageShift === 21);
        b.world.store.set((large?.slot ?? 0) + 3, 0x201);
      }),
    ).toEqual(['T2']);
  });

  it('T3: a register of the processor that is not the guest’s', () => {
    expect(found((b) => b.machine.vcpu(0).set('hwCr3Lo', 0x30000))).toEqual(['T3']);
  });

  it('T4: a PDPTE register that MOV CR3 should have refused', () => {
    expect(found((b) => b.machine.vcpu(0).set('pdpte1Lo', 0x21003))).toEqual(['T4']);
  });
});

describe('the registry', () => {
  it('finds every design under its own name', () => {
    expect([...designs].every(([name, design]) => name === design.name)).toBe(true);
    expect([...designs.keys()]).toEqual(expect.arrayContaining(['native', 'skeleton']));
  });

  it('holds designs whose switches name only invariants they have', () => {
    for (const design of designs.values()) {
      const names = design.invariants.map((i) => i.name);
      const unknown = design.switches.filter((s) => s.protects !== undefined && !names.includes(s.protects));
      expect(unknown.map((s) => `${design.name}: ${s.name} protects ${s.protects}`)).toEqual([]);
    }
  });
});
