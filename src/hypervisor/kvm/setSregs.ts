import { loadPdptrs } from './loadPdptrs';
import { resetContext } from './roots';
import type { Kvm } from './state';
import { REQ_SET_SREGS } from './vcpuState';

/** What KVM_SET_SREGS with other segments only does: a PAE guest's PDPTEs are loaded anew, and its paging mode counts as changed. */
export function reloadSregs(k: Kvm, v: number): void {
  if (k.mode(v).name !== 'pae') return;
  loadPdptrs(k, v, k.machine.vcpu(v).get('cr3Lo'));
  resetContext(k, v);
}

/** KVM_SET_SREGS: at once for a vCPU that does not run; one that does must come out of its guest first, and does it on its way back. */
export function setSregs(k: Kvm, v: number): void {
  if (k.world.location(v) !== undefined) k.vcpu(v).request(REQ_SET_SREGS);
  else reloadSregs(k, v);
}
