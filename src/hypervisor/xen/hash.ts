import type { Region, World } from '../../kernel';
import type { DomainState } from './domain';
import type { ShadowPages } from './shadowPages';

export const SHADOW_HASH_BUCKETS = 251;

/** Xen's sh_hash over the 8 bytes of n, 32 bits wide (sheet 1.6). */
export function shHash(n: number, type: number): number {
  let k = type >>> 0;
  let rest = n;
  for (let i = 0; i < 8; i++) {
    const byte = rest % 256;
    rest = Math.floor(rest / 256);
    k = (byte + (k << 6) + (k << 16) - k) >>> 0;
  }
  return k % SHADOW_HASH_BUCKETS;
}

/** (n, type) -> smfn, where n is a gmfn, or a GFN for fl1. Chains run through `next` of the page descriptors. */
export class ShadowHash {
  private readonly region: Region;

  constructor(
    private readonly world: World,
    private readonly pages: ShadowPages,
    private readonly domain: DomainState,
  ) {
    this.region = world.store.region('shadow hash', SHADOW_HASH_BUCKETS);
  }

  /** First shadow of a bucket, or 0. Walk on with `pages.next`. */
  head(bucket: number): number {
    return this.world.store.get(this.region.base + bucket);
  }

  private setHead(bucket: number, smfn: number): void {
    this.world.store.set(this.region.base + bucket, smfn);
  }

  /** Reads without counting and without moving anything: for invariants, views and guesses. -1 if there is none. */
  find(n: number, type: number): number {
    for (let s = this.head(shHash(n, type)); s !== 0; s = this.pages.next(s))
      if (this.pages.backpointer(s) === n && this.pages.type(s) === type) return s;
    return -1;
  }

  /** shadow_hash_lookup: a hit moves to the front of its chain, unless somebody is walking the whole table. -1: none. */
  lookup(n: number, type: number): number {
    const { world, pages } = this;
    world.count('shadow_hash_lookups');
    const bucket = shHash(n, type);
    const first = this.head(bucket);
    let before = 0;
    for (let s = first; s !== 0; s = pages.next(s)) {
      if (pages.backpointer(s) === n && pages.type(s) === type) {
        if (s === first) world.count('shadow_hash_lookup_head');
        else if (this.domain.get('hashWalking') === 0) {
          pages.setNext(before, pages.next(s));
          pages.setNext(s, first);
          this.setHead(bucket, s);
        }
        return s;
      }
      before = s;
    }
    world.count('shadow_hash_lookup_miss');
    return -1;
  }

  /**
   * The whole-table walk (hash_foreach): the next shadow after `after` (0: the first) whose type is among the bits of `mask`;
   * 0 at the end. Buckets in order, each chain from its head. Whoever walks sets `hashWalking` meanwhile.
   */
  nextAfter(after: number, mask: number): number {
    const { pages } = this;
    let bucket = after === 0 ? -1 : shHash(pages.backpointer(after), pages.type(after));
    let s = after === 0 ? 0 : pages.next(after);
    for (;;) {
      for (; s !== 0; s = pages.next(s)) if ((mask & (1 << pages.type(s))) !== 0) return s;
      if (++bucket === SHADOW_HASH_BUCKETS) return 0;
      s = this.head(bucket);
    }
  }

  insert(n: number, type: number, smfn: number): void {
    this.world.count('shadow_hash_inserts');
    const bucket = shHash(n, type);
    this.pages.setNext(smfn, this.head(bucket));
    this.setHead(bucket, smfn);
  }

  delete(n: number, type: number, smfn: number): void {
    this.world.count('shadow_hash_deletes');
    const bucket = shHash(n, type);
    const { pages } = this;
    if (this.head(bucket) === smfn) this.setHead(bucket, pages.next(smfn));
    else
      for (let s = this.head(bucket); s !== 0; s = pages.next(s))
        if (pages.next(s) === smfn) {
          pages.setNext(s, pages.next(smfn));
          break;
        }
    pages.setNext(smfn, 0);
  }
}
