import { FixupAdded, FixupRemoved } from '../events';
import { FIXUP_BUCKET_ENTRIES, FIXUP_BUCKETS } from '../fixupStore';
import type { Xen } from '../state';

/**
 * Fixup tables of June 2008: one per vCPU that installed a mapping, hashed on gmfn. Bucket b begins at entry b * 13 and not at
 * b * 26 as its size asks for: neighbouring buckets overlap, which costs capacity and nothing else, since entries are matched
 * on their gmfn (sheet 5.6).
 */
export function fixupBucket(gmfn: number): { readonly from: number; readonly to: number } {
  const from = (gmfn % FIXUP_BUCKETS) * FIXUP_BUCKETS;
  return { from, to: from + FIXUP_BUCKET_ENTRIES };
}

/** Records a mapping. An entry is free if it holds nothing, or a page that is no longer out of sync. */
export function fixupTableAdd(x: Xen, v: number, gmfn: number, smfn: number, off: number): void {
  const table = x.fixupTables[v];
  if (table === undefined) return;
  let free = -1;
  const { from, to } = fixupBucket(gmfn);
  for (let i = from; i < to; i++) {
    const page = table.gmfn(i);
    if (page < 0 || !x.outOfSync(page)) {
      if (free < 0) free = i;
    } else if (page === gmfn && table.smfn(i) === smfn && table.off(i) === off) {
      x.world.count('shadow_oos_fixup_no_add');
      return;
    }
  }
  if (free < 0) {
    x.world.count('shadow_oos_fixup_add_fail');
    return;
  }
  table.put(free, gmfn, smfn, off);
  table.setUsed(true);
  x.world.count('shadow_oos_fixup_add_ok');
  x.world.emit(FixupAdded, v, gmfn, smfn, off);
}

/** The page lost its last shadow: what anybody recorded about it is dropped. */
export function fixupTableRemove(x: Xen, gmfn: number): void {
  x.world.count('shadow_oos_fixup_remove');
  const { from, to } = fixupBucket(gmfn);
  x.fixupTables.forEach((table, v) => {
    for (let i = from; i < to; i++) {
      if (table.gmfn(i) !== gmfn) continue;
      x.world.emit(FixupRemoved, v, gmfn, table.smfn(i), table.off(i));
      table.clear(i);
    }
  });
}
