import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { procedureNamed } from '../../kernel';
import { CR4_PGE, type GuestOp, P, U, W } from '../../machine';
import {
  call,
  cr3,
  direct,
  EMPTY,
  e,
  GNP,
  invlpg,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  T,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { type EventRow, eventTable, type ResyncFlags } from './eventTable';

const L2 = 0x12;
const L3 = 0x11;
const table = P | W | U | 0x20;

const row = (id: string): EventRow =>
  defined(
    eventTable.find((one) => one.id === id),
    `row ${id}`,
  );

interface Watched {
  /** Arguments of every call of sh_resync_all, in order. */
  readonly calls: readonly ResyncFlags[];
  /** Places of the table that were passed, as `procedure.label`. */
  readonly passed: ReadonlySet<string>;
}

/** One operation of an actor to its end, seen step by step. */
function watch(l: XenLab, actor: number, op: GuestOp): Watched {
  const calls: ResyncFlags[] = [];
  const passed = new Set<string>();
  l.begin(actor, op);
  while (l.world.location(actor) !== undefined) {
    const at = l.where(actor);
    passed.add(at);
    if (at === 'sh_resync_all.which') {
      const locals = l.world.actors[actor]?.thread?.frames().at(-1)?.locals ?? {};
      const bit = (name: string): 0 | 1 => (locals[name] === 1 ? 1 : 0);
      calls.push({ skip: bit('skip'), this: bit('this'), others: bit('others'), locking: bit('locking') });
    }
    l.step(actor);
  }
  return { calls, passed };
}

/** v0 has let 0x30 go and changed entry 1; v1 has let 0x31 go and changed entry 1. Each has used the other's table. */
function two(era = 'U', switches: Readonly<Record<string, boolean>> = {}): XenLab {
  const entries = [0x30, 0x31].flatMap((page) => [
    { page, index: 0, value: e(0x100, PUAD) },
    { page, index: 1, value: e(0x101, PWUAD) },
  ]);
  const l = new XenLab({ era, entries, switches });
  for (const v of [0, 1]) l.run(v, load(direct(0x30), 0), load(vaOf(0x30, 1)), load(vaOf(0x31, 1)));
  l.run(0, load(direct(L2), 0), load(direct(L3), 0), load(direct(T), 0));
  l.run(0, setEntry(0x30, 1, e(0x102, PWUAD)));
  l.run(1, setEntry(0x31, 1, e(0x103, PWUAD)));
  l.fresh();
  expect([l.slots(0), l.slots(1)]).toEqual([
    [0x30, -1, -1],
    [-1, 0x31, -1],
  ]);
  return l;
}

/** What was brought in sync, and what was only refreshed or skipped, in order. */
const done = (l: XenLab): string[] =>
  l.events('Resynced', 'Refreshed', 'ResyncSkipped', 'Crushed').map((line) => {
    const [kind, a, b] = line.split(' ');
    return `${kind} ${kind === 'ResyncSkipped' || kind === 'Crushed' ? b : a}`;
  });

/** Frames that are out of sync still. */
const left = (l: XenLab): string[] =>
  [0x30, 0x31, 0x33, 0x36].filter((g) => l.x.outOfSync(g)).map((g) => g.toString(16));

const passes = (seen: Watched, id: string): void => {
  expect(row(id).places.some(({ procedure, label }) => seen.passed.has(`${procedure}.${label}`))).toBe(true);
};

describe('the table of what re-syncs what (sheet 5.12)', () => {
  it('names moments that exist, each row by an id of its own', () => {
    for (const { places } of eventTable) {
      expect(places.length).toBeGreaterThan(0);
      for (const { procedure, label } of places)
        expect([procedure, label, procedureNamed(procedure)?.labels.has(label)]).toEqual([
          procedure,
          label,
          true,
        ]);
    }
    expect(new Set(eventTable.map(({ id }) => id)).size).toBe(14);
  });

  it.each(['U', 'A'])('MOV CR3, even of the same value: own in sync, others refreshed, in era %s', (era) => {
    const l = two(era);
    const seen = watch(l, 0, cr3());
    expect(seen.calls).toEqual([...row('cr3-before').flags, ...row('cr3-after').flags]);
    expect(done(l)).toEqual(['Resynced 30', 'Refreshed 31']);
    expect([left(l), l.slots(0), l.slots(1)]).toEqual([['31'], [-1, -1, -1], [-1, 0x31, -1]]);
    expect([l.writable(0x30), l.writable(0x31)]).toEqual([false, true]);
    // Both are up to date for v0: what v1 let go too.
    expect([l.shadow(0x30, 1), l.shadow(0x31, 1)].map((w) => w.slice(0, 3))).toEqual(['102', '103']);
    for (const id of ['cr3-before', 'cr3-after']) passes(seen, id);
    expect(l.broken).toEqual([]);
  });

  it('a change of CR4.PGE: everything in sync, whoever let it go', () => {
    const l = two();
    const seen = watch(l, 0, { kind: 'cr4', value: l.machine.vcpu(0).get('cr4') ^ CR4_PGE });
    expect(seen.calls).toEqual(row('mode-change').flags);
    expect(done(l)).toEqual(['Resynced 30', 'Resynced 31']);
    expect([left(l), l.x.domain.get('oosActive')]).toEqual([[], 1]);
    passes(seen, 'mode-change');
    expect(l.broken).toEqual([]);
  });

  it('log-dirty mode on and off: the same for each vCPU', () => {
    const l = two();
    const seen = watch(l, 2, call('log-dirty-on'));
    expect(seen.calls).toEqual([...row('mode-change').flags, ...row('mode-change').flags]);
    // All shadows went before: there was nothing to bring in sync.
    expect([done(l), left(l)]).toEqual([[], []]);
    l.run(0, load(vaOf(0x30, 1)), setEntry(0x30, 1, e(0x104, PWUAD)));
    expect(left(l)).toEqual(['30']);
    expect(watch(l, 2, call('log-dirty-off')).calls).toHaveLength(6);
    expect(done(l)).toEqual(['Resynced 30']);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['a fault', (l: XenLab) => watch(l, 0, load(e(0, 0), 0)), false],
    ['an emulated store', (l: XenLab) => watch(l, 0, store(direct(L3, 3), e(L2, table), 0)), true],
  ])('a present L3 or L4 entry written by %s: everything in sync', (_what, _act, emulated) => {
    const l = two();
    // The L3 entry 3 leads to the same L2 table: its shadow is linked there too.
    if (!emulated) l.machine.memory.write64(L3, 3, 0, (L2 << 12) | table);
    const va = vaOf(0x30, 1);
    const op = emulated
      ? store(direct(L3, 3), e(L2, table), 0)
      : load({ ...va, lo: (va.lo + 0x4000_0000) | 0 });
    const seen = watch(l, 0, op);
    expect(seen.calls).toEqual(row('upper-entry').flags);
    expect(done(l)).toEqual(['Resynced 30', 'Resynced 31']);
    expect(left(l)).toEqual([]);
    passes(seen, 'upper-entry');
    expect(l.broken).toEqual([]);
  });

  it('a present L2 entry that leads to a table out of sync: that table only', () => {
    const l = two();
    const seen = watch(l, 0, store(direct(L2, 0x50), e(0x31, table), 0));
    expect([seen.calls, done(l), left(l)]).toEqual([[], ['Resynced 31'], ['30']]);
    passes(seen, 'l2-entry');
    expect(l.broken).toEqual([]);
  });

  it('the L2 table of a walk is out of sync as an L1: it is brought in sync, and the walk begins again', () => {
    const l = two();
    // 0x31 becomes an L2 table too, below entry 1 of L3; the walk finds it as one.
    l.machine.memory.write64(L3, 1, 0, (0x31 << 12) | table);
    l.machine.memory.write64(0x31, 0x41, 0, (0x34 << 12) | table);
    l.machine.memory.write64(0x34, 0, 0, (0x110 << 12) | PWUAD);
    const va = vaOf(0x30, 0);
    const seen = watch(l, 0, load({ ...va, lo: (va.lo - 0x4000_0000) | 0 }));
    expect(done(l)[0]).toBe('Resynced 31');
    expect(l.x.outOfSync(0x31)).toBe(false);
    passes(seen, 'walked-upper');
    expect(l.counter('shadow_guest_walk')).toBe(2);
    expect(l.broken).toEqual([]);
  });

  it('promotion itself brings a page in sync, wherever its shadow is made', () => {
    const l = two();
    const make = defined(procedureNamed('sh_make_shadow'), 'sh_make_shadow');
    const thread = defined(l.world.actors[0]?.thread, 'v0');
    // As another level of its own: what a path through 0x31 would ask for.
    thread.start(make as never, 0, 0x31, 10);
    const passed = new Set<string>();
    l.x.lock.take(thread);
    while (l.world.location(0) !== undefined) {
      passed.add(l.where(0));
      l.world.step(0);
    }
    expect([done(l), l.x.outOfSync(0x31), l.x.guest.typeBits(0x31)]).toEqual([
      ['Resynced 31'],
      false,
      (1 << 8) | (1 << 10),
    ]);
    passes({ calls: [], passed }, 'promotion');
  });

  it('a new unsync with both slots taken: the one in the way, and no other', () => {
    const l = two();
    for (const page of [0x33, 0x36]) {
      l.machine.memory.write64(page, 0, 0, (0x120 << 12) | PWUAD);
      l.run(0, load(vaOf(page, 0)));
    }
    l.run(0, setEntry(0x33, 1, e(0x102, PWUAD)));
    l.fresh();
    expect(l.slots(0)).toEqual([0x33, 0x30, -1]);
    const seen = watch(l, 0, setEntry(0x36, 1, e(0x102, PWUAD)));
    expect([seen.calls, done(l), left(l)]).toEqual([[], ['Resynced 30', 'Crushed 30'], ['31', '33', '36']]);
    expect(l.slots(0)).toEqual([0x36, 0x33, -1]);
    passes(seen, 'crush');
    expect(l.broken).toEqual([]);
  });

  it('INVLPG: one entry is blanked, the processor’s own is executed, nothing comes in sync', () => {
    const l = two();
    const before = l.shadow(0x30, 0);
    const seen = watch(l, 0, invlpg(vaOf(0x30, 1)));
    expect([seen.calls, done(l), left(l)]).toEqual([[], [], ['30', '31']]);
    expect([l.shadow(0x30, 1), l.shadow(0x30, 0)]).toEqual(['0', before]);
    expect(l.events('LockTaken', 'TlbFlushed').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'LockTaken 0',
      'TlbFlushed 0 0',
    ]);
    passes(seen, 'invlpg');
    expect(l.broken).toEqual([]);
  });

  it('a page fault through a table out of sync, on another vCPU: that entry, and its neighbours, no more', () => {
    const l = two();
    l.run(0, setEntry(0x30, 9, e(0x109, PUAD)));
    l.fresh();
    expect(l.shadow(0x30, 9)).toBe(GNP);
    const seen = watch(l, 1, load(vaOf(0x30, 9)));
    expect([seen.calls, done(l), left(l)]).toEqual([[], [], ['30', '31']]);
    expect(l.shadow(0x30, 9).slice(0, 3)).toBe('109');
    // Entry 1 was changed too, and stays stale: it has not been used.
    expect(l.shadow(0x30, 1).slice(0, 3)).toBe('101');
    expect(l.events('SnapshotUpdated')[0]).toBe(`SnapshotUpdated 30 ${l.snapshots(0)[0]?.toString(16)} 9`);
    passes(seen, 'fault-through');
    expect(l.broken).toEqual([]);
  });

  it('a page fault for a write to a table out of sync: the mapping becomes writable, nothing is emulated', () => {
    const entries = [
      { page: 0x31, index: 5, value: e(0x30, PWUAD) },
      { page: 0x30, index: 0, value: e(0x100, PUAD) },
    ];
    const l = new XenLab({ entries });
    l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)), setEntry(0x30, 1, EMPTY));
    l.fresh();
    const seen = watch(l, 1, store(vaOf(0x31, 5), e(0x101, PUAD), 0));
    expect([seen.calls, done(l), left(l)]).toEqual([[], [], ['30']]);
    expect(l.x.guest.writers(0x30)).toBe(2);
    expect(l.events('FixupAdded')).toHaveLength(1);
    expect(l.counters('shadow_unsync', 'shadow_fault_emulate_write')).toEqual({});
    passes(seen, 'fault-write');
    expect(l.broken).toEqual([]);
  });

  it('an emulated store to a table that has gone out of sync meanwhile: entry and snapshot follow', () => {
    const l = new XenLab({
      switches: { 'out-of-sync': false },
      entries: [{ page: 0x30, index: 0, value: e(0x100, PUAD) }],
    });
    l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)));
    l.begin(0, setEntry(0x30, 0, e(0x102, PUAD)));
    l.until(0, 'sh_x86_emulate_write.lock');
    l.run(1, { kind: 'switch', name: 'out-of-sync', on: true }, setEntry(0x30, 1, e(0x101, PUAD)));
    expect(left(l)).toEqual(['30']);
    l.fresh();
    l.finish(0);
    expect([done(l), left(l)]).toEqual([[], ['30']]);
    expect(l.shadow(0x30, 0).slice(0, 3)).toBe('102');
    expect(l.entry(l.snapshots(1)[0] ?? -1, 0).slice(0, 3)).toBe('102');
    expect(l.broken).toEqual([]);
  });

  it('HVMOP_flush_tlbs: as MOV CR3 for every vCPU', () => {
    const l = two();
    const seen = watch(l, 0, call('flush-tlbs'));
    expect(seen.calls).toEqual([...row('flush-tlbs').flags, ...row('flush-tlbs').flags]);
    expect([done(l), left(l)]).toEqual([['Resynced 30', 'Refreshed 31', 'Resynced 31'], []]);
    passes(seen, 'flush-tlbs');
    expect(l.broken).toEqual([]);
  });

  it('unshadowed: the slot is free, and nothing was brought in sync', () => {
    const l = two();
    const seen = watch(l, 2, call('p2m-remove', 0x31));
    expect([seen.calls, done(l), left(l)]).toEqual([[], [], ['30']]);
    expect([l.slots(1), l.events('Demoted')]).toEqual([[-1, -1, -1], ['Demoted 31 8 1']]);
    passes(seen, 'destroyed');
    expect(l.broken).toEqual([]);
  });
});
