import type { RegisterName } from '../../machine';
import { CR0_PG, CR0_WP, CR4_PAE, CR4_SMAP, CR4_SMEP, EFER_LME, EFER_NXE, present } from '../../machine';
import * as c from './constants';
import { clearMmio } from './mmio';
import { roleInvalid } from './role';
import type { Kvm } from './state';
import { REQ_LOAD_PGD, type VcpuState } from './vcpuState';
import { commitZap, type InvalidList, obsolete, prepareZap } from './zap';

/** Roots of a vCPU: freeing, the cache of previous ones, what the hardware is given. Plain functions. Source: sheet 4.3. */

const hasPaeRoot = (k: Kvm, vcpu: VcpuState): boolean => vcpu.get('root') === k.paeRoot(vcpu.index);

/** mmu_free_root_page: a root that was zapped meanwhile goes for good with its last user. */
function releaseRoot(k: Kvm, sfn: number, invalid: InvalidList): void {
  const count = k.pages.get(sfn, 'rootCount') - 1;
  k.pages.set(sfn, 'rootCount', count);
  if (count === 0 && roleInvalid(k.pages.get(sfn, 'role'))) prepareZap(k, sfn, invalid);
}

/** kvm_mmu_free_roots: cached ones first, by `prev`, then the current one. */
export function freeRoots(k: Kvm, v: number, current: boolean, prev: (i: number) => boolean): void {
  const vcpu = k.vcpu(v);
  const invalid: InvalidList = [];
  for (let i = 0; i < c.PREV_ROOTS; i++) {
    if (vcpu.prev(i) === 0 || !prev(i)) continue;
    releaseRoot(k, vcpu.prev(i), invalid);
    vcpu.setPrev(i, 0, 0, 0);
  }
  if (current && vcpu.get('root') !== 0) {
    if (hasPaeRoot(k, vcpu)) {
      for (let i = 0; i < 4; i++) {
        if (vcpu.pae(i) !== 0) releaseRoot(k, vcpu.pae(i), invalid);
        vcpu.setPae(i, 0);
      }
    } else releaseRoot(k, vcpu.get('root'), invalid);
    vcpu.setRoot(0, 0, 0);
    vcpu.witness.set('syncedRoot', 0);
  }
  commitZap(k, invalid);
}

const all = (): boolean => true;
const none = (): boolean => false;

export const freeCurrentRoot = (k: Kvm, v: number): void => freeRoots(k, v, true, none);

/** kvm_mmu_free_obsolete_roots. Roots of 32-bit guests have no shadow page of their own and always count as obsolete. */
export function freeObsoleteRoots(k: Kvm, v: number): void {
  const vcpu = k.vcpu(v);
  const root = vcpu.get('root');
  const current = root !== 0 && (hasPaeRoot(k, vcpu) || obsolete(k, root));
  freeRoots(k, v, current, (i) => obsolete(k, vcpu.prev(i)));
}

/** kvm_mmu_sync_prev_roots: cached roots with something unsync below are freed: they will be synchronised when they are loaded again. */
export function freeUnsyncPrevRoots(k: Kvm, v: number): void {
  const vcpu = k.vcpu(v);
  freeRoots(k, v, false, (i) => rootUnsync(k, vcpu.prev(i)));
}

/** is_unsync_root. */
export const rootUnsync = (k: Kvm, sfn: number): boolean =>
  k.pages.get(sfn, 'unsync') !== 0 || k.pages.get(sfn, 'unsyncChildren') !== 0;

/** kvm_mmu_reset_context: the paging mode has changed. All roots go; the next entry finds or makes others. */
export function resetContext(k: Kvm, v: number): void {
  freeRoots(k, v, true, all);
  clearMmio(k, v);
  k.vcpu(v).set('rootRole', k.rootRole(v));
}

/** is_root_usable, of the current root. A root that was zapped does not match: its role says so. */
function usable(k: Kvm, v: number, pgdHi: number, pgdLo: number): boolean {
  const vcpu = k.vcpu(v);
  const root = vcpu.get('root');
  if (root === 0 || vcpu.get('rootPgdHi') !== pgdHi || vcpu.get('rootPgdLo') !== pgdLo) return false;
  return k.pages.get(root, 'role') === vcpu.get('rootRole');
}

/** cached_root_find_and_keep_current: the look-up itself rotates the cache; what falls out at its end is freed. */
function rotateAndFind(k: Kvm, v: number, pgdHi: number, pgdLo: number): boolean {
  const vcpu = k.vcpu(v);
  if (usable(k, v, pgdHi, pgdLo)) return true;
  for (let i = 0; i < c.PREV_ROOTS; i++) {
    vcpu.swapRoot(i);
    if (usable(k, v, pgdHi, pgdLo)) return true;
  }
  freeCurrentRoot(k, v);
  return false;
}

/** cached_root_find_without_current. */
function findWithoutCurrent(k: Kvm, v: number, pgdHi: number, pgdLo: number): boolean {
  const vcpu = k.vcpu(v);
  for (let i = 0; i < c.PREV_ROOTS; i++) {
    vcpu.swapRoot(i);
    if (!usable(k, v, pgdHi, pgdLo)) {
      vcpu.swapRoot(i);
      continue;
    }
    for (let j = i; j + 1 < c.PREV_ROOTS; j++) {
      vcpu.setPrev(j, vcpu.prev(j + 1), prevPgd(vcpu, j + 1, 'Hi'), prevPgd(vcpu, j + 1, 'Lo'));
    }
    vcpu.setPrev(c.PREV_ROOTS - 1, 0, 0, 0);
    return true;
  }
  return false;
}

const prevPgd = (vcpu: VcpuState, i: number, half: 'Hi' | 'Lo'): number =>
  vcpu.get(`prev${i as 0}Pgd${half}`);

/** kvm_mmu_new_pgd: another CR3. True if a cached root serves it; else the next entry will load one. */
export function newPgd(k: Kvm, v: number, pgdHi: number, pgdLo: number): boolean {
  const vcpu = k.vcpu(v);
  // Only roots that are shadow pages are cached: the four of a 32-bit guest are given up.
  if (vcpu.get('root') !== 0 && hasPaeRoot(k, vcpu)) freeCurrentRoot(k, v);
  const found =
    vcpu.get('root') === 0 ? findWithoutCurrent(k, v, pgdHi, pgdLo) : rotateAndFind(k, v, pgdHi, pgdLo);
  if (!found) return false;
  vcpu.request(REQ_LOAD_PGD);
  clearMmio(k, v);
  k.pages.set(vcpu.get('root'), 'writeFlooding', 0);
  return true;
}

/** kvm_mmu_load_pgd, and the registers that the processor itself runs with: WP and NX always on, PAE at least. */
export function loadHardware(k: Kvm, v: number): void {
  const r = k.machine.vcpu(v);
  const vcpu = k.vcpu(v);
  const root = vcpu.get('root');
  r.set('hwCr3Hi', root >>> 20);
  r.set('hwCr3Lo', root << 12);
  loadHardwareMode(k, v);
  if (!hasPaeRoot(k, vcpu)) return;
  for (let i = 0; i < 4; i++) {
    const sfn = vcpu.pae(i);
    const hi = sfn >>> 20;
    const lo = sfn === 0 ? 0 : (sfn << 12) | c.SPTE_P;
    k.memory.write64(root, i, hi, lo);
    r.set(`pdpte${i as 0}Hi` satisfies RegisterName, hi);
    r.set(`pdpte${i as 0}Lo` satisfies RegisterName, lo);
  }
}

/** svm_set_cr0, svm_set_cr4, svm_set_efer: the processor always pages; long mode and SMEP, SMAP only where the guest itself pages. */
export function loadHardwareMode(k: Kvm, v: number): void {
  const r = k.machine.vcpu(v);
  const paging = (r.get('cr0') & CR0_PG) !== 0;
  const efer = paging ? r.get('efer') : r.get('efer') & ~EFER_LME;
  r.set('hwCr0', r.get('cr0') | CR0_WP | CR0_PG);
  r.set('hwCr4', (paging ? r.get('cr4') & (CR4_SMEP | CR4_SMAP) : 0) | CR4_PAE);
  r.set('hwEfer', efer | EFER_NXE);
}

/** The CR3 that a root is for. */
export const guestPgd = (k: Kvm, v: number): { readonly hi: number; readonly lo: number } => {
  const r = k.machine.vcpu(v);
  return { hi: r.get('cr3Hi'), lo: r.get('cr3Lo') };
};

/** Whether a PDPTE as loaded leads to a table. */
export const pdptrPresent = (vcpu: VcpuState, i: number): boolean => present(vcpu.pdptr(i, 'Lo'));
