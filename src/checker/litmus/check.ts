import { assertNever } from '../../base';
import { type Invariant, World } from '../../kernel';
import type { DepthFirstOptions } from '../depthFirst';
import { type Report, verify } from '../explore';
import type { Outcome } from '../outcome';
import type { Subject } from '../subject';
import { LitmusMachine } from './machine';
import type { LitmusTest, Proposition } from './test';
import { litmusThread } from './thread';

export type LitmusVerdict = 'allowed' | 'forbidden';

/** What exploring all executions of a test has shown. */
export interface LitmusResult {
  /** Whether some reachable final state satisfies the proposition; undefined if a bound came first. */
  readonly verdict: LitmusVerdict | undefined;
  /** Distinct states visited, final or not. */
  readonly states: number;
  readonly outcome: Outcome;
}

function holds(m: LitmusMachine, p: Proposition): boolean {
  switch (p.kind) {
    case 'register':
      return m.register(p.thread, p.register) === p.value;
    case 'memory':
      return m.inMemory(p.location) === p.value;
    case 'constant':
      return p.holds;
    case 'not':
      return !holds(m, p.of);
    case 'and':
      return holds(m, p.left) && holds(m, p.right);
    case 'or':
      return holds(m, p.left) || holds(m, p.right);
    default:
      return assertNever(p);
  }
}

/** The proposition as something that "breaks" in a final state that satisfies it: so the checker's schedule is its witness. */
const unreachable: Invariant<LitmusMachine> = {
  name: 'LITMUS',
  part: 'litmus',
  when: 'step',
  says: 'No final state satisfies the proposition.',
  check: (m) =>
    m.final() && holds(m, m.test.proposition)
      ? [{ invariant: 'LITMUS', says: 'This final state satisfies the proposition.', where: m.test.name }]
      : [],
};

/** A litmus test in its first state. Actors: the threads P0, P1, …, then their store buffers in the same order. */
export function litmusSubject(test: LitmusTest): Subject {
  const world = new World([]);
  const machine = new LitmusMachine(world, test);
  test.threads.forEach((_, v) => {
    world.addThread('vcpu', `P${v}`).start(litmusThread as never);
  });
  test.threads.forEach((_, v) => {
    world.addActor(
      'drain',
      `store buffer of P${v}`,
      () => !machine.buffers.empty(v),
      () => machine.buffers.drain(v),
    );
  });
  // Beginning is nobody's choice: every thread stands before its first instruction.
  const { recording } = world.events;
  world.events.recording = false;
  test.threads.forEach((_, v) => {
    world.step(v);
  });
  world.events.recording = recording;
  world.store.forget();
  const final = (): boolean => machine.final();
  return { world, invariants: [unreachable], atRest: final, unlocked: final, ended: final };
}

/** Explores a litmus test through all its interleavings and all orders in which its stores can reach memory. */
export function checkLitmus(
  test: LitmusTest,
  options: Pick<DepthFirstOptions, 'bounds'> = {},
  report?: Report,
): LitmusResult {
  const outcome = verify(litmusSubject(test), { ...options, onWrong: 'count' }, report);
  const { states, violations } = outcome.covered;
  const complete = outcome.kind === 'holds';
  return { verdict: violations > 0 ? 'allowed' : complete ? 'forbidden' : undefined, states, outcome };
}
