import type { Run } from '../../engine';
import type { Xi } from '../../hypervisor/xi/state';

/** Reads XI's state at a cursor; undefined for runs of other designs. */
export function xiAt<T>(run: Run, cursor: number, read: (x: Xi) => T): T | undefined {
  if (run.built.design.name !== 'xi') return undefined;
  return run.peek(cursor, () => read(run.world.part('xi') as Xi));
}
