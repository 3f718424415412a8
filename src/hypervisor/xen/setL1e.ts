import { Derived } from '../../kernel';
import { frameOf, W } from '../../machine';
import { ShadowEntrySet } from './events';
import { isUsable } from './magic';
import { fixupAdd } from './oos/fixups';
import { dropPage, takePage } from './refs';
import type { Xen } from './state';
import { SHADOW_SET_CHANGED } from './types';

/**
 * shadow_set_l1e (sheet 2.6.2): writes one L1 shadow entry with its references and, where it maps an out-of-sync page
 * writable, its fixup. Returns SHADOW_SET_* bits; never FLUSH, for flushing after a change of an L1 entry is the guest's duty.
 * `v` installs it; `from` is the cell the value was derived from, 0 if there is none.
 * The fixup comes first since August 2008 (switch `fixup-first`): recording it may evict another mapping, which may be the very
 * entry that is being written, and what it was before has then one writer less to give back.
 */
export function setL1e(
  x: Xen,
  v: number,
  smfn: number,
  index: number,
  hi: number,
  lo: number,
  why: number,
  from = 0,
): number {
  if (x.hi(smfn, index) === hi && x.lo(smfn, index) === lo) return 0;
  const usable = isUsable(hi, lo);
  const recorded = usable && (lo & W) !== 0 && x.oosMayWrite(frameOf(hi, lo));
  const first = x.on('fixup-first');
  if (recorded && first) fixupAdd(x, v, frameOf(hi, lo), smfn, index);
  const oldHi = x.hi(smfn, index);
  const oldLo = x.lo(smfn, index);
  if (usable) takePage(x, hi, lo);
  if (recorded && !first) fixupAdd(x, v, frameOf(hi, lo), smfn, index);
  x.writeEntry(smfn, index, hi, lo);
  x.world.emit(ShadowEntrySet, 1, smfn, index, hi, lo, why);
  if (from !== 0) x.world.emit(Derived, x.entryCell(smfn, index), from);
  dropPage(x, oldHi, oldLo);
  return SHADOW_SET_CHANGED;
}
