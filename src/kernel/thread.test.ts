import { describe, expect, it } from 'vitest';
import { Lock, LockTaken } from './lock';
import { type Procedure, procedure, slots } from './procedure';
import type { Region } from './store';
import { World } from './world';

/** A toy: two actors that add to a shared cell under a lock, through a procedure that calls another. */
interface Toy {
  readonly lock: Lock;
  readonly shared: Region;
}

const A = slots('amount', 'sum');
const toyAdd = procedure<Toy>({
  name: 'toy_add',
  part: 'toy',
  lane: 'guest',
  about: 'adds to the shared cell',
  slots: A,
  steps: [
    {
      label: 'read',
      line: 'sum <- shared + amount',
      say: 'It reads.',
      run: (t, toy) => t.set(A.sum, t.store.get(toy.shared.base) + t.get(A.amount)),
    },
    {
      label: 'write',
      line: 'shared <- sum',
      say: 'It writes.',
      run: (t, toy) => {
        t.store.set(toy.shared.base, t.get(A.sum));
        t.ret(t.get(A.sum));
      },
    },
  ],
});
const B = slots('times', 'last');
const toyMain = procedure<Toy>({
  name: 'toy_main',
  part: 'toy',
  lane: 'guest',
  about: 'adds 5, several times, each time under the lock',
  slots: B,
  steps: [
    {
      label: 'lock',
      line: 'lock()',
      say: 'It locks.',
      when: (_t, toy) => toy.lock.free,
      run: (t, toy) => toy.lock.take(t),
    },
    {
      label: 'add',
      line: 'last <- add(5)',
      say: 'It adds.',
      run: (t) => t.call(toyAdd as never, [5], B.last),
    },
    { label: 'unlock', line: 'unlock()', say: 'It unlocks.', run: (t, toy) => toy.lock.release(t) },
    {
      label: 'again',
      line: 'repeat',
      say: 'It goes on.',
      run: (t) => {
        t.set(B.times, t.get(B.times) - 1);
        if (t.get(B.times) > 0) t.goto('lock');
      },
    },
  ],
});

function toyWorld() {
  const world = new World([]);
  const shared = world.store.region('shared', 1);
  const lock = new Lock(world.store, 'toy lock', 0);
  world.addPart('toy', { lock, shared });
  for (const name of ['a', 'b']) world.addThread('vcpu', name).start(toyMain as never, 2);
  return { world, shared, lock };
}

describe('thread', () => {
  it('calls, returns into the slot asked for, and leaves an empty stack', () => {
    const { world, shared } = toyWorld();
    const a = world.actors[0]?.thread;
    for (let i = 0; i < 5; i++) world.step(0);
    expect(a?.frames()).toMatchObject([{ pc: 3, locals: { times: 2, last: 5 } }]);
    while (world.enabled(0)) world.step(0);
    expect(a?.alive).toBe(false);
    expect(world.store.get(shared.base)).toBe(10);
  });

  it('waits where the lock is taken, and goes on when it is free', () => {
    const { world } = toyWorld();
    world.step(0);
    expect(world.enabled(1)).toBe(false);
    for (let i = 0; i < 4; i++) world.step(0);
    expect(world.enabled(1)).toBe(true);
    world.step(1);
    expect(
      world.events
        .read(0, world.events.mark, 0)
        .filter((e) => e.kind === LockTaken.kind)
        .map((e) => e.actor),
    ).toEqual([0, 1]);
  });

  it('a finished stack leaves no trace in the identity', () => {
    const { world, shared } = toyWorld();
    const other = toyWorld();
    for (const actor of [0, 1]) while (world.enabled(actor)) world.step(actor);
    for (const actor of [1, 0]) while (other.world.enabled(actor)) other.world.step(actor);
    expect(world.store.get(shared.base)).toBe(20);
    expect(world.store.hash).toBe(other.world.store.hash);
  });

  it('moves the top before it clears the frame, so that the journal tells a cleared local from one set to 0', () => {
    const { world } = toyWorld();
    const a = world.actors[0]?.thread;
    for (let i = 0; i < 3; i++) world.step(0); // lock, call, read: the next step returns
    const frame = a?.frameBase ?? 0;
    const from = world.store.mark;
    world.step(0);
    const cells: number[] = [];
    world.store.writes(from, world.store.mark, (cell) => cells.push(cell));
    const cleared = cells.flatMap((cell, i) => (cell >= frame ? [i] : []));
    expect(cleared.length).toBeGreaterThan(2);
    expect(Math.min(...cleared)).toBeGreaterThan(cells.indexOf(a?.topCell ?? -1));
    expect(cells).toContain(a?.topCell);
  });

  it('a call too deep for the stack stops with a sentence', () => {
    const world = new World([]);
    world.addPart('toy', {});
    const deep: Procedure<Toy> = procedure<Toy>({
      name: 'toy_deep',
      part: 'toy',
      lane: 'guest',
      about: 'calls itself',
      slots: slots('x'),
      steps: [
        { label: 'down', line: 'deep()', say: 'Down.', run: (t) => t.call(deep as never, []) },
        { label: 'up', line: 'return', say: 'Up.', run: (t) => t.ret() },
      ],
    });
    world.addThread('vcpu', 'a').start(deep as never);
    expect(() => {
      for (let i = 0; i < 1000; i++) world.step(0);
    }).toThrow(/stack of actor 0 holds toy_deep/);
  });
});
