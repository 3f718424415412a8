import { describe, expect, test } from 'vitest';
import { eventTable } from '../../hypervisor/xen/eventTable';
import { procedureNamed } from '../../kernel';
import { runOf } from '../../testing/library';
import { firstMoment, rowsNow } from './eventsNow';

const row = (id: string) => {
  const found = eventTable.find((one) => one.id === id);
  if (found === undefined) throw new Error(`the event table has a row ${id}`);
  return found;
};

test('every place of the table is a step that exists', () => {
  for (const { places } of eventTable)
    for (const { procedure, label } of places) {
      expect(procedureNamed(procedure)?.labels.has(label), `${procedure}.${label}`).toBe(true);
    }
});

describe('each row’s scenario comes to the moment it names, and the row is lit there', () => {
  const shown = eventTable.filter(({ scenario }) => scenario !== '');
  test.each(shown.map(({ id, scenario }) => [id, scenario] as const))('%s in %s', (id, scenario) => {
    const run = runOf(scenario);
    const moment = firstMoment(run, row(id));
    expect(moment).toBeDefined();
    expect([...rowsNow(run, (moment ?? 1) - 1, moment ?? 0)]).toContain(id);
  });
});

test('a row stays lit while what it called goes on, and goes out with its end', () => {
  const run = runOf('crush');
  const crush = firstMoment(run, row('crush')) ?? 0;
  const resynced = run.eventsIn(crush, run.length).find(({ kind }) => kind === 'Resynced')?.step ?? 0;
  expect(resynced).toBeGreaterThan(crush);
  expect(rowsNow(run, resynced, resynced + 1).has('crush')).toBe(true);
  const crushed = run.eventsIn(crush, run.length).find(({ kind }) => kind === 'Crushed')?.step ?? 0;
  expect(rowsNow(run, crushed, crushed + 1).has('crush')).toBe(false);
});

test('a step that has nothing to do is not the row: an L2 entry that leads to a table in sync', () => {
  const run = runOf('demand-fault');
  expect(firstMoment(run, row('l2-entry'))).toBeUndefined();
  expect(firstMoment(run, row('upper-entry'))).toBeDefined();
  expect(rowsNow(run, 0, 0).size).toBe(0);
});

test('a first store lets the table go; only a store after that is a write to a table out of sync already', () => {
  const first = runOf('unsync');
  expect(first.eventsIn(0, first.length).some(({ kind }) => kind === 'FixupAdded')).toBe(true);
  expect(firstMoment(first, row('fault-write'))).toBeUndefined();
});
