import { MarkedDirty } from './events';
import type { Xen } from './state';

/** shadow_mode_log_dirty: somebody wants to know which frames the guest writes. */
export const logsDirty = (x: Xen): boolean => x.domain.get('logDirty') !== 0;

/** sh_mfn_is_dirty. */
export const isDirty = (x: Xen, mfn: number): boolean => x.guest.dirty(mfn);

/** paging_mark_dirty: the frame is written, or may be from now on. Nothing to do unless writes are logged. */
export function markDirty(x: Xen, mfn: number): void {
  if (!logsDirty(x) || mfn < 0 || mfn >= x.machine.config.guestFrames || x.guest.dirty(mfn)) return;
  x.guest.setDirty(mfn, true);
  x.world.emit(MarkedDirty, mfn);
}

/** Machine frames marked dirty, ascending. */
export function dirtyFrames(x: Xen): number[] {
  return [...x.guest.touched()].filter((mfn) => x.guest.dirty(mfn));
}
