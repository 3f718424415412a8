import type { World } from '../kernel';
import type { Hidden } from './moves';
import { packChoice, packedActor, packedBranch } from './packedChoice';

/** In a packed choice: the actor is tried alone, its step being private; and: that did not turn out to be enough. */
export const ALONE = 1 << 30;
const NOT_ENOUGH = 1 << 29;

/**
 * Partial-order reduction by what steps declare they touch. A step that nobody else sees commutes with everything others can
 * do, nobody can forbid it, and no invariant sees it: so where an actor stands before one, every other order is the same as
 * taking it first. That is not enough where it
 * - leads to a state already seen: else a cycle of such steps could keep all others waiting for ever unexplored;
 * - is an occasion at which an invariant is evaluated: then what others have done by that time matters.
 * In both cases everybody is tried.
 */
export function firstChoice(world: World, hidden: Hidden): number {
  for (const { index, thread } of world.actors) {
    if (thread?.alive && hidden[thread.touch] && thread.enabled) return packChoice(index, 0) | ALONE;
  }
  return packChoice(0, 0);
}

/** The choice after one that was tried alone. `enough`: it led to a new state and no invariant was evaluated. */
export function afterAlone(choice: number, branches: number, enough: boolean, actors: number): number {
  const all = enough ? choice : choice | NOT_ENOUGH;
  const branch = packedBranch(choice) + 1;
  if (branch < branches) return packChoice(packedActor(choice), branch) | (all & (ALONE | NOT_ENOUGH));
  return (all & NOT_ENOUGH) === 0 ? packChoice(actors, 0) : packChoice(0, 0);
}
