import { Derived } from '../../kernel';
import { frameOf, NX_HI, U, W } from '../../machine';
import { shPutRef } from './destroy';
import { ShadowEntrySet } from './events';
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
  x.memory.write64(smfn, index, hi, lo);
  x.world.emit(ShadowEntrySet, levelOfType(x.pages.type(smfn)), smfn, index, hi, lo, why);
  if (from !== 0) x.world.emit(Derived, x.entryCell(smfn, index), from);
  if (!isUsable(oldHi, oldLo)) return SHADOW_SET_CHANGED;
  const old = frameOf(oldHi, oldLo);
  const kept = isUsable(hi, lo) && frameOf(hi, lo) === old && permsIncreased(oldHi, oldLo, hi, lo);
  shPutRef(x, old, smfn, index);
  return SHADOW_SET_CHANGED | (kept ? 0 : SHADOW_SET_FLUSH);
}

/** Blanks an entry above level 1 (sh_clear_shadow_entry and the remove callbacks). */
export function clearUpper(x: Xen, smfn: number, index: number, why: number): number {
  return writeUpper(x, smfn, index, 0, 0, why);
}
