import { type BuiltWorld, questionInvariant } from '../engine';
import type { Invariant, World } from '../kernel';
import type { Symmetry } from './symmetry';
import type { Contention } from './touched/contention';
import { tellApart } from './witnesses';

/** What is explored: a world at its first state, what must hold in it, and when it is over. */
export interface Subject {
  /** Its journal begins here: an exploration undoes to this state and leaves the world in it. */
  readonly world: World;
  readonly invariants: readonly Invariant<never>[];
  /** Nobody holds a lock, nobody is inside the hypervisor, no store waits: where `quiescent` invariants hold by right. */
  readonly atRest: () => boolean;
  /** Nobody holds a lock: where `unlocked` invariants hold by right. */
  readonly unlocked: () => boolean;
  /** Notes who uses which cells, where the world's store does so: then moves are fused by that, not by what steps declare. */
  readonly contention?: Contention;
  /** Nothing is known of who uses what, and what steps declare is not held against it: every step is a move of its own. */
  readonly singly?: true;
  /** Who is alike, if anybody is. */
  readonly symmetry?: Symmetry;
  /** Asked where nobody can run: everybody has come to an end. If not, it is a deadlock. */
  readonly ended: () => boolean;
}

/** Names of the actors that have something left to run; workers may wait for ever. */
export function notDone(world: World): string[] {
  return world.actors.filter((a) => a.kind !== 'worker' && (a.thread?.alive ?? false)).map((a) => a.name);
}

/**
 * A scenario's world as something to explore: by the invariants that it names for that, or by all. What these remember tells its states
 * apart from here on.
 */
export function subjectOf({ spec, world, design, unlocked, atRest }: BuiltWorld): Subject {
  const asked = spec.question === undefined ? [] : [questionInvariant(spec.question)];
  const { explored } = spec;
  const invariants = [...design.invariants, ...asked].filter(
    ({ name }) => explored === undefined || explored.includes(name),
  );
  const ended = () => notDone(world).length === 0;
  tellApart(world, invariants);
  return { world, invariants, atRest, unlocked, ended };
}
