import { denied, READ, RIGHT_NX, WRITE } from '../../machine';
import type { Kvm } from './state';

/** The per-vCPU memory of the last access without memory behind it (vcpu_cache_mmio_info). Plain functions. */

const page = (vaLo: number): number => vaLo & ~0xfff;

export function cacheMmio(k: Kvm, v: number, vaHi: number, vaLo: number, gfn: number, access: number): void {
  const vcpu = k.vcpu(v);
  // Address 0 means "none" to the kernel: page 0 is never remembered.
  vcpu.set('mmioKnown', vaHi === 0 && page(vaLo) === 0 ? 0 : 1);
  vcpu.set('mmioVaHi', vaHi);
  vcpu.set('mmioVaLo', page(vaLo));
  vcpu.set('mmioAccess', access);
  vcpu.set('mmioGfn', gfn);
  vcpu.set('mmioGen', k.slots.generation);
}

export function clearMmio(k: Kvm, v: number): void {
  const vcpu = k.vcpu(v);
  for (const field of ['mmioKnown', 'mmioVaHi', 'mmioVaLo', 'mmioAccess', 'mmioGfn', 'mmioGen'] as const)
    vcpu.set(field, 0);
}

/** vcpu_match_mmio_gva. */
export function matchesMmio(k: Kvm, v: number, vaHi: number, vaLo: number): boolean {
  const vcpu = k.vcpu(v);
  return (
    vcpu.get('mmioKnown') !== 0 &&
    vcpu.get('mmioGen') === k.slots.generation &&
    vcpu.get('mmioVaHi') === vaHi &&
    vcpu.get('mmioVaLo') === page(vaLo)
  );
}

/** Forgets the access if it is for this page. */
export function clearMmioOf(k: Kvm, v: number, vaHi: number, vaLo: number): void {
  const vcpu = k.vcpu(v);
  if (vcpu.get('mmioVaHi') === vaHi && vcpu.get('mmioVaLo') === page(vaLo)) clearMmio(k, v);
}

/** Whether the remembered rights allow an access, so that the guest's tables need not be walked for it. */
export function mmioAllows(k: Kvm, v: number, write: boolean): boolean {
  const r = k.machine.vcpu(v);
  const rights = k.vcpu(v).get('mmioAccess') | RIGHT_NX;
  const user = r.get('cpl') === 3;
  return !denied(rights, write ? WRITE : READ, user, r.get('cr0'), r.get('cr4'), r.get('rflags'));
}
