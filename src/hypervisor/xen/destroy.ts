import { ensure } from '../../base';
import { frameOf } from '../../machine';
import { OPT_LINUX_L3_TOPLEVEL } from './domain';
import { Demoted, Pinned, ShadowDestroyed, Unpinned } from './events';
import { isNarrow, strideOf } from './geometry';
import { isUsable } from './magic';
import { oosHashRemove } from './oos/slots';
import { dropPage } from './refs';
import type { Xen } from './state';
import { isFl1, levelOfType, SH_L2_32, SH_L2_PAE, SH_L2H_PAE, SH_L3_64, SH_L4_64, SHF_TYPES } from './types';

/** sh_type_is_pinnable: top levels, and 64-bit L3s while the domain's guest is thought to use L3s as top levels. */
export function isPinnable(x: Xen, type: number): boolean {
  if (type === SH_L2_32 || type === SH_L2_PAE || type === SH_L2H_PAE || type === SH_L4_64) return true;
  return type === SH_L3_64 && (x.domain.get('optFlags') & OPT_LINUX_L3_TOPLEVEL) !== 0;
}

/**
 * sh_type_has_up_pointer. The pinned list and `up` share one field in Xen, so pinnable shadows have none; nor, since their pages need
 * not lie in a row, have shadows of several pages.
 */
function hasUpPointer(x: Xen, type: number): boolean {
  return !isPinnable(x, type) && (x.era.contiguous || !isNarrow(type));
}

/** sh_get_ref: one more reference. `frame`, `index`: the entry that takes it; frame 0 for a vCPU's slot or a pin. */
export function shGetRef(x: Xen, smfn: number, frame = 0, index = 0): void {
  x.pages.setCount(smfn, x.pages.count(smfn) + 1);
  if (frame !== 0 && hasUpPointer(x, x.pages.type(smfn)) && !x.pages.hasUp(smfn))
    x.pages.setUp(smfn, frame, index);
}

/** sh_put_ref: one reference less; the last one destroys the shadow at once. */
export function shPutRef(x: Xen, smfn: number, frame = 0, index = 0): void {
  const { pages } = x;
  ensure(pages.count(smfn) > 0, `${x.name(smfn)} has a reference to give back`);
  if (frame !== 0 && pages.hasUp(smfn) && pages.upIs(smfn, frame, index)) pages.clearUp(smfn);
  const count = pages.count(smfn) - 1;
  pages.setCount(smfn, count);
  if (count === 0) destroyShadow(x, smfn);
}

/** sh_pin: a reference that keeps a top level alive; pinning again moves it to the front of the list. */
export function shPin(x: Xen, smfn: number): void {
  const { pages } = x;
  if (pages.pinned(smfn)) {
    x.pinned.remove(smfn);
    x.pinned.pushFront(smfn);
    return;
  }
  shGetRef(x, smfn);
  pages.setPinned(smfn, true);
  x.pinned.pushFront(smfn);
  if (pages.type(smfn) === SH_L4_64) x.domain.set('pinnedL4s', x.domain.get('pinnedL4s') + 1);
  x.world.emit(Pinned, smfn);
}

/** sh_unpin. */
export function shUnpin(x: Xen, smfn: number): void {
  const { pages } = x;
  if (!pages.pinned(smfn)) return;
  x.pinned.remove(smfn);
  pages.setPinned(smfn, false);
  if (pages.type(smfn) === SH_L4_64) x.domain.set('pinnedL4s', x.domain.get('pinnedL4s') - 1);
  x.world.emit(Unpinned, smfn);
  shPutRef(x, smfn);
}

/** shadow_demote: the guest page loses one type; with the last it is an ordinary page, and leaves the out-of-sync table. */
function demote(x: Xen, gmfn: number, type: number): void {
  const { guest } = x;
  // Flags go, but the out-of-sync bits stay as they are: they mean nothing until the next promotion clears the word.
  guest.setFlags(gmfn, guest.flags(gmfn) & ~(1 << type));
  const last = (guest.flags(gmfn) & SHF_TYPES) === 0;
  if (last) {
    if (guest.outOfSync(gmfn) && x.on('demote-slot')) oosHashRemove(x, gmfn);
    guest.setPageTable(gmfn, false);
  }
  x.world.emit(Demoted, gmfn, type, last ? 1 : 0);
}

/**
 * sh_destroy_lN_shadow: out of the hash, the guest page demoted, and every reference its entries hold given back, which may
 * destroy the shadows below. The page goes to the pool with its contents: no table leads to it any more.
 */
export function destroyShadow(x: Xen, smfn: number): void {
  const { pages } = x;
  const type = pages.type(smfn);
  const back = pages.backpointer(smfn);
  const level = levelOfType(type);
  x.hash.delete(back, type, smfn);
  x.world.emit(ShadowDestroyed, type, back, smfn);
  if (!isFl1(type)) {
    demote(x, back, type);
    x.guest.addRefs(back, -1);
  }
  for (let i = 0; i < x.entriesOf(type); i += strideOf(type)) {
    const hi = x.hi(smfn, i);
    const lo = x.lo(smfn, i);
    if (!isUsable(hi, lo)) continue;
    if (level === 1) dropPage(x, hi, lo);
    else shPutRef(x, frameOf(hi, lo), smfn, i);
  }
  x.pool.release(smfn);
}
