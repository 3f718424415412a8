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

interface Known {
  /** Store.changed of the page when it was looked through, and as a page of what level. */
  readonly at: number;
  readonly level: number;
  readonly entries: readonly PresentEntry[];
}

/** By first cell of a page. What is known of a world goes with it. */
const known = new WeakMap<Kvm, Map<number, Known>>();

/** Every present entry of every listed page. Invariants ask for them after every step: most pages are as they were the last time. */
export function presentEntries(k: Kvm): PresentEntry[] {
  const out: PresentEntry[] = [];
  let pages = known.get(k);
  if (pages === undefined) {
    pages = new Map();
    known.set(k, pages);
  }
  for (const sfn of k.pages.activePages()) {
    const page = k.memory.find(sfn);
    if (page === 0) continue; // never written
    const at = k.world.store.changed(page, 2 * ENTRIES);
    const level = k.pages.level(sfn);
    const before = pages.get(page);
    const same = before?.at === at && before.level === level;
    const now = same ? before : { at, level, entries: entriesOf(k, sfn, page, level) };
    if (!same) pages.set(page, now);
    for (const entry of now.entries) out.push(entry);
  }
  return out;
}

/** Cells are read as they lie: `changed` has said to whoever notes reads that all of them are. */
function entriesOf(k: Kvm, sfn: number, page: number, level: number): PresentEntry[] {
  const out: PresentEntry[] = [];
  const { cells } = k.world.store;
  const last = 2 * ENTRIES;
  const bit = SPTE_MMU_PRESENT;
  for (let at = 0; at < last; at += 2) {
    const lo = cells[page + at] as number;
    if ((lo & bit) !== 0) out.push({ sfn, index: at >>> 1, lo, leaf: isLast(lo, level) });
  }
  return out;
}
