import { frameOf } from '../../machine';
import * as c from './constants';
import { KvmMarkMmioSpte, KvmSetSpte, KvmUnsyncPage } from './events';
import {
  addRmap,
  childOf,
  dropParent,
  dropSpte,
  flushRemote,
  forgetSynced,
  giveDirty,
  isLast,
  markParentsUnsync,
} from './link';
import { tellOrigin } from './origin';
import { roleLevel } from './role';
import type { Kvm } from './state';
import { liftProtection, tablePages, tracePage } from './zap';

/** Making and storing leaf sptes: plain functions inside one step under mmu_lock. Source: sheet 3.4, 4.1. */

/** How a leaf is wanted. */
export interface Wanted {
  /** Guest's rights of the whole path, ACC_*. */
  readonly access: number;
  readonly gfn: number;
  /** First host page. */
  readonly frame: number;
  /** Not for an access that happened: the A bit stays clear, and no table goes unsync for it. */
  readonly prefetch: boolean;
  readonly canUnsync: boolean;
  readonly hostWritable: boolean;
}

/** mmu_try_to_unsync_pages: whether the gfn may be written. Level-1 tables in it go unsync for that, if they may. */
function tryToUnsync(k: Kvm, gfn: number, canUnsync: boolean, prefetch: boolean): boolean {
  if (k.slots.tracked(gfn)) return false;
  for (const sfn of tablePages(k, gfn)) {
    if (!canUnsync) return false;
    if (k.pages.get(sfn, 'unsync') !== 0) continue;
    if (prefetch) return false;
    tracePage(k, KvmUnsyncPage, sfn);
    k.world.count('mmu_unsync');
    k.pages.set(sfn, 'unsync', 1);
    forgetSynced(k);
    markParentsUnsync(k, sfn);
  }
  liftProtection(k, gfn);
  return true;
}

/** mark_page_dirty_in_slot. */
export function markDirty(k: Kvm, gfn: number): void {
  if (k.slots.logsDirty(k.slots.of(gfn))) k.slots.setDirty(gfn, true);
}

interface Made {
  readonly hi: number;
  readonly lo: number;
  /** Writing was wanted and refused: the gfn is a table that must stay protected. */
  readonly protect: boolean;
}

/** make_spte. `old` is the low half of what the entry holds now: if that is writable, nothing about writing is asked again. */
export function makeSpte(k: Kvm, level: number, old: number, w: Wanted): Made {
  const writable = (w.access & c.ACC_WRITE) !== 0 && w.hostWritable;
  let lo = (w.frame << 12) | c.SPTE_MMU_PRESENT | c.SPTE_P;
  if (!w.prefetch) lo |= c.SPTE_A;
  if ((w.access & c.ACC_USER) !== 0) lo |= c.SPTE_U;
  if (level > 1) lo |= c.SPTE_PS;
  if (w.hostWritable) lo |= c.SPTE_HOST_WRITABLE;
  const hi = (w.frame >>> 20) | ((w.access & c.ACC_EXEC) === 0 ? c.SPTE_NX_HI : 0);
  let protect = false;
  if (writable) {
    if ((old & c.SPTE_W) !== 0) lo |= c.SPTE_W | c.SPTE_MMU_WRITABLE;
    else if (tryToUnsync(k, w.gfn, w.canUnsync, w.prefetch))
      lo |= c.SPTE_W | c.SPTE_MMU_WRITABLE | (k.profile.slow.makesDirty ? c.SPTE_D : 0);
    else {
      protect = true;
      // The proposal has no bit for "a table": that the guest and the host let it be written is all that its spte says.
      if (k.profile.fastPath === 'identification') lo |= c.SPTE_MMU_WRITABLE;
    }
  }
  if ((lo & c.SPTE_W) !== 0) markDirty(k, w.gfn);
  return { hi, lo, protect };
}

/** mmu_spte_update: stores, and says whether TLBs must be flushed for it. */
export function updateSpte(k: Kvm, sfn: number, index: number, hi: number, lo: number): boolean {
  const old = k.lo(sfn, index);
  const present = (old & c.SPTE_MMU_PRESENT) !== 0;
  if (present && (old & ~lo & c.SPTE_D) !== 0) giveDirty(k, sfn, index);
  k.memory.write64(sfn, index, hi, lo);
  if (!present) return false;
  if ((old & c.SPTE_MMU_WRITABLE) !== 0 && (lo & c.SPTE_W) === 0) return true;
  return (old & ~lo & (c.SPTE_A | c.SPTE_D)) !== 0;
}

/** mark_mmio_spte: reserved bit 51, rights, gfn, and the generation of the slots: bits 3 to 10, and 52 to 62. */
export function markMmio(k: Kvm, sfn: number, index: number, gfn: number, access: number): void {
  const gen = k.slots.generation & 0x7_ffff;
  const kept = access & (c.ACC_WRITE | c.ACC_USER);
  const lo = (gfn << 12) | ((gen & 0xff) << 3) | kept | c.SPTE_P;
  const hi = ((gfn >>> 20) & 0x7_ffff) | c.SPTE_MMIO_HI | ((gen >>> 8) << 20);
  k.memory.write64(sfn, index, hi, lo);
  // The tracepoint prints the rights of the spte itself, whose present bit sits where the right to execute would.
  k.world.emit(KvmMarkMmioSpte, sfn, index, gfn, kept | 1);
  tellOrigin(k, sfn, index);
}

export const mmioGfn = (hi: number, lo: number): number => frameOf(hi & 0x7_ffff, lo);
export const mmioAccess = (lo: number): number => lo & (c.ACC_WRITE | c.ACC_USER);
export const mmioGeneration = (hi: number, lo: number): number =>
  ((lo >>> 3) & 0xff) | (((hi >>> 20) & 0x7ff) << 8);

/**
 * mmu_set_spte. `frame` -1: there is no memory behind the gfn. `write`: for a store that faulted, which is emulated if its page
 * must stay protected. Returns FIXED, SPURIOUS or EMULATE.
 */
export function setSpte(k: Kvm, sfn: number, index: number, w: Wanted, write: boolean): number {
  const level = k.pages.level(sfn);
  const old = k.lo(sfn, index);
  let mapped = false;
  let flush = false;
  if ((old & c.SPTE_MMU_PRESENT) !== 0) {
    if (!isLast(old, level)) {
      dropParent(k, childOf(k, sfn, index), sfn, index);
      flush = true;
    } else if (frameOf(k.hi(sfn, index), old) !== w.frame) {
      dropSpte(k, sfn, index);
      flush = true;
    } else mapped = true;
  }
  if (w.frame < 0) {
    k.world.count('pf_mmio_spte_created');
    markMmio(k, sfn, index, w.gfn, w.access);
    return c.RET_PF_EMULATE;
  }
  const was = k.lo(sfn, index);
  const { hi, lo, protect } = makeSpte(k, level, was, w);
  let result = c.RET_PF_FIXED;
  if (was === lo && k.hi(sfn, index) === hi) result = c.RET_PF_SPURIOUS;
  else {
    flush = updateSpte(k, sfn, index, hi, lo) || flush;
    const role = k.pages.get(sfn, 'role');
    const { gfn } = w;
    const table = k.pages.get(sfn, 'gfn');
    k.world.emit(
      KvmSetSpte,
      gfn,
      hi,
      lo,
      roleLevel(role),
      sfn,
      index,
      table,
      role,
      k.pages.get(sfn, 'validGen'),
    );
    tellOrigin(k, sfn, index);
  }
  if (protect && write) result = c.RET_PF_EMULATE;
  if (flush) flushRemote(k);
  if (!mapped) addRmap(k, sfn, index, w.gfn, w.access);
  else if ((k.pages.get(sfn, 'role') & c.ROLE_DIRECT) === 0) k.pages.setAccess(sfn, index, w.access);
  return result;
}
