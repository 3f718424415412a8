import { type Word, word } from '../base';
import type { Machine } from './machine';
import { frameOf, indexAt, isLeaf, present } from './paging';

/** The guest has no direct map; its tables have no table of that level for the address; a large page is in the way. */
export const NO_DIRECT_MAP = 0;
export const NO_TABLE = 1;
export const LARGE_PAGE = 2;

export type FoundEntry =
  | {
      readonly kind: 'entry';
      readonly va: Word;
      readonly width: 4 | 8;
      readonly gfn: number;
      readonly index: number;
    }
  | { readonly kind: 'none'; readonly reason: number };

/**
 * Where a guest kernel writes the entry of a level (1 to 4) that translates `va`: the place in its own tables, reached from
 * its own CR3, as an address in its direct map. What a kernel does by pointers that it keeps, nobody else sees.
 */
export function findEntry(m: Machine, v: number, va: Word, level: number): FoundEntry {
  const base = m.directMap;
  if (base === undefined) return { kind: 'none', reason: NO_DIRECT_MAP };
  const r = m.vcpu(v);
  const mode = m.guestMode(v);
  if (level < 1 || level > mode.levels) return { kind: 'none', reason: NO_TABLE };
  const cr3 = r.get('cr3Lo');
  let gfn = frameOf(mode.name === '64' ? r.get('cr3Hi') : 0, cr3);
  // The four PDPTEs need not begin their page.
  let byte = mode.name === 'pae' ? cr3 & 0xfe0 : 0;
  for (let at = mode.levels; ; at--) {
    const index = indexAt(mode, at, va.hi, va.lo);
    byte += index * 4 * mode.entryCells;
    if (at === level) {
      return {
        kind: 'entry',
        va: inDirectMap(base, gfn, byte),
        width: mode.entryCells === 1 ? 4 : 8,
        gfn,
        index,
      };
    }
    const mfn = m.gfnToMfn(gfn);
    if (mfn < 0) return { kind: 'none', reason: NO_TABLE };
    const lo = m.memory.read32(mfn, byte >>> 2);
    const hi = mode.entryCells === 2 ? m.memory.read32(mfn, (byte >>> 2) + 1) : 0;
    if (!present(lo)) return { kind: 'none', reason: NO_TABLE };
    if (isLeaf(mode, at, lo, r.get('cr4'))) return { kind: 'none', reason: LARGE_PAGE };
    gfn = frameOf(hi, lo);
    byte = 0;
  }
}

/** The direct-map address of a byte of guest-physical memory. */
export function inDirectMap(base: Word, gfn: number, byte: number): Word {
  const lo = (base.lo >>> 0) + (gfn % 0x10_0000) * 4096 + byte;
  const carry = Math.floor(lo / 0x1_0000_0000);
  return word(base.hi + Math.floor(gfn / 0x10_0000) + carry, lo);
}
