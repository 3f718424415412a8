import { describe, expect, it } from 'vitest';
import { protectionsOf, replay, scenarioWithout } from '../../checker';
import { resolved } from '../../testing/library';
import { sameThread } from '../../testing/sameThread';
import type { Job } from './protocol';
import { Racing } from './racing';

function jobOf(id: string, names: readonly string[]): Job {
  const { spec, design } = resolved(id);
  const protections = protectionsOf(spec, design).filter(({ name }) => names.includes(name));
  return { spec, protections, options: {} };
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
