import type { DomainState } from './domain';
import type { ShadowPages } from './shadowPages';

/** The domain's pinned shadows, most recently pinned first: reclaim eats from the tail (sheet 1.5). */
export class PinnedList {
  constructor(
    private readonly pages: ShadowPages,
    private readonly domain: DomainState,
  ) {}

  get head(): number {
    return this.domain.get('pinnedHead');
  }

  get tail(): number {
    return this.domain.get('pinnedTail');
  }

  pushFront(smfn: number): void {
    const { pages, domain } = this;
    const first = this.head;
    pages.setListPrev(smfn, 0);
    pages.setListNext(smfn, first);
    if (first === 0) domain.set('pinnedTail', smfn);
    else pages.setListPrev(first, smfn);
    domain.set('pinnedHead', smfn);
  }

  remove(smfn: number): void {
    const { pages, domain } = this;
    const before = pages.listPrev(smfn);
    const after = pages.listNext(smfn);
    if (before === 0) domain.set('pinnedHead', after);
    else pages.setListNext(before, after);
    if (after === 0) domain.set('pinnedTail', before);
    else pages.setListPrev(after, before);
    pages.setListPrev(smfn, 0);
    pages.setListNext(smfn, 0);
  }

  /** Most recently pinned first. */
  *all(): Iterable<number> {
    for (let s = this.head; s !== 0; s = this.pages.listNext(s)) yield s;
  }
}
