import { DirtySet } from './events';
import type { Xi } from './state';

/** XI itself has written a guest page: the log must know, as of any other write. */
export function noteDirty(x: Xi, gfn: number): void {
  if (!x.logging || x.pages.get(gfn, 'dirty') !== 0) return;
  x.pages.set(gfn, 'dirty', 1);
  x.world.emit(DirtySet, gfn);
}
