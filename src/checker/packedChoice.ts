import { ensure } from '../base';
import type { Choice, World } from '../kernel';

const BRANCH_SHIFT = 8;
const ACTOR_MASK = 0xff;
const BRANCH_MASK = 0xffff;

/** A choice in one cell: actor in the low 8 bits, branch in the 16 above; higher bits are the caller's. */
export const packChoice = (actor: number, branch: number): number => actor | (branch << BRANCH_SHIFT);
export const packedActor = (packed: number): number => packed & ACTOR_MASK;
export const packedBranch = (packed: number): number => (packed >>> BRANCH_SHIFT) & BRANCH_MASK;

/** What `packChoice` packed. */
export function unpackChoice(packed: number): Choice {
  const branch = packedBranch(packed);
  return branch === 0 ? { actor: packedActor(packed) } : { actor: packedActor(packed), branch };
}

/** The choice to try after this one, whose step asked among `branches`: its next branch, or the next actor. */
export function followingChoice(packed: number, branches: number): number {
  const branch = packedBranch(packed) + 1;
  const actor = packedActor(packed);
  return branch < branches ? packChoice(actor, branch) : actor + 1;
}

/** Throws where a world has more actors than a packed choice can name. */
export function ensurePackable(world: World): void {
  ensure(world.actors.length <= ACTOR_MASK, `a world to explore has at most ${ACTOR_MASK} actors`);
}
