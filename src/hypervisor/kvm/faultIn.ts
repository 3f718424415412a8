import { slots, type Thread as T } from '../../kernel';
import { CR0_WP, CR4_SMEP, PFEC_U, PFEC_W } from '../../machine';
import * as c from './constants';
import { KvmCheckMmioSpte, KvmHandleMmioPageFault } from './events';
import { touchForRead, touchForWrite } from './host';
import { isMmio } from './link';
import { cacheMmio, matchesMmio } from './mmio';
import { mmioAccess, mmioGeneration, mmioGfn } from './setSpte';
import { eachShadowEntry } from './shadowWalk';
import { HOST_PRESENT } from './slots';
import type { Kvm } from './state';
import { REQ_FREE_OBSOLETE_ROOTS } from './vcpuState';
import { obsolete } from './zap';

/** What `kvm_page_fault` keeps of its fault; the functions here read and fill it in. */
export const FAULT = slots(
  ...(['vaHi', 'vaLo', 'error', 'guestError', 'result', 'seq', 'frame', 'writable', 'maxLevel'] as const),
  ...(['verdict', 'injected', 'page'] as const),
);

/** handle_mmio_page_fault: the spte faulted with a reserved bit. RET_PF_EMULATE, RET_PF_RETRY, or RET_PF_INVALID to go the long way. */
export function handleMmio(t: T, k: Kvm): number {
  const v = t.actor;
  const hi = t.get(FAULT.vaHi);
  const lo = t.get(FAULT.vaLo);
  if (matchesMmio(k, v, hi, lo)) return c.RET_PF_EMULATE;
  let spteHi = 0;
  let spteLo = 0;
  eachShadowEntry(k, v, k.vcpu(v).get('root'), hi, lo, (sfn, index) => {
    spteHi = k.hi(sfn, index);
    spteLo = k.lo(sfn, index);
    return true;
  });
  if (!isMmio(spteHi, spteLo)) return c.RET_PF_RETRY;
  const valid = mmioGeneration(spteHi, spteLo) === (k.slots.generation & 0x7_ffff);
  k.world.emit(KvmCheckMmioSpte, v, valid ? 1 : 0);
  if (!valid) return c.RET_PF_INVALID;
  const gfn = mmioGfn(spteHi, spteLo);
  const access = mmioAccess(spteLo);
  k.world.emit(KvmHandleMmioPageFault, v, hi, lo, gfn, access);
  cacheMmio(k, v, hi, lo, gfn, access);
  return c.RET_PF_EMULATE;
}

/** is_self_change_mapping: the write goes to a table that translates its own address, or to the large page around one. */
export function selfChange(t: T, k: Kvm): void {
  const vcpu = k.vcpu(t.actor);
  const wp = (k.machine.vcpu(t.actor).get('cr0') & CR0_WP) !== 0;
  const user = (t.get(FAULT.error) & PFEC_U) !== 0;
  const level = vcpu.get('walkLevel');
  const gfn = vcpu.get('walkGfn');
  vcpu.set('writeToOwnTable', 0);
  t.set(FAULT.maxLevel, level);
  if ((vcpu.get('walkAccess') & c.ACC_WRITE) === 0 && (wp || user)) return;
  // No tables, so none of them: and the largest page of a PAE table is 2 MiB.
  if (k.direct(t.actor)) return;
  const pages = c.pagesPerHpage(level);
  for (let at = level; at <= vcpu.get('walkMax'); at++) {
    const table = vcpu.level('table', at);
    if (Math.floor(gfn / pages) === Math.floor(table / pages)) t.set(FAULT.maxLevel, 1);
    if (gfn === table) vcpu.set('writeToOwnTable', 1);
  }
}

/** shadow_page_table_clear_flood: the walk passes through these pages: they are in use. */
export function clearFlood(t: T, k: Kvm): void {
  eachShadowEntry(k, t.actor, k.vcpu(t.actor).get('root'), t.get(FAULT.vaHi), t.get(FAULT.vaLo), (sfn) => {
    k.pages.set(sfn, 'writeFlooding', 0);
    return true;
  });
}

/** kvm_faultin_pfn and handle_abnormal_pfn: the host page, with what the host lets KVM do with it. RET_PF_* or 0 to go on. */
export function faultIn(t: T, k: Kvm): number {
  const v = t.actor;
  const vcpu = k.vcpu(v);
  const gfn = vcpu.get('walkGfn');
  const slot = k.slots.of(gfn);
  const write = (t.get(FAULT.error) & PFEC_W) !== 0;
  t.set(FAULT.seq, k.vm.get('invalidateSeq'));
  t.set(FAULT.writable, 0);
  if (slot < 0) {
    t.set(FAULT.frame, -1);
    cacheMmio(
      k,
      v,
      t.get(FAULT.vaHi),
      t.get(FAULT.vaLo),
      gfn,
      vcpu.get('walkAccess') & (c.ACC_WRITE | c.ACC_USER),
    );
    return 0;
  }
  const readOnly = k.slots.readOnly(slot);
  if (write && readOnly) return c.RET_PF_EMULATE;
  const mfn = k.slots.mfn(gfn);
  if (write) touchForWrite(k, mfn);
  else touchForRead(k, mfn);
  t.set(FAULT.frame, mfn);
  t.set(FAULT.writable, readOnly || k.slots.hostState(mfn) !== HOST_PRESENT ? 0 : 1);
  return 0;
}

/** is_page_fault_stale: the root was zapped, or the host has taken pages away since the frame was looked up. */
export function stale(t: T, k: Kvm): boolean {
  const vcpu = k.vcpu(t.actor);
  const root = vcpu.get('root');
  // The four roots of a 32-bit guest have no page of their own to ask: the request alone counts.
  if (root === k.paeRoot(t.actor)) {
    if (vcpu.asked(REQ_FREE_OBSOLETE_ROOTS)) return true;
  } else if (obsolete(k, root)) return true;
  if (t.get(FAULT.frame) < 0 || !k.on('notifier-retry')) return false;
  return k.vm.get('invalidateSeq') !== t.get(FAULT.seq) || k.beingTaken(vcpu.get('walkGfn'));
}

/** With CR0.WP = 0 the kernel writes where the guest's entry does not let it: as a supervisor's page. */
export function supervisorWrite(t: T, k: Kvm): void {
  const v = t.actor;
  const vcpu = k.vcpu(v);
  const r = k.machine.vcpu(v);
  const access = vcpu.get('walkAccess');
  const error = t.get(FAULT.error);
  if ((error & PFEC_W) === 0 || (error & PFEC_U) !== 0 || t.get(FAULT.frame) < 0) return;
  if ((access & c.ACC_WRITE) !== 0 || (r.get('cr0') & CR0_WP) !== 0) return;
  const exec = (r.get('cr4') & CR4_SMEP) !== 0 ? c.ACC_EXEC : 0;
  vcpu.set('walkAccess', (access | c.ACC_WRITE) & ~(c.ACC_USER | exec));
}
