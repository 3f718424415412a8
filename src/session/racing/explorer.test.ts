import { afterEach, describe, expect, it, vi } from 'vitest';
import { protectionsOf, replay, scenarioWithout, TableSearch } from '../../checker';
import { resolved } from '../../testing/library';
import { sameThread } from '../../testing/sameThread';
import { Explorer } from './explorer';
import type { FromWorker, Job } from './protocol';
import { Racing } from './racing';

function jobOf(id: string, names: readonly string[]): Job {
  const { spec, design } = resolved(id);
  const protections = protectionsOf(spec, design).filter(({ name }) => names.includes(name));
  return { spec, protections, options: {} };
}

afterEach(() => vi.restoreAllMocks());

/** An explorer in a queue, whose clock goes by the states that it visits: the n-th slice costs so many milliseconds a state. */
function costly(cost: (slice: number) => number) {
  const waiting: (() => void)[] = [];
  const told: FromWorker[] = [];
  const slices: number[] = [];
  let clock = 0;
  const advance = TableSearch.prototype.advance;
  vi.spyOn(TableSearch.prototype, 'advance').mockImplementation(function (this: TableSearch, states) {
    const before = this.progress.covered.states;
    const table = advance.call(this, states);
    const visited = this.progress.covered.states - before;
    const took = (visited > 0 ? visited : states) * cost(slices.length);
    slices.push(took);
    clock += took;
    return table;
  });
  const explorer = new Explorer({
    now: () => clock,
    later: (callback) => waiting.push(callback),
    tell: (message) => told.push(message),
  });
  return { explorer, told, slices, run: (): void => waiting.shift()?.() };
}

describe('exploring in another thread', () => {
  it('tells how far it has come, then row after row, then the table', () => {
    const { worker, told, run } = sameThread();
    let busy = 0;
    const racing = new Racing(
      () => worker,
      () => {
        busy++;
        return () => busy--;
      },
    );
    const job = jobOf('stale-walk', ['recheck', 'snapshot-exchange']);
    racing.start(job);
    expect(racing.state).toMatchObject({ running: true, rows: [] });
    expect(busy).toBe(1);
    run();
    expect(busy).toBe(0);
    const progress = told.filter(({ kind }) => kind === 'progress');
    expect(progress.length).toBeGreaterThan(1);
    const { running, rows, table } = racing.state;
    expect(running).toBe(false);
    expect(rows.map(({ removed, result }) => [removed?.name, result.outcome.kind])).toEqual([
      [undefined, 'holds'],
      ['recheck', 'violation'],
      ['snapshot-exchange', 'holds'],
    ]);
    expect(table?.minimal.map((set) => set.map(({ name }) => name))).toEqual([['recheck']]);
    // What came across can be taken again here.
    const { spec, design } = resolved('stale-walk');
    const schedule = rows[1]?.result.counterexample?.schedule ?? [];
    const again = replay(scenarioWithout(spec, design)(new Set(['recheck'])), schedule);
    expect(again.violation?.invariant).toBe('I1');
  });

  it('stops between two slices when it is cancelled, and keeps the rows there are', () => {
    const { worker, run } = sameThread();
    const racing = new Racing(() => worker);
    racing.start(jobOf('stale-walk', ['recheck', 'snapshot-exchange']));
    while (racing.state.rows.length < 2) run(1);
    racing.cancel();
    expect(racing.state).toMatchObject({ running: false, cancelled: true, rows: { length: 2 } });
    expect(racing.state.table?.complete).toBe(false);
    run();
    expect(racing.state.rows).toHaveLength(2);
  });

  it('in a large exploration never works longer than 100 ms at a time, whatever a state costs, and a cancel is heard between two', () => {
    // Three slices that cost next to nothing, and then as much as a state of a whole hypervisor.
    const { explorer, told, slices, run } = costly((slice) => (slice < 3 ? 0.001 : 0.05));
    explorer.hear({ kind: 'start', id: 1, job: jobOf('kvm-three-vcpus-three-numbers', []) });
    while (slices.length < 20) run();
    expect(told.filter(({ kind }) => kind === 'table')).toEqual([]);
    expect(Math.max(...slices)).toBeLessThan(100);
    // What is slow is the exploration, not the talk between slices: they soon are about as long as they should be.
    expect(Math.max(...slices.slice(10))).toBeGreaterThan(15);
    explorer.hear({ kind: 'cancel', id: 1 });
    expect(slices).toHaveLength(20);
    expect(told.at(-1)).toMatchObject({ kind: 'table', id: 1, cancelled: true, table: { complete: false } });
    const said = told.length;
    for (let i = 0; i < 3; i++) run();
    expect(slices).toHaveLength(20);
    expect(told).toHaveLength(said);
  });

  it('hears nothing any more of a job that was given up for another', () => {
    const { worker, run } = sameThread();
    const racing = new Racing(() => worker);
    racing.start(jobOf('stale-walk', ['recheck']));
    run(2);
    racing.start(jobOf('in-sync-before-magic', []));
    run();
    expect(racing.state.rows).toHaveLength(1);
    expect(racing.state.job?.protections).toEqual([]);
    expect(racing.state.table?.complete).toBe(true);
  });

  it('says why where it cannot be done', () => {
    const { worker, run } = sameThread();
    const racing = new Racing(() => worker);
    const { spec } = resolved('stale-walk');
    racing.start({ spec: { ...spec, design: 'none' }, protections: [], options: {} });
    run();
    expect(racing.state).toMatchObject({ running: false, failed: 'there is no design none' });
  });
});
