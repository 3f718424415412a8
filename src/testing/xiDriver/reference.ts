import {
  denied,
  errorCode,
  frameOf,
  frameWithin,
  indexAt,
  isLeaf,
  leafFrame,
  PFEC_P,
  PFEC_RSVD,
  present,
  RIGHT_NX,
  reservedViolation,
  U,
  W,
} from '../../machine';
import type { XiWorld } from './world';

/** What bare hardware would do with an access to the guest's own tables as they are now. */
export interface Reference {
  /** Page-fault error code, or -1. */
  readonly error: number;
  readonly gfn: number;
}

/** Walks the guest's tables as they are, and changes nothing. */
export function reference(w: XiWorld, v: number, address: bigint, access: number, user: boolean): Reference {
  const m = w.bare.machine;
  const mode = m.guestMode(v);
  const r = m.vcpu(v);
  const [hi, lo] = [Number(address >> 32n) | 0, Number(address & 0xffff_ffffn) | 0];
  let rights = W | U;
  let gfn = frameOf(mode.name === '64' ? r.get('cr3Hi') : 0, r.get('cr3Lo'));
  const code = (cause: number): Reference => ({
    error: errorCode(cause, access, user, r.get('cr4'), r.get('efer')),
    gfn: -1,
  });
  for (let level = mode.levels; level >= 1; level--) {
    const index = indexAt(mode, level, hi, lo);
    let entryHi: number;
    let entryLo: number;
    if (mode.name === 'pae' && level === 3) {
      entryHi = w.x.vcpu(v).pdpteHi(index);
      entryLo = w.x.vcpu(v).pdpteLo(index);
    } else {
      const mfn = m.gfnToMfn(gfn);
      if (mfn < 0) return code(0);
      entryHi = mode.entryCells === 1 ? 0 : m.memory.hi(mfn, index);
      entryLo = mode.entryCells === 1 ? m.memory.read32(mfn, index) : m.memory.lo(mfn, index);
    }
    if (!present(entryLo)) return code(0);
    const leaf = isLeaf(mode, level, entryLo, r.get('cr4'));
    if (!(mode.name === 'pae' && level === 3)) {
      if (reservedViolation(mode, level, leaf, entryHi, entryLo, r.get('efer')))
        return code(PFEC_P | PFEC_RSVD);
      rights &= entryLo | ~(W | U);
      if (mode.entryCells === 2 && entryHi < 0) rights |= RIGHT_NX;
    }
    if (!leaf) {
      gfn = frameOf(entryHi, entryLo);
      if (m.gfnToMfn(gfn) < 0) return code(0);
      continue;
    }
    if (denied(rights, access, user, r.get('cr0'), r.get('cr4'), r.get('rflags'))) return code(PFEC_P);
    const base = leafFrame(mode, level, entryHi, entryLo);
    return { error: -1, gfn: frameWithin(base, mode.shift[level] as number, hi, lo) };
  }
  throw new Error('a walk ends at level 1 at the latest');
}

/** Guest frames that serve as tables now, from every root. */
export function tablesNow(w: XiWorld, roots: readonly number[]): Set<number> {
  const m = w.bare.machine;
  const mode = m.guestMode(0);
  const found = new Set<string>();
  const go = (gfn: number, level: number): void => {
    const key = `${level}:${gfn}`;
    const mfn = m.gfnToMfn(gfn);
    if (found.has(key) || mfn < 0 || level < 1) return;
    found.add(key);
    for (let i = 0; i <= (mode.indexMask[level] as number); i++) {
      const lo = mode.entryCells === 1 ? m.memory.read32(mfn, i) : m.memory.lo(mfn, i);
      const hi = mode.entryCells === 1 ? 0 : m.memory.hi(mfn, i);
      if (present(lo) && !isLeaf(mode, level, lo, m.vcpu(0).get('cr4'))) go(frameOf(hi, lo), level - 1);
    }
  };
  for (const root of roots) go(root, mode.levels);
  return new Set([...found].map((key) => Number(key.split(':')[1])));
}
