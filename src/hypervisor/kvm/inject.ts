import { PFEC_P, PFEC_RSVD } from '../../machine';
import { invalidateGva } from './invalidate';
import type { Kvm } from './state';
import { EXCEPTION_QUEUED } from './vcpuState';

/**
 * kvm_inject_emulated_page_fault: a #PF for the guest, queued until the next entry. If it says that the page is present, whatever the
 * shadow holds for the address goes first, so that the guest cannot fault on it for ever. Plain function under mmu_lock.
 */
export function injectPageFault(k: Kvm, v: number, vaHi: number, vaLo: number, error: number): void {
  if ((error & PFEC_P) !== 0 && (error & PFEC_RSVD) === 0) invalidateGva(k, v, vaHi, vaLo, false);
  k.world.count('pf_guest');
  const vcpu = k.vcpu(v);
  vcpu.set('exception', EXCEPTION_QUEUED);
  vcpu.set('exceptionError', error);
  vcpu.set('exceptionVaHi', vaHi);
  vcpu.set('exceptionVaLo', vaLo);
}
