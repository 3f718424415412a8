import { Derived } from '../../kernel';
import { frameOf, NX_HI, U, W } from '../../machine';
import { shPutRef } from './destroy';
import { ShadowEntrySet } from './events';
import { strideOf } from './geometry';
import { isUsable } from './magic';
import type { Xen } from './state';
import { levelOfType, SHADOW_SET_CHANGED, SHADOW_SET_FLUSH } from './types';

/** perms_strictly_increased: every right the old entry gave, the new one gives too. */
export function permsIncreased(oldHi: number, oldLo: number, hi: number, lo: number): boolean {
  const lost = oldLo & ~lo & (W | U);
  return lost === 0 && (hi & NX_HI & ~(oldHi & NX_HI)) === 0;
}

/**
 * The last part of shadow_set_l2e, _l3e and _l4e: writes the entry and gives the old target's reference back. The new target's
 * reference has been taken before. FLUSH if what the old entry granted is not granted any more.
 */
export function writeUpper(
  x: Xen,
  smfn: number,
  index: number,
  hi: number,
  lo: number,
  why: number,
  from = 0,
): number {
  const oldHi = x.hi(smfn, index);
  const oldLo = x.lo(smfn, index);
  if (oldHi === hi && oldLo === lo) return 0;
  put(x, smfn, index, hi, lo, why, from);
  // A 2-level guest's L2 entry covers 4 MiB, an sl2e 2: the second of the pair leads to the second page of the L1 shadow.
  if (strideOf(x.pages.type(smfn)) === 2) {
    const second = isUsable(hi, lo) || (x.era.contiguous && frameOf(hi, lo) !== 0) ? 1 << 12 : 0;
    put(x, smfn, index + 1, hi, lo + second, why, from);
  }
  if (!isUsable(oldHi, oldLo)) return SHADOW_SET_CHANGED;
  const old = frameOf(oldHi, oldLo);
  const kept = isUsable(hi, lo) && frameOf(hi, lo) === old && permsIncreased(oldHi, oldLo, hi, lo);
  shPutRef(x, old, smfn, index);
  return SHADOW_SET_CHANGED | (kept ? 0 : SHADOW_SET_FLUSH);
}

function put(x: Xen, smfn: number, index: number, hi: number, lo: number, why: number, from: number): void {
  x.writeEntry(smfn, index, hi, lo);
  x.world.emit(ShadowEntrySet, levelOfType(x.pages.type(smfn)), smfn, index, hi, lo, why);
  if (from !== 0) x.world.emit(Derived, x.entryCell(smfn, index), from);
}

/** Blanks the entry that an up-pointer addresses, in whatever page of its table it lies. */
export function clearUp(x: Xen, smfn: number, why: number): number {
  const { pages } = x;
  const page = pages.upFrame(smfn);
  const table = pages.head(page);
  return clearUpper(x, table, (page - table) * 512 + pages.upIndex(smfn), why);
}

/** Blanks an entry above level 1 (sh_clear_shadow_entry and the remove callbacks). */
export function clearUpper(x: Xen, smfn: number, index: number, why: number): number {
  return writeUpper(x, smfn, index, 0, 0, why);
}
