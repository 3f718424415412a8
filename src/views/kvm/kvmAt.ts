import type { Run } from '../../engine';
import type { Kvm } from '../../hypervisor/kvm/state';

/** Reads KVM's state at a cursor; undefined for runs of other designs. */
export function kvmAt<T>(run: Run, cursor: number, read: (k: Kvm) => T): T | undefined {
  if (run.built.design.name !== 'kvm') return undefined;
  return run.peek(cursor, () => read(run.world.part('kvm') as Kvm));
}
