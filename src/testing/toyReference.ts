import { assertNever } from '../base';
import { TOY_BUFFER, TOY_CELLS, TOY_LOCKS, type Toy } from './toyModel';

interface State {
  readonly pcs: readonly number[];
  readonly cells: readonly number[];
  readonly own: readonly number[];
  /** Owner + 1, 0 when free. */
  readonly locks: readonly number[];
  /** Stores waiting, per actor, oldest first. */
  readonly buffers: readonly (readonly { readonly cell: number; readonly value: number }[])[];
}

/** What there is to know about a toy model, found the slow and obvious way: states as values, the whole graph at hand. */
export interface ToyFacts {
  readonly states: number;
  readonly transitions: number;
  /** Steps to the nearest state that breaks the invariant, that is a deadlock; undefined if there is none. */
  readonly nearestBad: number | undefined;
  readonly nearestDeadlock: number | undefined;
  /** Whether some state can go on for ever and never to an end. */
  readonly livelock: boolean;
}

const put = <T>(list: readonly T[], at: number, value: T): T[] => list.map((v, i) => (i === at ? value : v));

function successors(toy: Toy, s: State): State[] {
  return [...stepped(toy, s), ...drained(s)];
}

function drained(s: State): State[] {
  return s.buffers.flatMap((buffer, actor) => {
    const [oldest] = buffer;
    if (oldest === undefined) return [];
    const cells = put(s.cells, oldest.cell, oldest.value);
    return [{ ...s, cells, buffers: put(s.buffers, actor, buffer.slice(1)) }];
  });
}

function stepped(toy: Toy, s: State): State[] {
  return toy.programs.flatMap((program, actor): State[] => {
    const pc = s.pcs[actor] ?? 0;
    const step = program[pc];
    if (step === undefined) return [];
    const go = (to: number, cells = s.cells, locks = s.locks, own = s.own, buffers = s.buffers): State => ({
      // Whoever is past the last step is done, however far past.
      pcs: put(s.pcs, actor, Math.min(to, program.length)),
      cells,
      locks,
      // What was an actor's own goes with it.
      own: to < program.length ? own : put(own, actor, 0),
      buffers,
    });
    const buffer = s.buffers[actor] ?? [];
    const cell = 'cell' in step ? (s.cells[step.cell] ?? 0) : 0;
    switch (step.kind) {
      case 'add':
        return [go(pc + 1, put(s.cells, step.cell, (cell + step.by) % 4))];
      case 'pick':
        return Array.from({ length: step.from }, (_, value) => go(pc + 1, put(s.cells, step.cell, value)));
      case 'take':
        return s.locks[step.lock] === 0 ? [go(pc + 1, s.cells, put(s.locks, step.lock, actor + 1))] : [];
      case 'free':
        return [go(pc + 1, s.cells, s.locks[step.lock] === actor + 1 ? put(s.locks, step.lock, 0) : s.locks)];
      case 'post': {
        if (buffer.length === TOY_BUFFER) return [];
        const { cell: into, value } = step;
        return [
          go(pc + 1, s.cells, s.locks, s.own, put(s.buffers, actor, [...buffer, { cell: into, value }])),
        ];
      }
      case 'fence':
        return buffer.length === 0 ? [go(pc + 1)] : [];
      case 'own':
        return [go(pc + 1, s.cells, s.locks, put(s.own, actor, ((s.own[actor] ?? 0) + step.by) % 4))];
      case 'turn':
        return [go(s.own[actor] === step.value ? step.to : pc + 1)];
      case 'jump':
        return [go(cell === step.value ? step.to : pc + 1)];
      default:
        return assertNever(step);
    }
  });
}

export function toyFacts(toy: Toy): ToyFacts {
  const first: State = {
    pcs: toy.programs.map(() => 0),
    cells: Array(TOY_CELLS).fill(0),
    locks: Array(TOY_LOCKS).fill(0),
    own: toy.programs.map(() => 0),
    buffers: toy.programs.map(() => []),
  };
  const key = (s: State): string => JSON.stringify(s);
  const depth = new Map([[key(first), 0]]);
  const after = new Map<string, string[]>();
  const queue = [first];
  let transitions = 0;
  let nearestBad: number | undefined;
  let nearestDeadlock: number | undefined;
  const canEnd = new Set<string>();
  for (const s of queue) {
    const here = depth.get(key(s)) ?? 0;
    if (toy.bad !== undefined && s.cells.join() === toy.bad.join()) nearestBad ??= here;
    const next = successors(toy, s);
    after.set(key(s), next.map(key));
    transitions += next.length;
    if (next.length === 0) {
      if (s.pcs.every((pc, i) => pc >= (toy.programs[i]?.length ?? 0))) canEnd.add(key(s));
      else nearestDeadlock ??= here;
    }
    for (const n of next) {
      if (depth.has(key(n))) continue;
      depth.set(key(n), here + 1);
      queue.push(n);
    }
  }
  for (let size = -1; size !== canEnd.size; ) {
    size = canEnd.size;
    for (const [s, next] of after) if (next.some((n) => canEnd.has(n))) canEnd.add(s);
  }
  const livelock = nearestDeadlock === undefined && canEnd.size < depth.size;
  return { states: depth.size, transitions, nearestBad, nearestDeadlock, livelock };
}
