import type { Run } from '../../engine';
import type { Xen } from '../../hypervisor/xen/state';

/** Reads Xen's state at a cursor; undefined for runs of other designs. */
export function xenAt<T>(run: Run, cursor: number, read: (x: Xen) => T): T | undefined {
  if (run.built.design.name !== 'xen') return undefined;
  return run.peek(cursor, () => read(run.world.part('xen') as Xen));
}

/** One line about a structure: a name, what it holds, and what it is about, if that is on the stage. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** What the field is for, in a sentence. */
  readonly tip?: string;
  /** Printed name of what the value points at. */
  readonly entity?: string;
  /** Worth a second look: a field that is not as one would expect. */
  readonly odd?: boolean;
}
