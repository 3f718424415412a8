import type { Covered, Outcome } from './outcome';

/** An exploration under way. In between the world stands somewhere inside. */
export interface Search {
  readonly covered: Covered;
  /** Visits about `states` more states. Returns the outcome when there is one; the world is then in its first state. */
  advance(states: number): Outcome | undefined;
  /** Ends it where it stands and puts the world back to its first state. */
  cancel(): Outcome;
}
