import { frameOf, PS, present, W } from '../../machine';
import type { Xen } from './state';
import { isRam } from './types';

/**
 * A PV domain (knob `pv`): the guest knows Xen and changes its tables by hypercall. Xen has given every table a type of its own
 * (PGT_l1_page_table to PGT_l4_page_table), so a page is a table whether or not it is shadowed. The shadow of such a domain
 * serves the dirty log only. Sheet 1.5, 2.6.1, 5.2. Types are never taken back here: a page that was a table stays one.
 */
export const pageType = (x: Xen, gmfn: number): number => (x.mfnValid(gmfn) ? x.guest.pageType(gmfn) : 0);

/** Gives a table its type, and all tables below it theirs: what validating a new top table does. */
export function typeTables(x: Xen, gmfn: number, level: number): void {
  if (pageType(x, gmfn) !== 0) return;
  x.guest.setPageType(gmfn, level);
  if (level === 1) return;
  for (let i = 0; i < x.entries; i++) {
    const lo = x.lo(gmfn, i);
    if (!present(lo) || (lo & PS) !== 0) continue;
    const gfn = frameOf(x.hi(gmfn, i), lo);
    if (isRam(x.p2m.type(gfn)) && x.p2m.mfn(gfn) >= 0) typeTables(x, x.p2m.mfn(gfn), level - 1);
  }
}

/** Whether an entry of a table of the guest maps a page writable: such a page cannot become a table. */
export function guestMapsWritable(x: Xen, gmfn: number): boolean {
  for (const table of x.guest.touched()) {
    if (x.guest.pageType(table) !== 1) continue;
    for (let i = 0; i < x.entries; i++) {
      const lo = x.lo(table, i);
      if (present(lo) && (lo & W) !== 0 && x.p2m.mfn(frameOf(x.hi(table, i), lo)) === gmfn) return true;
    }
  }
  return false;
}

/** A top table that a PV guest loads must be one, or become one. Whether it is. */
export function typeTopTable(x: Xen, gmfn: number): boolean {
  if (pageType(x, gmfn) === 0 && !guestMapsWritable(x, gmfn)) typeTables(x, gmfn, 4);
  return pageType(x, gmfn) === 4;
}
