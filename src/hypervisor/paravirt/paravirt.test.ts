import { describe, expect, it } from 'vitest';
import type { Invariant } from '../../kernel';
import { A, D, P, U, W } from '../../machine';
import { type PvScenario, pvEvents, pvRun, pvWorld } from '../../testing/paravirt';
import { paravirt } from './design';
import { SCHEMES } from './schemes';
import type { Pv } from './state';

const X = 'map 0x40_0000 -> 0x040 rwx user a';

/** A world at its first state, its names of broken invariants after `spoil` has put something wrong into it. */
function broken(s: PvScenario, spoil: (pv: Pv) => void): string[] {
  const world = pvWorld({ vcpus: 2, ...s });
  const pv = world.part('paravirt') as Pv;
  const names = (): string[] =>
    (paravirt.invariants as readonly Invariant<unknown>[])
      .flatMap((i) => i.check(pv))
      .map((v) => v.invariant);
  expect(names()).toEqual([]);
  spoil(pv);
  return [...new Set(names())];
}

const vmi: PvScenario = { scheme: 'vmi', memory: `${X} d`, program: 'prologue vcpu 0\n  load 0x40_0000' };
const direct: PvScenario = { scheme: 'preserve-ad', memory: X, program: '' };

describe('each invariant names what is wrong', () => {
  it('J1: written, and clean by its entry', () => {
    expect(broken(direct, (pv) => pv.machine.memory.write32(0x40, 3, 7))).toEqual(['J1']);
  });

  it('J2: two changes of one entry', () => {
    expect(
      broken(direct, (pv) => {
        for (const cells of pv.vcpus) for (const c of ['table', 'index', 'open'] as const) cells.set(c, 1);
      }),
    ).toEqual(['J2']);
  });

  it('J3: an update waits and the lock is free; J10: out of order', () => {
    expect(
      broken(vmi, (pv) => {
        pv.queue(0).push(2, 0x13, 0, 0, 0);
        pv.vcpu(0).set('flushOwed', 1);
      }),
    ).toEqual(['J3']);
    expect(
      broken(vmi, (pv) => {
        pv.queue(0).push(2, 0x13, 0, 0, 0);
        pv.queue(0).push(2, 0x13, 1, 0, 0);
        pv.queue(0).deliver(1);
        pv.queue(0).clear();
      }),
    ).toEqual(['J10']);
  });

  it('J4: a shadow that allows more, or leads elsewhere', () => {
    const widen = (flags: number, frame: number) =>
      broken({ ...vmi, memory: 'map 0x40_0000 -> 0x040 r user a' }, (pv) =>
        pv.shadows.write(pv.shadows.of(0x13), 0, 0, (frame << 12) | flags),
      );
    expect(widen(P | U | A | D | W, 0x40)).toEqual(['J4']);
    expect(widen(P | U | A, 0x41)).toEqual(['J4']);
  });

  it('J5, J6, J9, J12: what a step has noted', () => {
    expect(broken(vmi, (pv) => pv.flags.set('earlyInstall', 1))).toEqual(['J5']);
    expect(broken(vmi, (pv) => pv.flags.set('attempts', 4))).toEqual(['J6']);
    expect(broken(vmi, (pv) => pv.flags.set('foreignChange', 1))).toEqual(['J6']);
    expect(broken(vmi, (pv) => pv.flags.set('marksInSwap', 1))).toEqual(['J9']);
    expect(broken(vmi, (pv) => pv.flags.set('misjudged', 1))).toEqual(['J12']);
    expect(broken(vmi, (pv) => pv.vcpu(1).set('again', 5))).toEqual(['J12']);
  });

  it('J7: a table mapped writable, a frame of somebody else', () => {
    const map = (frame: number) =>
      broken(direct, (pv) => pv.machine.memory.write64(0x13, 4, 0, (frame << 12) | P | W));
    expect(map(0x13)).toEqual(['J7']);
    expect(map(0x900)).toEqual(['J7']);
  });

  it('J8: lazy mode twice', () => {
    expect(broken(vmi, (pv) => pv.vcpu(0).set('lazy', 2))).toEqual(['J8']);
  });

  it('J11: a freed frame in a shadow', () => {
    expect(broken(vmi, (pv) => pv.setForeign(0x40))).toContain('J11');
  });
});

describe('bad input is refused with its reason, and changes nothing', () => {
  it('lazy mode does not nest', () => {
    const run = pvRun({
      scheme: 'vmi',
      memory: X,
      program: 'vcpu 0\n  call lazy-enter 0x40_0000\n  call lazy-enter 0x40_0000\n  call lazy-leave',
    });
    expect(run.eventsIn(0, run.length).filter((e) => e.kind === 'OperationEnded')).toMatchObject([
      { outcome: 0 },
      { outcome: 4 },
      { outcome: 0 },
    ]);
    expect(run.violations).toEqual([]);
  });

  it('mprotect of nothing, of no protection, or of what has no table', () => {
    const events = pvEvents({
      scheme: 'native',
      memory: X,
      program:
        'vcpu 0\n  call mprotect 0x40_0000 0 3\n  call mprotect 0x40_0000 1 8\n  call mprotect 0x7f00_0000_0000 1 3',
    });
    expect(events.filter((e) => e.kind === 'OperationEnded').map((e) => e.outcome)).toEqual([4, 4, 3]);
    expect(events.filter((e) => e.kind === 'PteCleared')).toEqual([]);
  });

  it('a queue that is full is delivered in the middle of the loop, and nothing is lost', () => {
    const run = pvRun({
      scheme: 'vmi',
      knobs: 'knob queue-capacity 6',
      memory: 'map 0x40_0000 -> 0x040 rwx user a d count 8',
      program: 'prologue vcpu 0\n  load 0x40_0000 count 8\nvcpu 0\n  call mprotect 0x40_0000 8 3',
    });
    const flushes = run.eventsIn(0, run.length).filter((e) => e.kind === 'QueueFlushed');
    expect(flushes.map((e) => e.updates)).toEqual([6, 6, 4]);
    expect(run.violations).toEqual([]);
  });

  it('what cannot be built is said before anything is built', () => {
    const refused = (s: Partial<PvScenario>) => () => pvRun({ scheme: 'vmi', memory: X, program: '', ...s });
    expect(refused({ scheme: 'lguest', vcpus: 2 })).toThrow('one processor');
    expect(refused({ paging: 'pae' })).toThrow('Expected `paging x86-64`');
    expect(refused({ knobs: 'knob queue-capacity 0' })).toThrow('from 1 to 4096');
    expect(refused({ memory: `p2m 0x040 -> 0x041\n${X}` })).toThrow('no `p2m` line');
  });
});

describe('the schemes', () => {
  it('a fifth address space makes lguest throw one of four away', () => {
    const spaces = [1, 2, 3, 4]
      .map((n) => `space P${n} 0x02${n}\nmap 0x40_0000 -> 0x040 rwx user a`)
      .join('\n');
    const run = pvRun({
      scheme: 'lguest',
      memory: `${X}\n${spaces}`,
      program: `vcpu 0\n${[1, 2, 3, 4].map((n) => `  cr3 P${n}\n  load 0x40_0000\n`).join('')}`,
    });
    run.seek(run.length);
    const pv = run.world.part('paravirt') as Pv;
    expect([0, 1, 2, 3].map((slot) => pv.shadows.rootOf(slot))).not.toContain(0x10);
    expect(run.violations).toEqual([]);
  });

  it.each(SCHEMES.map((s) => s.name))(
    '%s: a process runs, forks, is reclaimed, and no invariant breaks',
    (scheme) => {
      const run = pvRun({
        scheme,
        memory: 'map 0x40_0000 -> 0x040 rwx user a count 4',
        program: [
          'vcpu 0',
          '  store 0x40_0000 = 7',
          '  load 0x40_1000',
          '  call write-protect 0x40_0000',
          '  store 0x40_0000 = 8',
          '  call clean 0x40_0000',
          '  call mprotect 0x40_0000 4 1',
          '  store 0x40_2000 = 9',
          '  call mprotect 0x40_0000 4 3',
          '  store 0x40_2000 = 9',
          '  call reclaim 0x40_1000',
          '  call unmap 0x40_3000',
          '  load 0x40_1000',
        ].join('\n'),
      });
      expect(run.violations.map((v) => v.violation.says)).toEqual([]);
      const outcomes = run
        .eventsIn(0, run.length)
        .filter((e) => e.kind === 'OperationEnded')
        .map((e) => e.outcome);
      expect(outcomes).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    },
  );
});
