import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { A, CR0_WP, D, P, U, W } from '../../machine';
import { BareMachine, load, ROOT, store } from '../../testing/bareMachine';
import { xen } from './design';
import type { Xen } from './state';

const PAGE = 0x40_0000n;
const at = (n: number): bigint => PAGE + 0x1000n * BigInt(n);

/** The same code with tables of 16 entries: what the checker uses. The guest's L1 table maps itself at its last entry. */
function run(): { machine: BareMachine; x: Xen; table: number } {
  const machine = new BareMachine({
    design: 'xen',
    cr0: CR0_WP,
    config: { indexBits: 4, guestFrames: 128, machineFrames: 160 },
    options: { profile: 'U' },
  });
  const all = P | W | U | A | D;
  let table = 0;
  for (const n of [0, 1, 2]) table = machine.map(at(n), 0x20 + n, all).frame;
  machine.map(at(15), table, P | W | A | D);
  const entry = store(at(15) + 8n * 5n, (0x25n << 12n) | BigInt(P | U | A | D), 0);
  machine.run(load(at(0)), store(at(1), 7n), entry, load(at(5)), { kind: 'cr3', value: word(0, ROOT << 12) });
  return { machine, x: machine.world.part('xen') as Xen, table };
}

describe('a teaching geometry of 16 entries per table', () => {
  const { machine, x, table } = run();
  const told = machine.world.events.read(0, machine.world.events.mark, 0);
  const of = (kind: string) => told.filter((event) => event.kind === kind);

  it('runs the same algorithms to their end', () => {
    expect(x.entries).toBe(16);
    expect(of('OperationEnded').map((event) => event.outcome)).toEqual([0, 0, 0, 0, 0]);
    expect(of('Unsynced').map((event) => event.gmfn)).toEqual([table]);
    expect(of('Resynced').map((event) => [event.gmfn, event.rederived])).toEqual([[table, 0]]);
    // The first fault looks ahead to the end of the table, the magic of what is not there included.
    expect(of('PrefetchDone')[0]).toMatchObject({ first: 1, count: 15 });
    for (const invariant of xen.invariants) expect((invariant.check as (x: Xen) => unknown)(x)).toEqual([]);
  });

  it('derives from the entries that such an address means', () => {
    const smfn = x.hash.find(table, 8);
    expect([x.lo(smfn, 1), x.lo(smfn, 5)]).toEqual([
      (0x21 << 12) | P | W | U | A | D,
      (0x25 << 12) | P | U | A,
    ]);
    expect(x.guest.writers(table)).toBe(0);
  });
});
