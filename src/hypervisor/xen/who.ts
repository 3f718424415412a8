import type { Xen } from './state';

/**
 * Who takes a step, in the middle of a sentence: a vCPU, or the host. Locks, flushes, resyncs and unshadowing are also done for
 * operations from outside the guest.
 */
export const who = (x: Xen, actor: number): string => (actor < x.vcpus.length ? `vCPU ${actor}` : 'the host');

/** The same at the beginning of a sentence. */
export const Who = (x: Xen, actor: number): string => (actor < x.vcpus.length ? `vCPU ${actor}` : 'The host');
