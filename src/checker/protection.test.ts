import { describe, expect, it } from 'vitest';
import { FPF_PROTECTIONS, fpf } from './models/fpf';
import { protectionTable, TableSearch, type Without } from './protection';
import { replay } from './replay';

const SIZE = { vcpus: 3, operations: 2, depth: 2, fence: true };
const without: Without = (removed) => fpf({ ...SIZE, without: removed });

describe('the protection table of the fast page fault', () => {
  const { rows, minimal, complete, explored } = protectionTable(FPF_PROTECTIONS, without);
  const counterexample = (name: string) =>
    rows.find(({ removed }) => removed?.name === name)?.result.counterexample;

  it('says that the whole protocol holds, and that every one of its elements is needed', () => {
    expect(rows.map(({ removed, result }) => [removed?.name, result.outcome.kind])).toEqual([
      [undefined, 'holds'],
      ...FPF_PROTECTIONS.map(({ name }) => [name, 'violation']),
    ]);
    expect(minimal).toEqual([FPF_PROTECTIONS]);
    expect(complete).toBe(true);
    // Every row once, and nothing beyond: no set with less can be safe.
    expect(explored).toBe(1 + FPF_PROTECTIONS.length);
  });

  it.each([
    ['unique', 21],
    ['fence', 15],
    ['settle', 15],
    ['compare', 17],
    ['mmu-lock', 17],
  ])('has the shortest schedule that breaks it without %s: %i steps, and it does it again', (name, steps) => {
    const found = counterexample(name);
    expect(found).toMatchObject({ shortest: true, schedule: { length: steps } });
    const again = replay(without(new Set([name])), found?.schedule ?? []);
    expect(again).toMatchObject({ steps, violation: { invariant: 'FPF' } });
  });

  it.each(FPF_PROTECTIONS.map(({ name }) => name))(
    'without %s there is a last choice that avoids it, and a safe schedule that goes on from there to the end',
    (name) => {
      const { schedule = [], avoidable } = counterexample(name) ?? {};
      if (avoidable === undefined) throw new Error('some order is safe');
      const subject = without(new Set([name]));
      expect(avoidable.at).toBeLessThan(schedule.length);
      expect(avoidable.safe.slice(0, avoidable.at)).toEqual(schedule.slice(0, avoidable.at));
      expect(avoidable.safe[avoidable.at]).not.toEqual(schedule[avoidable.at]);
      const safe = replay(subject, avoidable.safe);
      expect(safe).toMatchObject({ steps: avoidable.safe.length, violation: undefined, goesOn: false });
    },
  );

  it.each([
    ['fence', /fence/],
    ['settle', /settle/],
    ['unique', /exchange/],
    ['compare', /exchange/],
    ['mmu-lock', /protect/],
  ])('without %s that is missed where it should have been', (name, label) => {
    const row = rows.find(({ removed }) => removed?.name === name);
    const schedule = row?.result.counterexample?.schedule ?? [];
    const { missed = -1 } = row ?? {};
    const { world } = without(new Set([name]));
    for (const { actor, branch } of schedule.slice(0, missed)) world.step(actor, branch);
    expect(world.location(schedule[missed]?.actor ?? 0)?.label).toMatch(label);
  });

  it('without compare, the last choice that avoids it is the exchange that should have compared', () => {
    const { schedule = [], avoidable } = counterexample('compare') ?? {};
    const { world } = without(new Set(['compare']));
    for (const { actor, branch } of schedule.slice(0, avoidable?.at)) world.step(actor, branch);
    expect(world.location(schedule[avoidable?.at ?? 0]?.actor ?? 0)?.label).toBe('exchange');
  });
});

describe('a protection table', () => {
  it('of something that breaks with all its protections asks no further', () => {
    const broken: Without = (removed) => fpf({ ...SIZE, fence: false, without: removed });
    const { rows, minimal, complete } = protectionTable(FPF_PROTECTIONS, broken);
    expect(rows.map(({ result }) => result.outcome.kind)).toEqual(['violation']);
    expect(minimal).toEqual([]);
    expect(complete).toBe(true);
  });

  it('keeps its rows when it is cancelled, and says that it is not complete', () => {
    const search = new TableSearch(FPF_PROTECTIONS, without);
    while (search.progress.rows.length < 2) search.advance(10_000);
    expect(search.cancel()).toMatchObject({ rows: { length: 2 }, minimal: [], complete: false });
  });

  it('does not call a set safe that was not explored to its end', () => {
    const { rows, minimal, complete } = protectionTable(FPF_PROTECTIONS.slice(0, 1), without, {
      bounds: { states: 500 },
    });
    expect(rows[0]?.result.outcome.kind).toBe('bound');
    expect(minimal).toEqual([]);
    expect(complete).toBe(false);
  });
});
