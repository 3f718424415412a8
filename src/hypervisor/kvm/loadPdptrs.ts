import { type Halves, refusePdpte } from '../../machine';
import { readGuest } from './guestMemory';
import { freeCurrentRoot } from './roots';
import type { Kvm } from './state';
import { REQ_LOAD_PGD } from './vcpuState';

const entry: Halves = { hi: 0, lo: 0 };

/**
 * load_pdptrs: the four top entries of a PAE guest into KVM's copy. False, and nothing loaded, if one is present with a reserved bit. Changed
 * ones cost the current root. The only time the guest's memory is asked: walks use the copy. Plain function under mmu_lock.
 */
export function loadPdptrs(k: Kvm, v: number, cr3: number): boolean {
  const vcpu = k.vcpu(v);
  const loaded: { hi: number; lo: number }[] = [];
  for (let i = 0; i < 4; i++) {
    if (!readGuest(k, cr3 >>> 12, (cr3 & 0xfe0) + 8 * i, 8, entry)) return false;
    if (refusePdpte(k.machine.modes.pae, entry.hi, entry.lo)) return false;
    loaded.push({ hi: entry.hi, lo: entry.lo });
  }
  const changed = loaded.some(({ hi, lo }, i) => hi !== vcpu.pdptr(i, 'Hi') || lo !== vcpu.pdptr(i, 'Lo'));
  if (changed) freeCurrentRoot(k, v);
  loaded.forEach(({ hi, lo }, i) => {
    vcpu.setPdptr(i, hi, lo);
  });
  vcpu.request(REQ_LOAD_PGD);
  return true;
}
