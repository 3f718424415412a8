import { assertNever } from '../../base';
import type { Procedure } from '../../kernel';
import { canBeFast, kvmFastPageFault } from './fastPageFault';
import type { Kvm } from './state';

/**
 * What a fault tries before it takes mmu_lock, if anything: a procedure with arguments va (halves), error code and gfn, which
 * returns RET_PF_*. Kernels keep it to linear mappings, whose sptes can never come to mean another frame (sheet 6.3).
 */
export function fastPath(k: Kvm, v: number, error: number): Procedure<never> | undefined {
  const { fastPath: kind } = k.profile;
  switch (kind) {
    case 'none':
    case 'identification':
      return undefined;
    case 'once':
    case 'retried':
      return canBeFast(error) && (k.direct(v) || !k.on('direct-only')) ? kvmFastPageFault : undefined;
    default:
      return assertNever(kind, 'fast path');
  }
}
