import type { Run } from '../../engine';
import type { Xen } from '../../hypervisor/xen/state';

/** Reads Xen's state at a cursor; undefined for runs of other designs. */
export function xenAt<T>(run: Run, cursor: number, read: (x: Xen) => T): T | undefined {
  if (run.built.design.name !== 'xen') return undefined;
  return run.peek(cursor, () => read(run.world.part('xen') as Xen));
}
