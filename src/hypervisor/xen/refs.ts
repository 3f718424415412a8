import { ensure } from '../../base';
import { frameOf, W } from '../../machine';
import { ShadowEntrySet, WHY_REMOVE_WRITE, WriteAccessRemoved } from './events';
import { isUsable } from './magic';
import type { Xen } from './state';

/** Whether an L1 shadow entry holds references on the frame it maps: present, not magic, and memory of the guest. */
function holdsRefs(x: Xen, hi: number, lo: number): boolean {
  return isUsable(hi, lo) && frameOf(hi, lo) < x.machine.config.guestFrames;
}

/** shadow_get_page_from_l1e: a reference on the frame, and a writable type reference if the entry is RW. */
export function takePage(x: Xen, hi: number, lo: number): void {
  if (!holdsRefs(x, hi, lo)) return;
  const mfn = frameOf(hi, lo);
  x.guest.addRefs(mfn, 1);
  if ((lo & W) !== 0) x.guest.addWriters(mfn, 1);
}

/** shadow_put_page_from_l1e. */
export function dropPage(x: Xen, hi: number, lo: number): void {
  if (!holdsRefs(x, hi, lo)) return;
  const mfn = frameOf(hi, lo);
  x.guest.addRefs(mfn, -1);
  if ((lo & W) !== 0) x.guest.addWriters(mfn, -1);
}

/** Whether entry `index` of an L1 shadow maps a guest page writable: one read of a search. */
export function mapsWritable(x: Xen, smfn: number, index: number, gmfn: number): boolean {
  const hi = x.hi(smfn, index);
  const lo = x.lo(smfn, index);
  return isUsable(hi, lo) && (lo & W) !== 0 && frameOf(hi, lo) === gmfn;
}

/**
 * Takes RW out of one entry that maps `gmfn` writable; the page has one writer less. Never flushes: the caller does, or knows
 * why not. `how`: HOW_* of events.ts.
 */
export function clearWrite(x: Xen, smfn: number, index: number, how: number): void {
  const hi = x.hi(smfn, index);
  const lo = x.lo(smfn, index);
  ensure(
    isUsable(hi, lo) && (lo & W) !== 0,
    `entry ${index} of ${x.name(smfn)} is writable when its write access is removed`,
  );
  const gmfn = frameOf(hi, lo);
  x.writeEntry(smfn, index, hi, lo & ~W);
  x.guest.addWriters(gmfn, -1);
  x.world.emit(ShadowEntrySet, 1, smfn, index, hi, lo & ~W, WHY_REMOVE_WRITE);
  x.world.emit(WriteAccessRemoved, gmfn, smfn, index, how);
}
