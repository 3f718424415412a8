import { P } from '../../../machine';
import type { Xen } from '../state';

interface Known {
  /** Store.changed of the page when it was looked through. */
  readonly at: number;
  /** Indices, within the page, of the entries that were present. */
  readonly indices: readonly number[];
}

/** By first cell of a page. What is known of a world goes with it. */
const known = new WeakMap<Xen, Map<number, Known>>();
const PER_PAGE = 512;
const NOTHING: readonly number[] = [];

/** Which entries of a page of a shadow are present. Most are not, and most pages are as they were the last time. */
function presentIn(x: Xen, page: number, entries: number): readonly number[] {
  if (page === 0) return NOTHING;
  const { store } = x.world;
  let pages = known.get(x);
  if (pages === undefined) {
    pages = new Map();
    known.set(x, pages);
  }
  const at = store.changed(page, 2 * PER_PAGE);
  const before = pages.get(page);
  if (before?.at === at) return before.indices;
  const { cells } = store;
  const indices: number[] = [];
  for (let i = 0; i < entries; i++) if (((cells[page + 2 * i] as number) & P) !== 0) indices.push(i);
  pages.set(page, { at, indices });
  return indices;
}

/** Visits the present entries, magic ones included, of a shadow; those of several pages are counted through. */
export function eachPresent(
  x: Xen,
  smfn: number,
  visit: (index: number, hi: number, lo: number) => void,
): void {
  const entries = x.entriesOf(x.pages.type(smfn));
  const { cells } = x.world.store;
  for (let first = 0; first < entries; first += PER_PAGE) {
    const page = x.memory.find(smfn + first / PER_PAGE);
    for (const i of presentIn(x, page, Math.min(PER_PAGE, entries - first)))
      visit(first + i, cells[page + 2 * i + 1] as number, cells[page + 2 * i] as number);
  }
}
