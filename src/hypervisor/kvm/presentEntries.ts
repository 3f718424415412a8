import { ENTRIES, SPTE_MMU_PRESENT } from './constants';
import { isLast } from './link';
import type { Kvm } from './state';

/** A present entry of a shadow page. */
export interface PresentEntry {
  readonly sfn: number;
  readonly index: number;
  readonly lo: number;
  /** It maps memory; else it names a table. */
  readonly leaf: boolean;
}

/** Every present entry of every listed page. Invariants ask for them after every step: cells are read as they lie. */
export function presentEntries(k: Kvm): PresentEntry[] {
  const out: PresentEntry[] = [];
  const { store } = k.world;
  const { cells } = store;
  const last = 2 * ENTRIES;
  const bit = SPTE_MMU_PRESENT;
  for (const sfn of k.pages.activePages()) {
    const page = k.memory.find(sfn);
    if (page === 0) continue; // never written
    // Says to whoever notes reads that all of it is read.
    store.changed(page, last);
    const level = k.pages.level(sfn);
    for (let at = 0; at < last; at += 2) {
      const lo = cells[page + at] as number;
      if ((lo & bit) !== 0) out.push({ sfn, index: at >>> 1, lo, leaf: isLast(lo, level) });
    }
  }
  return out;
}
