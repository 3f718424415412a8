import { frameOf } from '../../machine';
import * as c from './constants';
import { KvmSpteCleared } from './events';
import { tellOrigin } from './origin';
import { pointerIndex, pointerTable, sptePointer } from './pteList';
import { roleDirect } from './role';
import type { Kvm } from './state';

/**
 * Sptes and the lists that know them: plain functions, each run inside one step under mmu_lock. Reverse maps hold every present
 * leaf, parent lists every present entry that names a table (sheet 1.5, invariants I6 and I7).
 */

/** kvm_flush_remote_tlbs is called for: no vCPU may keep a translation. The step that calls goes through with it (`settle`). */
export function flushRemote(k: Kvm): void {
  k.world.count('remote_tlb_flush_requests');
  k.vm.set('flushWanted', 1);
}

export const isMmio = (hi: number, lo: number): boolean =>
  (lo & c.SPTE_MMU_PRESENT) === 0 && (hi & c.SPTE_MMIO_HI) !== 0 && (lo & c.SPTE_P) !== 0;

/** is_last_spte. */
export const isLast = (lo: number, level: number): boolean => level === 1 || (lo & c.SPTE_PS) !== 0;

/** kvm_mmu_page_get_gfn: what an entry of a shadow page maps. */
export function gfnOfEntry(k: Kvm, sfn: number, index: number): number {
  if (!roleDirect(k.pages.get(sfn, 'role'))) return k.pages.shadowedGfn(sfn, index);
  return k.pages.get(sfn, 'gfn') + index * c.pagesPerHpage(k.pages.level(sfn));
}

/** kvm_set_pfn_dirty: the host must not throw away what was written to the pages of a leaf. */
export function giveDirty(k: Kvm, sfn: number, index: number): void {
  const first = frameOf(k.hi(sfn, index), k.lo(sfn, index));
  for (let i = 0; i < c.pagesPerHpage(k.pages.level(sfn)); i++) k.slots.setHostDirty(first + i);
}

/** drop_spte: an entry is emptied; a leaf leaves its reverse map, and its D bit to the host. `old`: what its low half is taken to have been. */
export function dropSpte(k: Kvm, sfn: number, index: number, old = k.lo(sfn, index)): void {
  const present = k.present(sfn, index);
  if (present && (old & c.SPTE_D) !== 0) giveDirty(k, sfn, index);
  k.memory.write64(sfn, index, 0, 0);
  k.world.emit(KvmSpteCleared, sfn, index);
  if (!present) return;
  const gfn = gfnOfEntry(k, sfn, index);
  const level = k.pages.level(sfn);
  k.slots.setRmap(gfn, level, k.lists.remove(k.slots.rmap(gfn, level), sptePointer(sfn, index)));
}

/** rmap_add. A chain of more than a thousand is given up: all its sptes go. */
export function addRmap(k: Kvm, sfn: number, index: number, gfn: number, access: number): void {
  if (!roleDirect(k.pages.get(sfn, 'role'))) k.pages.setTranslation(sfn, index, gfn, access);
  const level = k.pages.level(sfn);
  const pointer = sptePointer(sfn, index);
  k.slots.setRmap(gfn, level, k.lists.add(k.slots.rmap(gfn, level), pointer));
  if (k.lists.all(k.slots.rmap(gfn, level)).length > c.RMAP_RECYCLE_THRESHOLD) {
    zapRmap(k, gfn, level);
    flushRemote(k);
  }
}

/** kvm_zap_all_rmap_sptes: every spte that maps the gfn with a page of this level goes. Says whether there was one. */
export function zapRmap(k: Kvm, gfn: number, level: number): boolean {
  const all = k.lists.all(k.slots.rmap(gfn, level));
  for (const pointer of all) dropSpte(k, pointerTable(pointer), pointerIndex(pointer));
  return all.length > 0;
}

/** drop_parent_pte: an entry no longer names its table. */
export function dropParent(k: Kvm, child: number, sfn: number, index: number): void {
  k.pages.set(child, 'parents', k.lists.remove(k.pages.get(child, 'parents'), sptePointer(sfn, index)));
  k.memory.write64(sfn, index, 0, 0);
  k.world.emit(KvmSpteCleared, sfn, index);
}

/** The shadow page that a present entry above level 1 names. */
export const childOf = (k: Kvm, sfn: number, index: number): number =>
  frameOf(k.hi(sfn, index), k.lo(sfn, index));

/** mmu_page_zap_pte: whatever the entry is, it goes; a table that it named stays, found again by its gfn and role. */
export function zapEntry(k: Kvm, sfn: number, index: number): void {
  const lo = k.lo(sfn, index);
  const hi = k.hi(sfn, index);
  if ((lo & c.SPTE_MMU_PRESENT) !== 0) {
    if (isLast(lo, k.pages.level(sfn))) dropSpte(k, sfn, index);
    else dropParent(k, childOf(k, sfn, index), sfn, index);
  } else if (lo !== 0 || hi !== 0) dropSpte(k, sfn, index);
}

/** mark_unsync: the entry leads to an unsync page; tells the pages above, up to those that know already. */
export function markUnsync(k: Kvm, pointer: number): void {
  const sfn = pointerTable(pointer);
  const index = pointerIndex(pointer);
  if (k.pages.childBit(sfn, index)) return;
  k.pages.setChildBit(sfn, index, true);
  const children = k.pages.get(sfn, 'unsyncChildren');
  k.pages.set(sfn, 'unsyncChildren', children + 1);
  if (children === 0) markParentsUnsync(k, sfn);
}

export function markParentsUnsync(k: Kvm, sfn: number): void {
  for (const pointer of k.lists.all(k.pages.get(sfn, 'parents'))) markUnsync(k, pointer);
}

export function clearUnsyncChild(k: Kvm, sfn: number, index: number): void {
  k.pages.set(sfn, 'unsyncChildren', k.pages.get(sfn, 'unsyncChildren') - 1);
  k.pages.setChildBit(sfn, index, false);
}

/** Something is unsync from now on that was not, or can be reached: no root counts as just synchronised. */
export function forgetSynced(k: Kvm): void {
  for (const { witness } of k.vcpus) if (witness.get('syncedRoot') !== 0) witness.set('syncedRoot', 0);
}

/** link_shadow_page: an entry names a table from now on. A large leaf in its place goes. */
export function linkPage(k: Kvm, sfn: number, index: number, child: number): void {
  if (k.present(sfn, index)) {
    dropSpte(k, sfn, index);
    flushRemote(k);
  }
  const flags = c.SPTE_P | c.SPTE_W | c.SPTE_U | c.SPTE_A | c.SPTE_MMU_PRESENT;
  k.memory.write64(sfn, index, child >>> 20, (child << 12) | flags);
  tellOrigin(k, sfn, index);
  const pointer = sptePointer(sfn, index);
  k.pages.set(child, 'parents', k.lists.add(k.pages.get(child, 'parents'), pointer));
  if (k.pages.get(child, 'unsyncChildren') === 0 && k.pages.get(child, 'unsync') === 0) return;
  markUnsync(k, pointer);
  forgetSynced(k);
}

/** spte_write_protect for the dirty log: W goes, and may come back without the lock. Says whether it was set, so that TLBs must be flushed. */
export function logSpte(k: Kvm, sfn: number, index: number): boolean {
  const lo = k.lo(sfn, index);
  if ((lo & c.SPTE_W) === 0) return false;
  k.memory.write64(sfn, index, k.hi(sfn, index), lo & ~c.SPTE_W);
  return true;
}

/** logSpte for every spte of a reverse map. */
export function writeProtectRmap(k: Kvm, gfn: number, level: number): boolean {
  let flush = false;
  for (const pointer of k.lists.all(k.slots.rmap(gfn, level)))
    flush = logSpte(k, pointerTable(pointer), pointerIndex(pointer)) || flush;
  return flush;
}

/** account_shadowed, but for the write-protection that follows it: the gfn is a page table, and must not lie in a large page. */
export function accountShadowed(k: Kvm, sfn: number): void {
  const gfn = k.pages.get(sfn, 'gfn');
  k.vm.set('indirectPages', k.vm.get('indirectPages') + 1);
  if (k.pages.level(sfn) > 1) k.slots.track(gfn, 1);
  k.slots.disallowLarge(gfn, 1);
}

export function unaccountShadowed(k: Kvm, sfn: number): void {
  const gfn = k.pages.get(sfn, 'gfn');
  k.vm.set('indirectPages', k.vm.get('indirectPages') - 1);
  if (k.pages.level(sfn) > 1) k.slots.track(gfn, -1);
  k.slots.disallowLarge(gfn, -1);
}
