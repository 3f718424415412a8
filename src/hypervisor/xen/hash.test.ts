import { describe, expect, it } from 'vitest';
import { XenLab } from '../../testing/xenLab';
import { SHADOW_HASH_BUCKETS, shHash } from './hash';
import { SH_L1_64, SH_L2_64 } from './types';

/** Two keys of one bucket, and one of another, of type l1_64. */
function keys(): { a: number; b: number; c: number; other: number } {
  const bucket = shHash(0x30, SH_L1_64);
  const same = [];
  let other = -1;
  for (let n = 0x31; same.length < 2 || other < 0; n++) {
    if (shHash(n, SH_L1_64) === bucket) same.push(n);
    else other = n;
  }
  return { a: 0x30, b: same[0] as number, c: same[1] as number, other };
}

describe('sh_hash (sheet 1.6)', () => {
  it('is Xen’s: k = type; for each byte b of n: k = b + (k << 6) + (k << 16) - k, in 32 bits, mod 251', () => {
    const slow = (n: bigint, type: bigint): number => {
      let k = type;
      for (let i = 0n; i < 8n; i++) {
        const byte = (n >> (8n * i)) & 0xffn;
        k = (byte + (k << 6n) + (k << 16n) - k) & 0xffff_ffffn;
      }
      return Number(k % 251n);
    };
    for (const n of [0, 1, 0x30, 0xff, 0x100, 0x12345, 0xfff_ffff])
      for (const type of [8, 9, 10, 12, 13]) expect(shHash(n, type)).toBe(slow(BigInt(n), BigInt(type)));
    expect(SHADOW_HASH_BUCKETS).toBe(251);
  });
});

describe('the shadow hash', () => {
  const setUp = () => {
    const lab = new XenLab({ vcpus: 1 });
    const { x } = lab;
    const k = keys();
    const put = (n: number, type = SH_L1_64): number => {
      const smfn = x.pool.alloc(type, n);
      x.hash.insert(n, type, smfn);
      return smfn;
    };
    const smfns = { a: put(k.a), b: put(k.b), c: put(k.c), other: put(k.other) };
    lab.fresh();
    return { lab, x, k, smfns, put };
  };
  const chain = (x: XenLab['x'], n: number): number[] => {
    const out = [];
    for (let s = x.hash.head(shHash(n, SH_L1_64)); s !== 0; s = x.pages.next(s)) out.push(s);
    return out;
  };

  it('finds by page and type', () => {
    const { x, k, smfns } = setUp();
    expect(x.hash.find(k.b, SH_L1_64)).toBe(smfns.b);
    expect(x.hash.find(k.b, SH_L2_64)).toBe(-1);
    expect(x.hash.find(0x5fff, SH_L1_64)).toBe(-1);
  });

  it('moves a hit to the front of its chain, and counts what it did', () => {
    const { lab, x, k, smfns } = setUp();
    expect(chain(x, k.a)).toEqual([smfns.c, smfns.b, smfns.a]);
    expect(x.hash.lookup(k.b, SH_L1_64)).toBe(smfns.b);
    expect(chain(x, k.a)).toEqual([smfns.b, smfns.c, smfns.a]);
    expect(x.hash.lookup(k.b, SH_L1_64)).toBe(smfns.b);
    expect(x.hash.lookup(k.a, SH_L2_64)).toBe(-1);
    expect(lab.counters('shadow_hash_lookups', 'shadow_hash_lookup_head', 'shadow_hash_lookup_miss')).toEqual(
      {
        shadow_hash_lookups: 3,
        shadow_hash_lookup_head: 1,
        shadow_hash_lookup_miss: 1,
      },
    );
  });

  it('moves nothing while somebody walks the whole table', () => {
    const { x, k, smfns } = setUp();
    x.domain.set('hashWalking', 1);
    expect(x.hash.lookup(k.a, SH_L1_64)).toBe(smfns.a);
    expect(chain(x, k.a)).toEqual([smfns.c, smfns.b, smfns.a]);
  });

  it('loses the middle, the head and the tail of a chain one by one', () => {
    const { x, k, smfns } = setUp();
    x.hash.delete(k.b, SH_L1_64, smfns.b);
    expect(chain(x, k.a)).toEqual([smfns.c, smfns.a]);
    x.hash.delete(k.c, SH_L1_64, smfns.c);
    expect(chain(x, k.a)).toEqual([smfns.a]);
    x.hash.delete(k.a, SH_L1_64, smfns.a);
    expect(chain(x, k.a)).toEqual([]);
    expect(x.hash.find(k.other, SH_L1_64)).toBe(smfns.other);
  });

  it('is walked whole, each shadow of the wanted types once', () => {
    const { x, smfns, put } = setUp();
    const l2 = put(0x40, SH_L2_64);
    const seen: number[] = [];
    for (let s = x.hash.nextAfter(0, 1 << SH_L1_64); s !== 0; s = x.hash.nextAfter(s, 1 << SH_L1_64))
      seen.push(s);
    expect([...seen].sort()).toEqual(Object.values(smfns).sort());
    expect(x.hash.nextAfter(0, 1 << SH_L2_64)).toBe(l2);
    expect(x.hash.nextAfter(l2, 1 << SH_L2_64)).toBe(0);
  });
});
