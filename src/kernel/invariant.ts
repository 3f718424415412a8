import type { Region } from './store';

/**
 * When an invariant holds by right: after every step; after every step while nobody holds a lock of the design (what a lock
 * protects may be half done while it is held); whenever a lock is released; at the end of every guest operation; only when
 * everything is at rest (no lock held, nobody inside the hypervisor, store buffers empty); or only at the very end, when
 * nobody has anything left to do.
 */
export type When = 'step' | 'unlocked' | 'release' | 'operation' | 'quiescent' | 'end';

/**
 * What an invariant knows beyond the state: the regions of witnesses that it reads, or the journal, of which no state tells. An exploration
 * merges states: it tells them apart by such witnesses, and of the journal it knows only the ways it has gone.
 */
export type Remembers<P> = 'journal' | ((part: P) => readonly Region[]);

/** A broken invariant: what is wrong, said for a person, and where to look. */
export interface Violation {
  /** Name of the invariant. */
  readonly invariant: string;
  /** One sentence: what was found and what was expected. */
  readonly says: string;
  /** The entity to outline, as its printed name (see hypervisor/entity.ts). */
  readonly where: string;
}

/** An invariant as data. `check` reads the world and lists what breaks it; it never writes. */
export interface Invariant<P = unknown> {
  readonly name: string;
  readonly part: string;
  readonly when: When;
  /** One sentence: what always holds. */
  readonly says: string;
  /** Missing: the state alone decides. */
  readonly remembers?: Remembers<P>;
  readonly check: (part: P) => readonly Violation[];
}
