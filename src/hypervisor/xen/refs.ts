import { frameOf, W } from '../../machine';
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
