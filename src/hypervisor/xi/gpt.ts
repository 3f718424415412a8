import { spanOf } from './shape';
import type { Xi } from './state';

/** First frame of the smallest large page that a guest frame can lie in. */
export function largeBase(x: Xi, gfn: number, level = 2): number {
  const span = spanOf(x.shapes['64'], level);
  return Math.floor(gfn / span) * span;
}

/** A guest page is a page table from now on. */
export function markGpt(x: Xi, gfn: number): void {
  x.pages.set(gfn, 'isGpt', 1);
  x.pages.add(largeBase(x, gfn), 'gptsWithin', 1);
}

export function unmarkGpt(x: Xi, gfn: number): void {
  x.pages.set(gfn, 'isGpt', 0);
  x.pages.set(gfn, 'complete', 0);
  x.pages.add(largeBase(x, gfn), 'gptsWithin', -1);
}

/** Whether a page table lies in the frames that a large SPTE of a level would map. */
export function containsGpt(x: Xi, gfn: number, level: number): boolean {
  const [small, whole] = [spanOf(x.shapes['64'], 2), spanOf(x.shapes['64'], level)];
  for (let at = gfn; at < gfn + whole; at += small) if (x.pages.get(at, 'gptsWithin') !== 0) return true;
  return false;
}
