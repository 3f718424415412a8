import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import type { Explored } from '../../session/racing/opening';
import { lookForRaces, onStage, racingOf, SETTINGS } from '../../session/racing/page';
import { Steering } from '../../session/racing/steering';
import { endOf } from '../../session/racing/words';
import { resolved } from '../../testing/library';
import { testSession } from '../../testing/testSession';
import { turnsAt } from '../../views/race/turns';

function exploredOf(id: string): Explored {
  const { spec, design } = resolved(id);
  return { spec, design, removed: [] };
}

function steered(id: string) {
  const steering = new Steering();
  steering.begin(exploredOf(id), [], 0, 'the beginning');
  const now = () => defined(steering.now, 'a steered run');
  const acted = () =>
    now()
      .run.choices(0, now().cursor)
      .map(({ actor }) => actor);
  const turns = () => turnsAt(now().run, now().cursor);
  return { steering, now, acted, turns };
}

describe('steering by hand', () => {
  it('takes one step, or the steps up to the end of a beat, and nothing by itself', () => {
    const { steering, acted } = steered('store-buffering');
    steering.take({ actor: 0 }, 'step');
    steering.take({ actor: 1 }, 'step');
    expect(acted()).toEqual([0, 1]);
    steering.take({ actor: 0 }, 'beat');
    expect(acted().slice(2)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('says what each would do next, and why one cannot go on', () => {
    const { steering, turns } = steered('store-buffering-with-fences');
    const said = () => turns().map(({ name, line, why }) => `${name}: ${why ?? line}`);
    expect(turns()[0]).toMatchObject({ doing: 'store x = 1', line: 'next operation of the program' });
    for (let i = 0; i < 4; i++) steering.take({ actor: 0 }, 'beat');
    expect(said()).toEqual([
      'vCPU 0: waits until its own stores have reached memory',
      'vCPU 1: next operation of the program',
      'store buffer of vCPU 0: 0x1 to x reaches memory',
      'store buffer of vCPU 1: nothing waits in it',
    ]);
    // Who cannot go on is not moved.
    steering.take({ actor: 0 }, 'step');
    expect(said()[0]).toContain('waits');
    steering.take({ actor: 3 }, 'step');
    expect(said()[0]).toBe('vCPU 0: MFENCE: wait until the store buffer is empty');
  });

  it('says who holds the lock that somebody waits for', () => {
    const { steering, now, turns } = steered('upper-table-changed');
    const holds = (): boolean => now().run.store.lockCells.some((cell) => now().run.store.get(cell) === 1);
    for (let i = 0; i < 500 && !holds(); i++) steering.take({ actor: 0 }, 'step');
    expect(holds()).toBe(true);
    for (let i = 0; i < 500 && turns()[1]?.why === undefined; i++) steering.take({ actor: 1 }, 'step');
    expect(turns()[1]?.why).toBe('waits: shadow lock is held by vCPU 0');
  });

  it('goes back and again along what was taken, until another choice is made there', () => {
    const { steering, now, acted } = steered('store-buffering');
    for (const actor of [0, 0, 1, 1]) steering.take({ actor }, 'step');
    const { run } = now();
    steering.seek(2);
    expect(now().run.length).toBe(4);
    // The same choice again is no branch.
    steering.take({ actor: 1 }, 'step');
    expect(now().run).toBe(run);
    expect(now()).toMatchObject({ cursor: 3 });
    steering.seek(2);
    steering.take({ actor: 0 }, 'step');
    expect(acted()).toEqual([0, 0, 0]);
    expect(now().run.length).toBe(3);
  });

  it('begins anywhere in a race that was found, comes to its end by the same choices, and sees the same broken', () => {
    const { session, explorer } = testSession({ library: 'upper-table-changed-unseen' });
    lookForRaces(session, SETTINGS);
    const racing = racingOf(session);
    while (racing.state.rows.length === 0) explorer.run(1);
    const explored = defined(onStage(session), 'a scenario on stage');
    const found = defined(racing.state.rows[0]?.result.counterexample, 'a counterexample');
    const broken = defined(found.violation, 'something broken').invariant;
    const everything = { ...explored, removed: [] };
    const steering = new Steering();
    steering.begin(everything, found.schedule, 20, 'the race that was found');
    expect(steering.now).toMatchObject({ cursor: 20, left: { at: 20 } });
    for (const choice of found.schedule.slice(20)) steering.take(choice, 'step');
    const { run, cursor } = defined(steering.now, 'a steered run');
    expect(cursor).toBe(found.schedule.length);
    expect(endOf(run, cursor)).toMatchObject({ tone: 'wrong', violation: { invariant: broken } });
    expect(endOf(run, cursor - 1)).toBeUndefined();
  });

  it('answers what the scenario asks about its end, where everybody is done', () => {
    const { steering, now } = steered('store-buffering');
    for (const actor of [0, 1, 3, 4]) {
      for (let i = 0; i < 40; i++) steering.take({ actor }, 'beat');
    }
    expect(endOf(now().run, now().cursor)).toEqual({
      tone: 'found',
      says: 'Everybody is done. It ends with vcpu 0 eax = 0 and vcpu 1 eax = 0.',
      violation: undefined,
    });
  });
});
