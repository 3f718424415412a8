import type { Xi } from './state';

/** Who acts, at the beginning of a sentence. */
export const who = (x: Xi, actor: number): string => {
  const { vcpus } = x.machine.config;
  if (actor < vcpus) return `vCPU ${actor}`;
  return actor === vcpus ? 'The host' : 'The idle loop';
};

/** Whose walk path and holds an actor uses: a vCPU its own, the host and the idle loop those of vCPU 0, for only one of them has the lock. */
export const holderOf = (x: Xi, actor: number): number => (actor < x.machine.config.vcpus ? actor : 0);
