import { type Word, word } from '../../base';
import { A, D, frameOf, P, present, W } from '../../machine';
import { ShadowCleared, ShadowSet, StaleMapping } from './events';
import type { Pv } from './state';

const NONE: Word = word(0, 0);

/**
 * What the shadow of a level-1 entry may say: never an access that the processor would have had to record in a mark which the
 * guest's own entry does not have yet. No A: not present; no D: read-only. Source: sheet section 5.
 */
export function derived(pv: Pv, { hi, lo }: Word): Word {
  if (!present(lo) || (lo & A) === 0) return NONE;
  const target = frameOf(hi, lo);
  // A guest's table that is in sync must not be written unseen.
  const readOnly = (lo & D) === 0 || pv.guarded(target);
  return word(hi, readOnly ? lo & ~(W | D) : lo);
}

/** Writes the shadow of a level-1 entry, if there is a shadow of its table in the slot. Says whether anything changed. */
export function setShadow(pv: Pv, v: number, table: number, index: number, value: Word, slot = 0): boolean {
  const frame = pv.shadows.of(table, slot);
  if (frame < 0) return false;
  const before = pv.shadows.entry(frame, index);
  const next = derived(pv, value);
  if (before.hi === next.hi && before.lo === next.lo) return false;
  pv.shadows.write(frame, index, next.hi, next.lo);
  if (next.lo === 0) {
    pv.world.emit(ShadowCleared, table, index);
    return true;
  }
  pv.world.emit(ShadowSet, table, index, next.hi, next.lo);
  const target = frameOf(next.hi, next.lo);
  if (pv.foreign(target)) pv.world.emit(StaleMapping, table, index, target);
  // A mark that the guest's entry does not have at this moment, though the value says so.
  const now = pv.entry(v, table, index);
  if (
    present(now.lo) &&
    ((next.lo & P & ~now.lo) !== 0 || (now.lo & A) === 0 || ((next.lo & W) !== 0 && (now.lo & D) === 0))
  )
    pv.flags.set('earlyInstall', 1);
  return true;
}

export function clearShadow(pv: Pv, table: number, index: number, slot = 0): boolean {
  const frame = pv.shadows.of(table, slot);
  if (frame < 0 || (pv.shadows.entry(frame, index).lo | pv.shadows.entry(frame, index).hi) === 0)
    return false;
  pv.shadows.write(frame, index, 0, 0);
  pv.world.emit(ShadowCleared, table, index);
  return true;
}
