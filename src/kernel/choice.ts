/**
 * What the scheduler decides, and the only thing about a run that is ever serialised: which actor runs next and, where a
 * step branches by itself (a random eviction, a worker that may or may not act), which branch it takes.
 */
export interface Choice {
  readonly actor: number;
  /** 0 unless the step asked for a branch. */
  readonly branch?: number;
}
