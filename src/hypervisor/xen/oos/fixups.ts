import { assertNever, defined } from '../../../base';
import {
  FixupAdded,
  FixupHit,
  FixupMiss,
  FixupRemoved,
  HOW_EVICTION,
  HOW_FIXUP,
  WriteAccessSearched,
} from '../events';
import { SHADOW_OOS_FIXUPS } from '../fixupStore';
import { clearWrite, mapsWritable } from '../refs';
import type { Xen } from '../state';
import { isL1, mapsPages } from '../types';
import { fixupTableAdd } from './fixupTable';
import { oosPlace } from './slots';

/**
 * Remembers that entry (smfn, index), which vCPU v installs, maps an out-of-sync page writable. Called by set_l1e before the
 * entry is written. Source: sheet 5.6.
 */
export function fixupAdd(x: Xen, v: number, gmfn: number, smfn: number, index: number): void {
  if (!x.on('fixups')) return;
  switch (x.era.fixups) {
    case 'none':
      return;
    case 'table':
      fixupTableAdd(x, v, gmfn, smfn, index);
      return;
    case 'array':
      fixupArrayAdd(x, gmfn, smfn, index);
      return;
    default:
      assertNever(x.era.fixups, 'kind of fixups');
  }
}

/**
 * Since July 2008: two pairs per slot, taken in turn. The pair that has to go loses its write access at once, so that the array
 * is complete. No TLB is flushed: while the page is out of sync a late store harms nobody, and a resync always flushes.
 */
function fixupArrayAdd(x: Xen, gmfn: number, smfn: number, index: number): void {
  const { owner, slot } = oosPlace(x, gmfn);
  const arrays = defined(x.fixupArrays[owner], `fixup arrays of vCPU ${owner}`);
  if (x.on('fixup-no-duplicates'))
    for (let i = 0; i < SHADOW_OOS_FIXUPS; i++)
      if (arrays.smfn(slot, i) === smfn && arrays.off(slot, i) === index) return;
  const at = arrays.next(slot);
  const victim = arrays.smfn(slot, at);
  if (victim >= 0) {
    const off = arrays.off(slot, at);
    if (x.on('fixup-eviction') && fixupHolds(x, gmfn, victim, off)) clearWrite(x, victim, off, HOW_EVICTION);
    x.world.count('shadow_oos_fixup_evict');
    x.world.emit(FixupRemoved, owner, gmfn, victim, off);
  }
  arrays.put(slot, at, smfn, index);
  arrays.setNext(slot, (at + 1) % SHADOW_OOS_FIXUPS);
  x.world.count('shadow_oos_fixup_add');
  x.world.emit(FixupAdded, owner, gmfn, smfn, index);
}

/** Whether a recorded place still is an L1 entry that maps the page writable. Until September 2008 a splintered superpage never counted. */
export function fixupHolds(x: Xen, gmfn: number, smfn: number, off: number): boolean {
  const type = x.pages.type(smfn);
  const searched = x.on('fl1-fixups') ? mapsPages(type) : isL1(type);
  return searched && mapsWritable(x, smfn, off, gmfn);
}

/** sh_remove_write_access_from_sl1p: one read at a recorded place. Whether it still mapped the page writable. */
export function removeAtFixup(x: Xen, gmfn: number, smfn: number, off: number): boolean {
  const hit = fixupHolds(x, gmfn, smfn, off);
  x.world.emit(WriteAccessSearched, gmfn, HOW_FIXUP, smfn, off, hit ? 1 : 0);
  x.world.emit(hit ? FixupHit : FixupMiss, gmfn, smfn, off);
  x.world.count(hit ? 'shadow_writeable_h_7' : 'shadow_writeable_h_8');
  if (hit) clearWrite(x, smfn, off, HOW_FIXUP);
  return hit;
}
