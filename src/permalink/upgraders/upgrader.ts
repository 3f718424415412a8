/**
 * Turns the plain object of the version before into that of version `to`. A pure function on plain data, one file each
 * (`v2.ts`, `v3.ts`, …), listed in index.ts, never changed once a page with that version has been published.
 */
export interface Upgrader {
  readonly to: number;
  /** In words: what changed and why. */
  readonly says: string;
  /** Gets what the version before wrote (not yet validated) and must not change it. */
  readonly upgrade: (plain: unknown) => unknown;
}

/** Runs every upgrader after `from`, in order, up to the version of the last. */
export function upgrade(plain: unknown, from: number, upgraders: readonly Upgrader[]): unknown {
  return upgraders.filter(({ to }) => to > from).reduce((now, step) => step.upgrade(now), plain);
}
